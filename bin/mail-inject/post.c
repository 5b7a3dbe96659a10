#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "head.h"
#include "inject.h"
#include "io.h"
#include "letter.h"
#include "limit.h"
#include "runner.h"

/* Where the message goes: the queue, or with -n standard output. */
static struct letter letter;
static bool printing;

/* PHP takes 75 for success: what was not stored never ends with it. */
static int not_stored(int error)
{
	switch (error) {
	case EIO: case EPIPE: case EFBIG: return EX_IOERR;
	case EACCES: case EPERM: return EX_NOPERM;
	default: return EX_OSERR;
	}
}

static _Noreturn void refuse(const char *what)
{
	int error = errno;

	letter_abandon(&letter);
	fail(not_stored(error), "%s: %s", what, strerror(error));
}

static void put(slice bytes)
{
	if (printing) {
		writer_put(&io_out, bytes);
		return;
	}
	if (letter_write(&letter, bytes) == 0)
		return;
	if (errno != EFBIG || letter.out.error)
		refuse("message");
	letter_abandon(&letter);
	fail(EX_DATAERR, "message: larger than size-limit");
}

/* `From ` and, as mboxes have it, `>From `: an envelope of another kind (RFC 4155), not a field. */
static void skip_from_line(void)
{
	bool first = true, skipping = false;
	slice line;
	int got;

	while ((got = reader_line(&io_in, &line)) > 0) {
		if (!skipping && !(first && head_is_from_line(line)) && !slice_starts(line, ">From ")) {
			reader_back(&io_in, line);
			return;
		}
		if (!skipping)
			explain("`From ' line removed");
		first = false;
		skipping = line.p[line.n - 1] != '\n';
	}
	if (got < 0)
		refuse("standard input");
}

/* CRLF becomes LF; a CR at the end waits in *held for what follows it. */
static void put_lines(slice s, bool *held)
{
	if (*held && s.n && s.p[0] != '\n')
		put(SLICE("\r"));
	*held = false;
	while (s.n) {
		size_t n = slice_find(s, '\r');

		*held = n + 1 == s.n;
		put(slice_upto(s, n + (n + 1 < s.n && s.p[n + 1] != '\n')));
		s = slice_from(s, n + 1);
	}
}

/* The header with LF line ends, the last line too. */
static void read_header(buf *fields)
{
	size_t to = 0;

	skip_from_line();
	if (head_read(&io_in, fields)) {
		if (errno == EMSGSIZE)
			fail(EX_DATAERR, "message: its header is too large");
		refuse("standard input");
	}
	if (fields->n && fields->p[fields->n - 1] != '\n')
		buf_addchar(fields, '\n');
	if (slice_find(buf_slice(fields), '\r') == fields->n)
		return;
	explain("CRLF line ends made LF");
	for (size_t i = 0; i < fields->n; i++)
		if (fields->p[i] != '\r' || i + 1 == fields->n || fields->p[i + 1] != '\n')
			fields->p[to++] = fields->p[i];
	fields->n = to;
}

/* The line between header and body, there or not; then the body in lines, or without dots to look for in larger cuts. */
static void put_body(bool ignore_dots)
{
	bool at_start = true, held = false;
	slice piece;
	int got = reader_line(&io_in, &piece);

	put(SLICE("\n"));
	if (got > 0 && !head_ends(piece)) {
		reader_back(&io_in, piece);
		explain("blank line added behind the header");
	}
	while (got > 0) {
		got = ignore_dots ? reader_some(&io_in, LIMIT_STREAM, &piece) : reader_line(&io_in, &piece);
		if (got <= 0)
			break;
		if (!ignore_dots && at_start && (slice_is(piece, ".") || slice_is(piece, ".\n") || slice_is(piece, ".\r\n")))
			break;
		put_lines(piece, &held);
		at_start = piece.p[piece.n - 1] == '\n';
	}
	if (got < 0)
		refuse("standard input");
	if (held)
		put(SLICE("\r"));
}

static void begin(const struct conf *c, struct envelope *e, const struct request *r)
{
	buf options = { NULL, 0, 0 };
	slice rest, recipient;

	if (e->utf8)
		buf_addtext(&options, "smtputf8");
	if (r->body)
		buf_print(&options, " body=%s", r->body);
	if (r->returned)
		buf_print(&options, " ret=%s", r->returned);
	if (r->envelope_id.n)
		buf_print(&options, " envid=%s", r->envelope_id.p);
	if (letter_begin_own(&letter, c, buf_slice(&e->sender), buf_slice(&options))) {
		if (errno == EINVAL)
			fail(EX_DATAERR, "sender `%s': not an address", e->sender.p);
		refuse(c->queue);
	}
	rest = buf_slice(&e->recipients);
	while (slice_cut(&rest, '\n', &recipient))
		if (recipient.n && letter_recipient(&letter, recipient))
			refuse("queue");
	buf_free(&options);
}

static void put_received(const struct conf *c)
{
	buf field = { NULL, 0, 0 };

	buf_print(&field, "Received: by %s (pennypost, userid %lu)\n\tid %s; ", c->hostname, (unsigned long)getuid(),
	    letter.id);
	clock_add_date(&field, time(NULL));
	buf_addchar(&field, '\n');
	put(buf_slice(&field));
	buf_free(&field);
}

/* What the letter's runner is to have as it would have been, had nobody protected the letter from it. */
static void protect(bool on)
{
	signal(SIGPIPE, on ? SIG_IGN : SIG_DFL);
	signal(SIGXFSZ, on ? SIG_IGN : SIG_DFL);
}

/* A runner of ours would have the rights of our user, not those of the mail system. */
static void deliver(const struct conf *c)
{
	if (getauxval(AT_SECURE))
		return;
	if (runner_deliver(c, slice_of(letter.id)))
		warn("%s: in the queue, but no runner could be started: %s", letter.id, strerror(errno));
}

int post(const struct request *r, struct conf *c)
{
	struct envelope e = { .conf = c, .notify = r->notify.n ? r->notify.p : "" };
	struct header h = { .conf = c, .envelope = &e, .request = r };
	buf text = { NULL, 0, 0 };

	printing = r->print;
	if (c->masquerade[0] && (c->masquerade[0] == '@' || !letter_takes(slice_of(c->masquerade))))
		fail(EX_CONFIG, "masquerade %s: neither domain nor address", c->masquerade);
	if (r->deliver)
		c->deliver = mem_text(slice_of(r->deliver));
	protect(!printing);
	envelope_set_sender(&e, r->sender);
	for (char **recipient = r->recipients; *recipient; recipient++)
		envelope_add(&e, slice_of(*recipient), "recipient");
	if (!r->from_header && e.recipients.n == 0 && !printing)
		fail(EX_USAGE, "no recipients");
	read_header(&h.fields);
	header_scan(&h);
	if (e.recipients.n == 0 && !printing)
		fail(EX_USAGE, "no recipients in the header");
	header_write(&h, &text);
	if (!printing) {
		begin(c, &e, r);
		put_received(c);
	}
	put(buf_slice(&text));
	put_body(r->ignore_dots);
	if (printing)
		return io_finish(EX_OK);
	if (letter_commit(&letter))
		refuse(c->queue);
	protect(false);
	deliver(c);
	return EX_OK;
}
