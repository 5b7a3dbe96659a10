#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base64-simd.h"
#include "base64.h"

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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
	if (s->column == BASE64_LINE) {
		*to++ = '\n';
		s->column = 0;
	}
	return to;
}

void base64_more(struct base64 *s, slice bytes, buf *out)
{
	const unsigned char *p = (const unsigned char *)bytes.p, *end;
	char *to = buf_reserve(out, bytes.n / 3 * 4 + bytes.n / BASE64_LINE_BYTES + 16);

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
	for (; end - p >= 3; p += 3) {
		if (s->column == 0) {
			size_t lines = base64_simd_encode(p, (size_t)(end - p) / BASE64_LINE_BYTES, to);

			p += lines * BASE64_LINE_BYTES;
			to += lines * (BASE64_LINE + 1);
			if (end - p < 3)
				break;
		}
		to = put_column(s, put_group(to, p[0], p[1], p[2]));
	}
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
 * What each character adds to the three bytes of a group, by its place in it: the bytes in the order of
 * memory, and NONE in the fourth for what is no digit.
 */
static const uint32_t NONE = 0xff;
static uint32_t table[4][256];

static uint32_t in_memory(unsigned group, unsigned fourth)
{
	return htobe32((uint32_t)group << 8 | fourth);
}

static void make_table(void)
{
	if (table[0][0])
		return;
	for (unsigned place = 0; place < 4; place++) {
		for (unsigned c = 0; c < 256; c++)
			table[place][c] = in_memory(0, NONE);
		for (unsigned value = 0; value < 64; value++)
			table[place][(unsigned char)digits64[value]] = in_memory(value << (18 - 6 * place), 0);
	}
}

static int value_of(char c)
{
	uint32_t entry = be32toh(table[3][(unsigned char)c]);

	return entry & NONE ? -1 : (int)(entry >> 8);
}

/* Decodes from the start of a group on, up to the first that is not four digits: where that begins. */
static const char *take_groups(const char *p, const char *end, char **to)
{
	p += base64_simd_decode(p, (size_t)(end - p), to);
	for (; end - p >= 4; p += 4, *to += 3) {
		const unsigned char *c = (const unsigned char *)p;
		uint32_t group = table[0][c[0]] | table[1][c[1]] | table[2][c[2]] | table[3][c[3]];

		if (group & in_memory(0, NONE))
			break;
		memcpy(*to, &group, sizeof group);
	}
	return p;
}

static void refuse(struct base64_decoder *d, long long at)
{
	if (d->wrong < 0)
		d->wrong = at;
}

/* The group that is not full ends here: its whole bytes, and the bits of its last digit that nobody reads. */
static char *end_group(struct base64_decoder *d, char *to)
{
	unsigned spare = d->count == 3 ? 2 : 4;

	if (d->count < 2 || d->bits & ((1U << spare) - 1))
		refuse(d, d->at);
	if (d->count == 3)
		*to++ = (char)(d->bits >> 10);
	if (d->count >= 2)
		*to++ = (char)(d->bits >> spare);
	d->count = 0;
	return to;
}

static char *take_digit(struct base64_decoder *d, unsigned value, char *to)
{
	if (d->padded)
		refuse(d, d->at);
	d->padded = false;
	d->bits = d->bits << 6 | value;
	if (++d->count < 4)
		return to;
	d->count = 0;
	*to++ = (char)(d->bits >> 16);
	*to++ = (char)(d->bits >> 8);
	*to++ = (char)d->bits;
	return to;
}

static char *take_padding(struct base64_decoder *d, char *to)
{
	if (d->padded && d->owed == 0)
		refuse(d, d->at);
	if (d->padded) {
		d->owed = 0;
		return to;
	}
	d->owed = d->count == 2;
	d->padded = true;
	return end_group(d, to);
}

/* One character, whatever it is; d->at is its offset. */
static char *take(struct base64_decoder *d, char c, char *to)
{
	int value = value_of(c);

	if (d->cr && c != '\n')
		refuse(d, d->at - 1);
	d->cr = c == '\r';
	if (value >= 0)
		return take_digit(d, (unsigned)value, to);
	if (c == '=')
		return take_padding(d, to);
	if (c != '\n' && c != '\r')
		refuse(d, d->at);
	return to;
}

static void begin(struct base64_decoder *d)
{
	if (d->begun)
		return;
	make_table();
	d->begun = true;
	d->wrong = -1;
}

void base64_decode(struct base64_decoder *d, slice bytes, buf *out)
{
	const char *p = bytes.p, *end;
	char *to = buf_reserve(out, bytes.n / 4 * 3 + 6 + BASE64_SLACK);

	begin(d);
	if (bytes.n == 0)
		return;
	end = p + bytes.n;
	while (p < end) {
		const char *from = p;

		if (d->count == 0 && !d->padded && !d->cr)
			p = take_groups(p, end, &to);
		d->at += p - from;
		if (p < end) {
			to = take(d, *p++, to);
			d->at++;
		}
	}
	out->n = (size_t)(to - out->p);
	*to = '\0';
}

/* Padding that lacks, wholly or in part, is refused by the strict alone. */
void base64_decode_finish(struct base64_decoder *d, buf *out)
{
	char last[2];

	begin(d);
	if (d->cr)
		refuse(d, d->at - 1);
	if (d->count || (d->padded && d->owed))
		refuse(d, d->at);
	if (d->count)
		buf_add(out, last, (size_t)(end_group(d, last) - last));
}

void base64_decode_add(buf *out, slice text)
{
	struct base64_decoder d = { .begun = false };

	base64_decode(&d, text, out);
	base64_decode_finish(&d, out);
}
