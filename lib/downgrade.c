#include <string.h>

#include "downgrade.h"
#include "head.h"
#include "mime.h"

static void convert(struct downgrade *d, buf *out);
static void put(struct downgrade *d, slice piece, buf *out);
static void end_line(struct downgrade *d, buf *out);

static void refuse(struct downgrade *d, const char *why)
{
	if (!d->why)
		d->why = why;
}

static void begin_header(struct downgrade *d, bool message, bool digest)
{
	d->state = DOWNGRADE_HEADER;
	d->message = message;
	d->digest = digest;
	buf_clear(&d->header);
	d->line_start = 0;
}

static void begin_body(struct downgrade *d, enum downgrade_state state)
{
	d->state = state;
	d->fresh = true;
	d->pending = d->skip = false;
	d->column = 0;
	buf_clear(&d->held);
}

void downgrade_begin(struct downgrade *d)
{
	*d = (struct downgrade){ .why = NULL };
	begin_header(d, true, false);
}

/* The header */

static bool has(const struct downgrade *d, const char *name)
{
	struct field f;

	return head_find(buf_slice(&d->header), name, &f);
}

static void put_field(struct downgrade *d, const struct field *f, buf *out)
{
	if (d->sealed && !seven_bit(f->whole))
		refuse(d, d->refusal);
	else if (slice_starts(f->name, "--") && (!seven_bit(f->whole) || f->whole.n > LIMIT_TEXT_LINE))
		refuse(d, "a header field that is changed could become a boundary");
	else if (head_fit(out, f))
		refuse(d, "the header has what cannot be sent as 7-bit");
}

static void put_encoding(const char *encoding, buf *out)
{
	buf_print(out, "Content-Transfer-Encoding: %s\n", encoding);
}

/* The header with an encoding, if any, in the place of the one it names. */
static void put_header(struct downgrade *d, const char *encoding, buf *out)
{
	slice rest = buf_slice(&d->header);
	bool put_already = false;
	struct field f;

	while (head_next(&rest, &f)) {
		if (!encoding || !field_is(&f, "Content-Transfer-Encoding")) {
			put_field(d, &f, out);
		} else if (!put_already) {
			put_encoding(encoding, out);
			put_already = true;
		}
	}
}

static const char *seven_bit_name(const struct downgrade *d)
{
	return d->eight_bit ? "7bit" : NULL;
}

static void put_version(const struct downgrade *d, buf *out)
{
	if (d->message && !has(d, "MIME-Version"))
		buf_addtext(out, "MIME-Version: 1.0\n");
}

static void put_converted_header(struct downgrade *d, const char *encoding, buf *out)
{
	put_header(d, encoding, out);
	put_version(d, out);
	if (!has(d, "Content-Type"))
		buf_addtext(out, "Content-Type: text/plain; charset=unknown-8bit\n");
	if (!has(d, "Content-Transfer-Encoding"))
		put_encoding(encoding, out);
	buf_addchar(out, '\n');
}

/* The body */

static void feed_ignored(struct downgrade *d, slice piece, buf *out)
{
	size_t room = LIMIT_TEXT_LINE - (d->column < LIMIT_TEXT_LINE ? d->column : LIMIT_TEXT_LINE);

	if (d->column == 0 && slice_starts(piece, "--") && (piece.n > room || !seven_bit(piece)))
		d->skip = true;
	d->column += piece.n;
	if (d->skip)
		return;
	piece = slice_upto(piece, room);
	for (size_t i = 0; i < piece.n; i++)
		buf_addchar(out, seven_bit((slice){ piece.p + i, 1 }) ? piece.p[i] : '?');
}

/* A line that begins anew with a dash could be taken for a boundary. */
static void feed_checked(struct downgrade *d, slice piece, buf *out)
{
	if (!seven_bit(piece))
		refuse(d, d->refusal);
	while (d->wraps && d->column + piece.n > LIMIT_TEXT_LINE) {
		slice part = slice_upto(piece, LIMIT_TEXT_LINE - d->column);

		piece = slice_from(piece, part.n);
		if (piece.p[0] == '-')
			refuse(d, d->refusal);
		buf_addslice(out, part);
		buf_addchar(out, '\n');
		d->column = 0;
	}
	d->column += piece.n;
	if (d->column > LIMIT_TEXT_LINE)
		refuse(d, d->refusal);
	buf_addslice(out, piece);
}

/* What is no boundary must not become one by being encoded. */
static void feed_qp(struct downgrade *d, slice piece, buf *out)
{
	if (d->column == 0 && d->open.depth && slice_starts(piece, "--")) {
		buf_addtext(out, "=2D");
		d->qp.column += 3;
		d->column++;
		piece = slice_from(piece, 1);
	}
	d->column += piece.n;
	qp_more(&d->qp, piece, out);
}

/* Bytes of a line, without its end. */
static void feed(struct downgrade *d, slice piece, buf *out)
{
	if (d->state == DOWNGRADE_HELD && (!seven_bit(piece) || d->column + piece.n > LIMIT_TEXT_LINE ||
	    d->held.n + piece.n > LIMIT_HELD))
		convert(d, out);
	switch (d->state) {
	case DOWNGRADE_HEADER:
		break;
	case DOWNGRADE_HELD:
		buf_addslice(&d->held, piece);
		d->column += piece.n;
		break;
	case DOWNGRADE_QP:
		feed_qp(d, piece, out);
		break;
	case DOWNGRADE_BASE64:
		base64_more(&d->base64, piece, out);
		break;
	case DOWNGRADE_CHECKED:
		feed_checked(d, piece, out);
		break;
	case DOWNGRADE_IGNORED:
		feed_ignored(d, piece, out);
		break;
	}
}

static void feed_line_end(struct downgrade *d, buf *out)
{
	if (d->state == DOWNGRADE_HELD && d->held.n == LIMIT_HELD)
		convert(d, out);
	if (d->state == DOWNGRADE_QP)
		qp_more(&d->qp, SLICE("\r\n"), out);
	else if (d->state == DOWNGRADE_BASE64)
		base64_more(&d->base64, SLICE("\r\n"), out);
	else if (!d->skip)
		buf_addchar(d->state == DOWNGRADE_HELD ? &d->held : out, '\n');
	d->skip = false;
	d->column = 0;
}

/* The leaf HELD does not fit: from here on it is encoded, and what was held first. */
static void convert(struct downgrade *d, buf *out)
{
	slice rest = buf_slice(&d->held), line;
	size_t n;

	put_converted_header(d, d->text ? "quoted-printable" : "base64", out);
	d->state = d->text ? DOWNGRADE_QP : DOWNGRADE_BASE64;
	d->qp = (struct qp){ .column = 0 };
	d->base64 = (struct base64){ .count = 0 };
	d->column = 0;
	while (rest.n) {
		n = slice_find(rest, '\n');
		line = slice_upto(rest, n);
		feed(d, line, out);
		if (n < rest.n)
			feed_line_end(d, out);
		rest = slice_from(rest, n + 1);
	}
}

/* Parts */

static void enter_checked(struct downgrade *d, const char *refusal, const char *encoding, buf *out)
{
	d->refusal = refusal;
	put_header(d, encoding, out);
	buf_addchar(out, '\n');
	begin_body(d, DOWNGRADE_CHECKED);
}

static void enter_multipart(struct downgrade *d, slice type_body, slice subtype, buf *out)
{
	if (slice_case_is(subtype, "signed")) {
		enter_checked(d, "a signed part cannot be converted", seven_bit_name(d), out);
	} else if (slice_case_is(subtype, "encrypted")) {
		enter_checked(d, "an encrypted part cannot be converted", seven_bit_name(d), out);
	} else if (!boundaries_push(&d->open, type_body, slice_case_is(subtype, "digest"))) {
		enter_checked(d, "a multipart whose parts cannot be told apart cannot be converted", seven_bit_name(d), out);
	} else {
		put_header(d, seven_bit_name(d), out);
		put_version(d, out);
		buf_addchar(out, '\n');
		begin_body(d, DOWNGRADE_IGNORED);
	}
}

static void enter_message(struct downgrade *d, slice subtype, buf *out)
{
	if (!slice_case_is(subtype, "rfc822")) {
		enter_checked(d, "a part of a type that must be 7-bit is not", seven_bit_name(d), out);
		return;
	}
	put_header(d, seven_bit_name(d), out);
	buf_addchar(out, '\n');
	begin_header(d, true, false);
}

static bool is_sealed(struct downgrade *d)
{
	if (!d->begun)
		d->sealed = has(d, "DKIM-Signature");
	d->begun = true;
	return d->sealed;
}

/* Whether the body stands there as it is. */
static bool read_encoding(struct downgrade *d)
{
	struct field f;
	slice encoding = SLICE("7bit");

	if (head_find(buf_slice(&d->header), "Content-Transfer-Encoding", &f))
		encoding = mime_token(&f.body);
	d->eight_bit = slice_case_is(encoding, "8bit") || slice_case_is(encoding, "binary");
	d->wraps = slice_case_is(encoding, "base64");
	return d->eight_bit || slice_case_is(encoding, "7bit");
}

/* The header is complete: what follows it depends on what it says. */
static void end_header(struct downgrade *d, buf *out)
{
	slice type = SLICE("text"), subtype = SLICE("plain");
	struct field f = { .body = { NULL, 0 } };

	if (head_find(buf_slice(&d->header), "Content-Type", &f)) {
		if (!mime_type(f.body, &type, &subtype))
			type = SLICE("text");
	} else if (d->digest) {
		type = SLICE("message"), subtype = SLICE("rfc822");
	}
	if (is_sealed(d)) {
		d->refusal = "a message with a DKIM-Signature cannot be converted";
		d->wraps = false;
		enter_checked(d, d->refusal, NULL, out);
	} else if (!read_encoding(d)) {
		enter_checked(d, "an encoded part has bytes or lines that its encoding does not allow", NULL, out);
	} else if (slice_case_is(type, "multipart")) {
		enter_multipart(d, f.body, subtype, out);
	} else if (slice_case_is(type, "message") && !slice_case_starts(subtype, "global")) {
		enter_message(d, subtype, out);
	} else {
		d->text = slice_case_is(type, "text");
		begin_body(d, DOWNGRADE_HELD);
	}
}

static void end_part(struct downgrade *d, buf *out)
{
	if (d->state == DOWNGRADE_HEADER && d->header.n)
		end_header(d, out);
	if (d->state == DOWNGRADE_HEADER)
		return;
	if (d->state == DOWNGRADE_HELD) {
		put_header(d, seven_bit_name(d), out);
		buf_addchar(out, '\n');
		buf_addslice(out, buf_slice(&d->held));
	}
	qp_finish(&d->qp, out);
	base64_finish(&d->base64, out);
	if (d->pending && d->state != DOWNGRADE_BASE64 && !d->skip)
		buf_addchar(out, '\n');
	d->pending = false;
}

/* Lines */

static bool take_boundary(struct downgrade *d, slice line, buf *out)
{
	bool closes = false;
	size_t level = boundaries_find(&d->open, line, &closes);

	if (level == d->open.depth)
		return false;
	end_part(d, out);
	buf_addslice(out, slice_trim(line));
	buf_addchar(out, '\n');
	d->open.depth = closes ? level : level + 1;
	if (closes)
		begin_body(d, DOWNGRADE_IGNORED);
	else
		begin_header(d, false, d->open.levels[level].digest);
	return true;
}

/* The line was no field: a boundary, or the first of the body. */
static void put_again(struct downgrade *d, slice line, buf *out)
{
	buf again = { NULL, 0, 0 };

	buf_addslice(&again, line);
	d->header.n = d->line_start;
	if (!take_boundary(d, buf_slice(&again), out)) {
		end_header(d, out);
		put(d, buf_slice(&again), out);
		end_line(d, out);
	}
	buf_free(&again);
}

static bool is_field(const struct downgrade *d, slice line)
{
	bool closes;

	if (d->line_start && ascii_blank(line.p[0]))
		return true;
	return boundaries_find(&d->open, line, &closes) == d->open.depth && head_begins_field(line);
}

static void end_header_line(struct downgrade *d, buf *out)
{
	slice line;

	while (d->header.n > d->line_start && d->header.p[d->header.n - 1] == '\r')
		d->header.n--;
	line = slice_from(buf_slice(&d->header), d->line_start);
	if (line.n == 0) {
		end_header(d, out);
	} else if (is_field(d, line)) {
		buf_addchar(&d->header, '\n');
		d->line_start = d->header.n;
	} else {
		put_again(d, line, out);
	}
}

static void put_in_header(struct downgrade *d, slice piece)
{
	if (d->header.n + piece.n > LIMIT_HEADER)
		refuse(d, "the header is too large");
	else
		buf_addslice(&d->header, piece);
}

static void put_in_body(struct downgrade *d, slice piece, buf *out)
{
	if (d->pending)
		feed_line_end(d, out);
	d->pending = d->fresh = false;
	if (piece.n)
		feed(d, piece, out);
}

/* Whether a line that begins so may be, or become, one with two dashes, of a length that a boundary has. */
static bool may_be_boundary(const struct downgrade *d, slice start)
{
	return (d->open.depth || d->state == DOWNGRADE_IGNORED) && start.n <= LIMIT_TEXT_LINE &&
	    start.p[0] == '-' && (start.n == 1 || start.p[1] == '-');
}

/* Bytes of a line, without its end. */
static void put(struct downgrade *d, slice piece, buf *out)
{
	if (d->state == DOWNGRADE_HEADER) {
		put_in_header(d, piece);
		return;
	}
	if (!d->fresh || (d->line.n == 0 && piece.n && piece.p[0] != '-')) {
		put_in_body(d, piece, out);
		return;
	}
	buf_addslice(&d->line, piece);
	if (d->line.n && !may_be_boundary(d, buf_slice(&d->line))) {
		put_in_body(d, buf_slice(&d->line), out);
		buf_clear(&d->line);
	}
}

/* What is held of the line is all there is of it: true if that was a boundary. */
static bool release_line(struct downgrade *d, buf *out)
{
	bool boundary = d->line.n && take_boundary(d, buf_slice(&d->line), out);

	if (!boundary && d->line.n)
		put_in_body(d, buf_slice(&d->line), out);
	buf_clear(&d->line);
	return boundary;
}

static void end_line(struct downgrade *d, buf *out)
{
	if (d->state == DOWNGRADE_HEADER) {
		end_header_line(d, out);
		return;
	}
	if (release_line(d, out))
		return;
	put_in_body(d, (slice){ NULL, 0 }, out);
	d->pending = d->fresh = true;
}

int downgrade_more(struct downgrade *d, slice in, buf *out)
{
	while (in.n && !d->why) {
		size_t n = slice_find(in, '\n');
		slice piece = slice_upto(in, n);

		if (d->cr && n > 0)
			put(d, SLICE("\r"), out);
		d->cr = piece.n && piece.p[piece.n - 1] == '\r';
		put(d, slice_upto(piece, piece.n - d->cr), out);
		if (n < in.n) {
			d->cr = false;
			end_line(d, out);
		}
		in = slice_from(in, n + 1);
	}
	return d->why ? -1 : 0;
}

int downgrade_finish(struct downgrade *d, buf *out)
{
	if (!d->why && d->cr)
		put(d, SLICE("\r"), out);
	if (!d->why && d->state == DOWNGRADE_HEADER && d->header.n > d->line_start) {
		end_line(d, out);
		d->pending = false;
	}
	if (!d->why) {
		release_line(d, out);
		if (d->pending && d->open.depth == 0) {
			feed_line_end(d, out);
			d->pending = false;
		}
		end_part(d, out);
	}
	buf_free(&d->header);
	buf_free(&d->held);
	buf_free(&d->line);
	boundaries_free(&d->open);
	return d->why ? -1 : 0;
}
