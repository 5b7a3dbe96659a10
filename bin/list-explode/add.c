/* The message on its way with its footer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explode.h"
#include "limit.h"
#include "part.h"

/* Of what was put so much is known as may be a footer, or the end of a line that goes on. */
static size_t kept(const struct footer *f)
{
	return 2 * (f->text.n + f->part.n) + LIMIT_BLANKS + 8;
}

static void put(struct footer *f, slice bytes)
{
	size_t most = kept(f);
	slice last = slice_from(bytes, bytes.n > most ? bytes.n - most : 0);

	if (f->tail.n + last.n > 2 * most) {
		memmove(f->tail.p, f->tail.p + f->tail.n - most, most);
		f->tail.n = most;
	}
	buf_addslice(&f->tail, last);
	if (!f->error && copies_put(f->to, bytes))
		f->error = errno;
}

/* Whether lines end in CRLF: the last one did; or it ended in a CR, which no LF behind it may make a part of a line end. */
static bool has_crlf(const struct footer *f)
{
	const char *end = f->tail.n ? memrchr(f->tail.p, '\n', f->tail.n) : NULL;

	return (end && end > f->tail.p && end[-1] == '\r') || (f->tail.n && f->tail.p[f->tail.n - 1] == '\r');
}

static void add_lines(const struct footer *f, buf *to, slice text)
{
	bool cr = has_crlf(f);

	for (size_t i = 0; i < text.n; i++) {
		if (cr && text.p[i] == '\n')
			buf_addchar(to, '\r');
		buf_addchar(to, text.p[i]);
	}
}

static void put_lines(struct footer *f, slice text)
{
	buf lines = { NULL, 0, 0 };

	add_lines(f, &lines, text);
	put(f, buf_slice(&lines));
	buf_free(&lines);
}

/* The message came round. */
static bool ends_with(const struct footer *f, slice text)
{
	slice tail = slice_trim(buf_slice(&f->tail)), end;
	buf lines = { NULL, 0, 0 };
	bool same;

	add_lines(f, &lines, text);
	end = slice_trim(buf_slice(&lines));
	same = tail.n >= end.n && slice_same(slice_from(tail, tail.n - end.n), end);
	buf_free(&lines);
	return same;
}

/* The last line ends in a soft line break of quoted-printable. */
static bool goes_on(const struct footer *f)
{
	slice tail = buf_slice(&f->tail);

	tail.n--;
	if (tail.n && tail.p[tail.n - 1] == '\r')
		tail.n--;
	while (tail.n && ascii_blank(tail.p[tail.n - 1]))
		tail.n--;
	return tail.n && tail.p[tail.n - 1] == '=';
}

static void end_text(struct footer *f)
{
	if (ends_with(f, buf_slice(&f->text)))
		return;
	if (!f->begun || f->tail.p[f->tail.n - 1] != '\n')
		put_lines(f, SLICE("\n"));
	if (f->quoted && goes_on(f))
		put_lines(f, SLICE("\n"));
	put_lines(f, SLICE("\n"));
	put_lines(f, buf_slice(&f->text));
}

/* What the message was as a part: the line that ended its header ends the two that it has now. */
static void begin_wrapped(struct footer *f, slice *body)
{
	slice line = slice_upto(*body, slice_find(*body, '\n') + 1), end = head_ends(line) ? line : SLICE("\n");
	buf delimiter = { NULL, 0, 0 };

	if (head_ends(line))
		*body = slice_from(*body, line.n);
	put(f, end);
	buf_print(&delimiter, "--%s\n", f->boundary.p);
	put_lines(f, buf_slice(&delimiter));
	put(f, buf_slice(&f->fields));
	put(f, end);
	buf_free(&delimiter);
}

/* The line end before a boundary belongs to it (RFC 2046 §5.1.1). */
static void add_delimiter(const struct footer *f, buf *to, const char *end)
{
	buf_addtext(to, "\n--");
	buf_addslice(to, buf_slice(&f->boundary));
	buf_addtext(to, end);
}

static void end_multipart(struct footer *f)
{
	buf end = { NULL, 0, 0 };

	add_delimiter(f, &end, "\n");
	buf_addslice(&end, buf_slice(&f->part));
	add_delimiter(f, &end, "--\n");
	put_lines(f, buf_slice(&end));
	buf_free(&end);
}

/* Before its last boundary: where a line begins there, that is the first of an empty part. */
static void add_part(struct footer *f, slice last)
{
	bool line_begins = slice_starts(last, "--");
	buf part = { NULL, 0, 0 };

	add_delimiter(f, &part, "\n");
	buf_addslice(&part, buf_slice(&f->part));
	if (line_begins)
		buf_addchar(&part, '\n');
	put_lines(f, slice_from(buf_slice(&part), line_begins));
	buf_free(&part);
}

/* Text without any part would be hidden by one. */
static bool takes_part(const struct footer *f, const struct part *multipart)
{
	return !f->sealed && multipart->parts && !ends_with(f, buf_slice(&f->part));
}

static void part_begins(void *context, const struct part *p)
{
	struct footer *f = context;

	f->sealed |= p->depth == 1 && footer_is_sealed(p->type, p->subtype);
}

static void part_has(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct footer *f = context;

	if (p->decoded)
		return;
	if (p->depth == 0 && what == PART_OUTSIDE && f->walk->open.depth == 0 && !f->closed) {
		f->closed = true;
		if (takes_part(f, p))
			add_part(f, bytes);
	}
	put(f, bytes);
}

/* The last is that of the message, whether its last boundary came or not. */
static void part_ends(void *context, const struct part *p)
{
	struct footer *f = context;

	if (p->depth == 0 && p->kind == PART_MULTIPART && !f->closed && takes_part(f, p))
		end_multipart(f);
}

static int status_of(const struct footer *f)
{
	errno = f->error;
	return f->error ? -1 : 0;
}

int footer_header(struct footer *f, struct copies *to, slice header)
{
	static const struct part_events events = { part_begins, part_has, part_ends };

	f->to = to;
	if (f->way == FOOTER_PART) {
		f->walk = mem_alloc(sizeof *f->walk);
		part_walk_begin(f->walk, &events, f);
		part_walk_more(f->walk, header);
	} else {
		put(f, header);
	}
	return status_of(f);
}

int footer_body(struct footer *f, slice bytes)
{
	if (f->way == FOOTER_WRAP && !f->begun)
		begin_wrapped(f, &bytes);
	f->begun = true;
	if (f->way == FOOTER_PART)
		part_walk_more(f->walk, bytes);
	else
		put(f, bytes);
	return status_of(f);
}

int footer_end(struct footer *f)
{
	slice nothing = { "", 0 };

	switch (f->way) {
	case FOOTER_NONE: break;
	case FOOTER_TEXT: end_text(f); break;
	case FOOTER_PART:
		part_walk_finish(f->walk);
		free(f->walk);
		break;
	case FOOTER_WRAP:
		if (!f->begun)
			begin_wrapped(f, &nothing);
		end_multipart(f);
	}
	return status_of(f);
}
