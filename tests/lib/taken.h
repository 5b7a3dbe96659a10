/* taken: a mailbox taken apart in pieces of so many bytes at a time, and what the pieces have to be. */
#ifndef TAKEN_H
#define TAKEN_H

#include <string.h>

#include "limit.h"
#include "mailbox.h"

struct taken {
	buf pieces;             /* all of them, one behind the other */
	buf texts;              /* of messages, each behind a [, all behind what stands before the first */
	size_t message;         /* where the last one begins in them */
	const char *wrong;      /* what may not be, or NULL */
};

static size_t peek_slice(void *mailbox, long long at, char *p, size_t n)
{
	slice rest = *(slice *)mailbox;

	if (at < 0 || at > (long long)rest.n)
		return 0;
	rest = slice_upto(slice_from(rest, (size_t)at), n);
	memcpy(p, rest.p, rest.n);
	return rest.n;
}

/* Whether a message ends where its Content-Length says, as mbox-join looks at what mbox-split -k left. */
static bool is_counted(slice message)
{
	slice line;
	long long claim = -1, rest;

	while (slice_cut(&message, '\n', &line) && line.n && !slice_is(line, "\r"))
		if (slice_case_starts(line, "Content-Length:"))
			claim = slice_number(slice_trim(slice_from(line, 15)));
	rest = (long long)message.n - claim;
	if (claim < 0 || rest < 0 || rest > 4)
		return false;
	for (message = slice_from(message, (size_t)claim); message.n; message = slice_from(message, 1))
		if (message.p[0] != '\r' && message.p[0] != '\n')
			return false;
	return true;
}

/*
 * Where mbox-join puts files that mbox-split -k left side by side it adds a line end that is missing, and in front of
 * a `From ` line an empty line, unless the message before ends where its Content-Length says. Neither may happen.
 */
static void check_join(struct taken *t, enum mailbox_format format, slice piece)
{
	slice before = buf_slice(&t->pieces);
	struct scan s = { .column = 0 };

	if (before.n && before.p[before.n - 1] != '\n')
		t->wrong = "a separator inside a line";
	if (format <= MAILBOX_MBOXCL2 && slice_starts(piece, "From ") && before.n && !is_counted(slice_from(before, t->message))
	    && !scan_blank_before(&s, before, before.n))
		t->wrong = "a separator without an empty line";
	t->message = before.n;
}

static void take_piece(struct taken *t, enum mailbox_format format, enum piece kind, slice piece)
{
	if (piece.n == 0)
		t->wrong = "an empty piece";
	if (kind == PIECE_SEPARATOR) {
		check_join(t, format, piece);
		buf_addchar(&t->texts, '[');
	} else if (kind != PIECE_FRAME) {
		buf_addslice(&t->texts, piece);
	}
	buf_addslice(&t->pieces, piece);
}

static void take_apart(struct taken *t, slice whole, enum mailbox_format format, size_t step)
{
	struct mailbox m;
	slice in = { whole.p, 0 }, piece;
	size_t shown = 0;
	enum piece kind;
	bool end;

	*t = (struct taken){ .wrong = NULL };
	mailbox_open(&m, format, peek_slice, &whole);
	do {
		size_t more = whole.n - shown < step ? whole.n - shown : step;

		shown += more;
		in.n += more;
		end = more == 0 || step > whole.n;
		while ((kind = mailbox_next(&m, &in, end, &piece)) != PIECE_MORE)
			take_piece(t, format, kind, piece);
		if (in.n >= 4 * LIMIT_SEPARATOR || (end && in.n))
			t->wrong = "too much is left";
	} while (!end);
	mailbox_close(&m);
}

static void taken_free(struct taken *t)
{
	buf_free(&t->pieces);
	buf_free(&t->texts);
}

#endif
