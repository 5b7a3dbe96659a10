#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "qp.h"

enum { LINE = 76 };

static const char digits16[] = "0123456789ABCDEF";

/*
 * One character of the output, `=XX` or the byte itself, behind a soft line break where it would not fit. A line
 * that begins only here never begins with a dash, a dot or `From `: it could be taken for the boundary of a multipart,
 * for the end of the message in SMTP, or for the end of the message in a mailbox.
 */
static char *put_qp(struct qp *s, char *to, char c, bool plain)
{
	unsigned n = plain ? 1 : 3;

	if (s->column + n >= LINE) {
		memcpy(to, "=\n", 2);
		to += 2;
		s->column = 0;
		plain = plain && c != '-' && c != '.' && c != 'F';
		n = plain ? 1 : 3;
	}
	s->column += n;
	if (plain) {
		*to++ = c;
		return to;
	}
	*to++ = '=';
	*to++ = digits16[(unsigned char)c >> 4];
	*to++ = digits16[c & 15];
	return to;
}

static bool qp_plain(char c)
{
	return c > ' ' && c <= '~' && c != '=';
}

/* A blank is data unless it ends a line; a CR is data unless LF follows; an F that begins a line may begin `From `. */
static char *put_held(struct qp *s, char *to, char next, bool ends)
{
	char c = s->held;

	s->held = '\0';
	if (!c || (c == '\r' && ends && !s->exact))
		return to;
	if (c == 'F')
		return put_qp(s, to, c, next != 'r');
	return put_qp(s, to, c, c != '\r' && !ends && next != '\r');
}

/* After a CR that is data LF is too, and the line ends behind it all the same. */
static char *put_line_end(struct qp *s, char *to, bool cr)
{
	if (cr) {
		to = put_qp(s, to, '\n', false);
		*to++ = '=';
	}
	*to++ = '\n';
	s->column = 0;
	return to;
}

static char *put_byte(struct qp *s, char *to, char c)
{
	bool ends = !s->binary && c == '\n', cr = s->exact && s->held == '\r';

	to = put_held(s, to, c, ends);
	if (ends)
		return put_line_end(s, to, cr);
	if (ascii_blank(c) || (c == '\r' && !s->binary) || (c == 'F' && s->column == 0))
		s->held = c;
	else
		to = put_qp(s, to, c, qp_plain(c) && !(c == '.' && s->column == 0));
	return to;
}

/* Within a line: what stays as it is, as far as it fits. */
static size_t plain_run(const struct qp *s, slice bytes)
{
	size_t n = 0, most = LINE - 1 - s->column;

	if (s->held || s->column == 0 || s->column >= LINE - 1)
		return 0;
	bytes = slice_upto(bytes, most);
	while (n < bytes.n && (qp_plain(bytes.p[n]) || (bytes.p[n] == ' ' && n + 1 < bytes.n && qp_plain(bytes.p[n + 1]))))
		n++;
	return n;
}

void qp_more(struct qp *s, slice bytes, buf *out)
{
	while (bytes.n) {
		slice some = slice_upto(bytes, 4096);
		char *to = buf_reserve(out, some.n * 3 + some.n / 8 + 16);

		bytes = slice_from(bytes, some.n);
		while (some.n) {
			size_t n = plain_run(s, some);

			memcpy(to, some.p, n);
			to += n;
			s->column += (unsigned)n;
			some = slice_from(some, n);
			if (some.n)
				to = put_byte(s, to, some.p[0]);
			some = slice_from(some, 1);
		}
		out->n = (size_t)(to - out->p);
		*to = '\0';
	}
}

void qp_finish(struct qp *s, buf *out)
{
	char last[8], *to = last;

	if (s->held) {
		to = put_qp(s, to, s->held, s->held == 'F');
		buf_add(out, last, (size_t)(to - last));
	}
	*s = (struct qp){ .binary = s->binary, .exact = s->exact };
}

static bool q_plain(char c)
{
	return ascii_letter(c) || ascii_digit(c) || (c && strchr("!*+-/", c));
}

void q_add(buf *out, slice bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i];

		if (q_plain(c) || c == ' ') {
			buf_addchar(out, c == ' ' ? '_' : c);
			continue;
		}
		buf_addchar(out, '=');
		buf_addchar(out, digits16[(unsigned char)c >> 4]);
		buf_addchar(out, digits16[c & 15]);
	}
}

size_t q_length(slice bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i++)
		n += q_plain(bytes.p[i]) || bytes.p[i] == ' ' ? 1 : 3;
	return n;
}

/* The value of a hexadecimal digit, with LOWER for a-f; NONE for what is none. */
enum { LOWER = 0x20, NONE = 0x40 };
static unsigned char hex[256];

static void make_table(void)
{
	if (hex[0] == NONE)
		return;
	for (int c = 0; c < 256; c++) {
		int value = ascii_hex((char)c);

		hex[c] = (unsigned char)(value < 0 ? NONE : c >= 'a' ? LOWER | value : value);
	}
}

static unsigned hex_of(char c)
{
	return hex[(unsigned char)c];
}

static void refuse(struct qp_decoder *d, long long at)
{
	if (d->wrong < 0)
		d->wrong = at;
}

/* What is more than itself, or may not stand there: `=`, controls, DEL and all above. */
static bool is_special(char c)
{
	return c == '=' || (unsigned char)c < ' ' || (unsigned char)c > 126;
}

#define EACH(byte) (0x0101010101010101U * (byte))

/*
 * Copies up to the first special byte: its place, or the end. Eight bytes at a time, of which the sums and
 * differences set the top bit; a carry out of one spoils only those behind it, which are not looked at then.
 */
static const char *copy_plain(const char *p, const char *end, char **to)
{
	while (end - p >= 8) {
		uint64_t word, equals, special;

		memcpy(&word, p, 8);
		memcpy(*to, &word, 8);
		word = le64toh(word);
		equals = word ^ EACH('=');
		special = ((equals - EACH(1)) | (word - EACH(' ')) | (word + EACH(1)) | word) & EACH(0x80);
		if (special) {
			size_t n = (size_t)__builtin_ctzll(special) / 8;

			*to += n;
			return p + n;
		}
		p += 8;
		*to += 8;
	}
	while (p < end && !is_special(*p))
		*(*to)++ = *p++;
	return p;
}

/* The blanks before this place, as far as they go. */
static size_t blanks_before(const char *start, const char *p)
{
	size_t n = 0;

	while (n < LIMIT_BLANKS && p > start && ascii_blank(p[-1])) {
		p--;
		n++;
	}
	return n;
}

/* The length of a soft line break behind its `=`, or 0. */
static size_t soft_break(const char *p, const char *end)
{
	size_t n = 0;

	while (n < LIMIT_BLANKS && p + n < end && ascii_blank(p[n]))
		n++;
	if (p + n < end && p[n] == '\r')
		n++;
	return p + n < end && p[n] == '\n' ? n + 1 : 0;
}

/* `=` and what follows: the place behind it. */
static const char *take_equals(struct qp_decoder *d, const char *p, const char *end, long long at, char **to)
{
	unsigned a = end - p > 2 ? hex_of(p[1]) : NONE, b = a != NONE ? hex_of(p[2]) : NONE;
	size_t n;

	if (b != NONE) {
		if ((a | b) & LOWER)
			refuse(d, at);
		*(*to)++ = (char)((a & 15) << 4 | (b & 15));
		return p + 3;
	}
	n = soft_break(p + 1, end);
	if (n == 0) {
		refuse(d, at);
		*(*to)++ = '=';
	}
	return p + 1 + n;
}

/* The blanks before a line end were copied, and are taken back. */
static void end_line(const char *start, const char *p, char **to)
{
	bool cr = p > start && p[-1] == '\r';

	*to -= blanks_before(start, cr ? p - 1 : p);
	if (cr)
		(*to)[-1] = '\r';
	*(*to)++ = '\n';
}

/* Decodes text that ends where it can be decided; `at` is the offset of its start. */
static char *decode(struct qp_decoder *d, const char *start, const char *end, long long at, char *to)
{
	const char *p = start;

	while ((p = copy_plain(p, end, &to)) < end) {
		long long here = at + (p - start);

		if (*p == '=') {
			p = take_equals(d, p, end, here, &to);
			continue;
		}
		if (*p == '\n')
			end_line(start, p, &to);
		else
			*to++ = *p;
		if (*p != '\n' && *p != '\t' && !(*p == '\r' && p + 1 < end && p[1] == '\n'))
			refuse(d, here);
		p++;
	}
	return to;
}

/* Where the end of a text begins that what follows decides: blanks and a CR, with or without `=`; or half an escape. */
static const char *undecided(const char *start, const char *end)
{
	const char *p = end;

	if (end - start >= 2 && end[-2] == '=' && hex_of(end[-1]) != NONE)
		return end - 2;
	if (p > start && p[-1] == '\r')
		p--;
	p -= blanks_before(start, p);
	return p > start && p[-1] == '=' ? p - 1 : p;
}

static void begin(struct qp_decoder *d)
{
	if (d->begun)
		return;
	make_table();
	d->begun = true;
	d->wrong = -1;
}

/*
 * Decodes what is held with as many bytes of its successors as decide about it: how many of these are done with.
 * Where all of them are not enough, they are held too.
 */
static size_t decode_held(struct qp_decoder *d, slice bytes, char **to)
{
	char text[2 * sizeof d->tail];
	slice some = slice_upto(bytes, sizeof d->tail);
	const char *end;

	memcpy(text, d->tail, d->held);
	memcpy(text + d->held, some.p, some.n);
	end = undecided(text, text + d->held + some.n);
	*to = decode(d, text, end, d->at - (long long)d->held, *to);
	if (end >= text + d->held) {
		some.n = (size_t)(end - text) - d->held;
		d->held = 0;
	} else {
		d->held = (size_t)(text + d->held + some.n - end);
		memcpy(d->tail, end, d->held);
	}
	return some.n;
}

void qp_decode(struct qp_decoder *d, slice bytes, buf *out)
{
	char *to = buf_reserve(out, bytes.n + sizeof d->tail + 16);
	const char *end;

	begin(d);
	while (d->held && bytes.n) {
		size_t n = decode_held(d, bytes, &to);

		d->at += (long long)n;
		bytes = slice_from(bytes, n);
	}
	if (bytes.n) {
		end = undecided(bytes.p, bytes.p + bytes.n);
		to = decode(d, bytes.p, end, d->at, to);
		d->held = (size_t)(bytes.p + bytes.n - end);
		memcpy(d->tail, end, d->held);
		d->at += (long long)bytes.n;
	}
	out->n = (size_t)(to - out->p);
	*to = '\0';
}

/* The end of all is the end of its last line. */
void qp_decode_finish(struct qp_decoder *d, buf *out)
{
	char text[sizeof d->tail + 1];
	char *to = buf_reserve(out, sizeof text + 16), *start = to;
	size_t n = d->held;
	bool cr = n && d->tail[n - 1] == '\r';

	begin(d);
	if (cr)
		refuse(d, d->at - 1);
	memcpy(text, d->tail, n);
	text[n] = '\n';
	to = decode(d, text, text + n + 1, d->at - (long long)n, to);
	if (to > start && to[-1] == '\n')
		to--;
	d->held = 0;
	out->n = (size_t)(to - out->p);
	*to = '\0';
}

void q_decode_add(buf *out, slice text)
{
	make_table();
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '=' && i + 2 < text.n && !((hex_of(text.p[i + 1]) | hex_of(text.p[i + 2])) & NONE)) {
			c = (char)((hex_of(text.p[i + 1]) & 15) << 4 | (hex_of(text.p[i + 2]) & 15));
			i += 2;
		} else if (c == '_') {
			c = ' ';
		}
		buf_addchar(out, c);
	}
}
