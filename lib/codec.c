#include <string.h>

#include "codec.h"

enum { LINE = 76 };

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char digits16[] = "0123456789ABCDEF";

bool seven_bit(slice s)
{
	bool good = true;

	for (size_t i = 0; i < s.n; i++)
		good &= (unsigned char)(s.p[i] - 1) < 127 && s.p[i] != '\r';
	return good;
}

static char *put_group(char *to, unsigned char a, unsigned char b, unsigned char c)
{
	to[0] = digits64[a >> 2];
	to[1] = digits64[(a & 3) << 4 | b >> 4];
	to[2] = digits64[(b & 15) << 2 | c >> 6];
	to[3] = digits64[c & 63];
	return to + 4;
}

static char *put_column(struct base64 *s, char *to)
{
	s->column += 4;
	if (s->column == LINE) {
		*to++ = '\n';
		s->column = 0;
	}
	return to;
}

void base64_more(struct base64 *s, slice bytes, buf *out)
{
	const unsigned char *p = (const unsigned char *)bytes.p, *end;
	char *to = buf_reserve(out, bytes.n / 3 * 4 + bytes.n / 57 + 16);

	if (bytes.n == 0)
		return;
	end = p + bytes.n;
	while (s->count && p < end) {
		s->held[s->count++] = *p++;
		if (s->count == 3) {
			to = put_column(s, put_group(to, s->held[0], s->held[1], s->held[2]));
			s->count = 0;
		}
	}
	for (; end - p >= 3; p += 3)
		to = put_column(s, put_group(to, p[0], p[1], p[2]));
	while (p < end)
		s->held[s->count++] = *p++;
	out->n = (size_t)(to - out->p);
	*to = '\0';
}

static void add_last_group(buf *out, const unsigned char *held, unsigned count)
{
	char group[4];

	put_group(group, held[0], count > 1 ? held[1] : 0, 0);
	if (count == 1)
		group[2] = '=';
	group[3] = '=';
	buf_add(out, group, sizeof group);
}

void base64_finish(struct base64 *s, buf *out)
{
	if (s->count)
		add_last_group(out, s->held, s->count);
	if (s->count || s->column)
		buf_addchar(out, '\n');
	*s = (struct base64){ .count = 0 };
}

void base64_add(buf *out, slice bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	size_t left = bytes.n;

	for (; left >= 3; p += 3, left -= 3) {
		put_group(buf_reserve(out, 4), p[0], p[1], p[2]);
		out->n += 4;
	}
	if (left)
		add_last_group(out, p, (unsigned)left);
}

/*
 * One character of the output, `=XX` or the byte itself, behind a soft line break where it would not fit. A line
 * that begins only here never begins with a dash: it could be taken for the boundary of a multipart.
 */
static char *put_qp(struct qp *s, char *to, char c, bool plain)
{
	unsigned n = plain ? 1 : 3;

	if (s->column + n >= LINE) {
		memcpy(to, "=\n", 2);
		to += 2;
		s->column = 0;
		plain = plain && c != '-';
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
	return c >= ' ' && c <= '~' && c != '=';
}

/* A blank is data unless it ends a line; a CR is data unless LF follows. */
static char *put_held(struct qp *s, char *to, char next, bool ends)
{
	char c = s->held;

	s->held = '\0';
	if (!c || (c == '\r' && ends))
		return to;
	return put_qp(s, to, c, c != '\r' && !ends && next != '\r');
}

static char *put_byte(struct qp *s, char *to, char c)
{
	bool ends = !s->binary && c == '\n';

	to = put_held(s, to, c, ends);
	if (ends) {
		*to++ = '\n';
		s->column = 0;
	} else if (ascii_blank(c) || (c == '\r' && !s->binary)) {
		s->held = c;
	} else {
		to = put_qp(s, to, c, qp_plain(c));
	}
	return to;
}

void qp_more(struct qp *s, slice bytes, buf *out)
{
	while (bytes.n) {
		slice some = slice_upto(bytes, 4096);
		char *to = buf_reserve(out, some.n * 3 + some.n / 8 + 16);

		for (size_t i = 0; i < some.n; i++)
			to = put_byte(s, to, some.p[i]);
		out->n = (size_t)(to - out->p);
		*to = '\0';
		bytes = slice_from(bytes, some.n);
	}
}

void qp_finish(struct qp *s, buf *out)
{
	char last[8], *to = last;

	if (s->held) {
		to = put_qp(s, to, s->held, false);
		buf_add(out, last, (size_t)(to - last));
	}
	*s = (struct qp){ .binary = s->binary };
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
