#include <string.h>

#include "uu.h"

/* Four characters for each three bytes begun. */
static size_t characters(size_t bytes)
{
	return (bytes + 2) / 3 * 4;
}

static char digit(unsigned value)
{
	return (char)((value & 63) ? ' ' + (value & 63) : '`');
}

/* The bytes, at most 45, may be read in whole groups: room behind them, which counts as 0. */
static void add_line(buf *out, const unsigned char *p, size_t n)
{
	char *to = buf_reserve(out, characters(n) + 2);

	*to++ = digit((unsigned)n);
	for (size_t i = 0; i < n; i += 3, p += 3) {
		*to++ = digit(p[0] >> 2);
		*to++ = digit((p[0] & 3U) << 4 | p[1] >> 4);
		*to++ = digit((p[1] & 15U) << 2 | p[2] >> 6);
		*to++ = digit(p[2]);
	}
	*to++ = '\n';
	*to = '\0';
	out->n = (size_t)(to - out->p);
}

void uu_begin(buf *out, unsigned mode, slice name)
{
	buf_print(out, "begin %03o ", mode & 0777);
	for (size_t i = 0; i < name.n; i++)
		buf_addchar(out, name.p[i] < ' ' || name.p[i] > '~' ? '_' : name.p[i]);
	buf_addchar(out, '\n');
}

void uu_more(struct uu *s, slice bytes, buf *out)
{
	while (bytes.n) {
		slice some = slice_upto(bytes, UU_LINE_BYTES - s->count);

		if (some.n == UU_LINE_BYTES) {
			add_line(out, (const unsigned char *)some.p, some.n);
		} else {
			memcpy(s->held + s->count, some.p, some.n);
			s->count += some.n;
		}
		if (s->count == UU_LINE_BYTES) {
			add_line(out, s->held, s->count);
			s->count = 0;
		}
		bytes = slice_from(bytes, some.n);
	}
}

/* A line of 13 bytes would begin with a dash and could be taken for the boundary of a multipart: it becomes two. */
void uu_finish(struct uu *s, buf *out)
{
	size_t first = s->count == '-' - ' ' ? s->count - 1 : s->count;
	unsigned char last[3] = { s->held[first] };

	memset(s->held + s->count, 0, UU_LINE_BYTES - s->count);
	if (first)
		add_line(out, s->held, first);
	if (first < s->count)
		add_line(out, last, 1);
	buf_addtext(out, "`\nend\n");
	s->count = 0;
}

static void refuse(struct uu_decoder *d, long long at)
{
	if (d->wrong < 0)
		d->wrong = at;
}

static bool is_digit(char c)
{
	return c >= ' ' && c <= '`';
}

static unsigned value_of(char c)
{
	return (unsigned)(c - ' ') & 63;
}

/* The digits at the start of a line, its length among them. */
static size_t count_digits(slice line)
{
	size_t n = 0;

	while (n < line.n && is_digit(line.p[n]))
		n++;
	return n;
}

static slice without_blanks(slice line)
{
	while (line.n && ascii_blank(line.p[line.n - 1]))
		line.n--;
	return line;
}

/* `MODE NAME` behind `begin ` or `begin-base64 `. */
static bool take_begin(struct uu_decoder *d, slice line)
{
	bool base64 = slice_starts(line, "begin-base64 ");
	unsigned mode = 0;
	slice digits;

	if (!base64 && !slice_starts(line, "begin "))
		return false;
	line = slice_from(line, base64 ? 13 : 6);
	if (!slice_word(&line, &digits) || digits.n > 4 || slice_trim(line).n == 0)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '7')
			return false;
		mode = mode << 3 | (unsigned)(digits.p[i] - '0');
	}
	line = slice_upto(slice_trim(line), sizeof d->name - 1);
	memcpy(d->name, line.p, line.n);
	d->name[line.n] = '\0';
	d->mode = mode;
	d->named = true;
	d->state = base64 ? UU_BASE64 : UU_DATA;
	return true;
}

/* Decodes `count` bytes; where the line has no more, it had blanks. */
static void add_bytes(slice digits, size_t count, buf *out)
{
	char *to = buf_reserve(out, count + 2);

	for (size_t i = 0; i < count; i += 3) {
		unsigned group = 0;

		for (size_t place = i / 3 * 4; place < i / 3 * 4 + 4; place++)
			group = group << 6 | (place < digits.n ? value_of(digits.p[place]) : 0);
		*to++ = (char)(group >> 16);
		*to++ = (char)(group >> 8);
		*to++ = (char)group;
	}
	out->n += count;
	out->p[out->n] = '\0';
}

static void take_data(struct uu_decoder *d, slice line, buf *out)
{
	size_t good = count_digits(line), count = good ? value_of(line.p[0]) : 0, need = characters(count);
	slice rest = without_blanks(slice_from(line, need + 1));

	if (good < line.n || rest.n > 1)
		refuse(d, d->at + (long long)(good < line.n ? good : need + 2));
	if ((good < line.n && good <= need) || rest.n > 1)
		return;
	if (line.n && line.n < need + 1)
		refuse(d, d->at + (long long)line.n);
	add_bytes(slice_from(line, 1), count, out);
}

/* A line that is certainly data, though no begin line came: as long as it says, and not empty. */
static bool is_bare_data(slice line)
{
	size_t need = line.n ? characters(value_of(line.p[0])) : 0;

	return need && count_digits(line) == line.n && (line.n == need + 1 || line.n == need + 2);
}

static void take_base64(struct uu_decoder *d, slice line, bool fresh, buf *out)
{
	if (fresh && slice_is(slice_trim(line), "====")) {
		base64_decode_finish(&d->base64, out);
		d->ended = true;
	} else {
		base64_decode(&d->base64, line, out);
	}
	if (d->base64.wrong >= 0)
		refuse(d, d->base64_at + d->base64.wrong);
}

/* A line with its end, or a piece of one that is too long; d->at is where it begins. */
static void take_line(struct uu_decoder *d, slice line, bool whole, buf *out)
{
	bool fresh = !d->inside;
	slice text = line;

	d->inside = !whole;
	if (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	if (text.n && text.p[text.n - 1] == '\r')
		text.n--;
	if (d->state == UU_BASE64) {
		take_base64(d, line, fresh, out);
	} else if (!fresh || !whole) {
		if (d->state == UU_DATA)
			refuse(d, d->at);
	} else if (!d->named && take_begin(d, text)) {
		d->base64_at = d->at + (long long)line.n;
	} else if (d->state == UU_DATA && slice_is(without_blanks(text), "end")) {
		d->ended = true;
	} else if (d->state == UU_DATA || is_bare_data(text)) {
		d->state = UU_DATA;
		take_data(d, text, out);
	}
}

static void begin(struct uu_decoder *d)
{
	if (d->begun)
		return;
	d->begun = true;
	d->wrong = -1;
}

void uu_decode(struct uu_decoder *d, slice bytes, buf *out)
{
	begin(d);
	while (bytes.n && !d->ended) {
		slice line = slice_upto(bytes, slice_find(bytes, '\n') + 1);
		bool whole = line.p[line.n - 1] == '\n';

		if (d->held == 0 && whole && line.n <= sizeof d->line) {
			take_line(d, line, true, out);
			d->at += (long long)line.n;
			bytes = slice_from(bytes, line.n);
			continue;
		}
		line = slice_upto(line, sizeof d->line - d->held);
		whole = line.p[line.n - 1] == '\n';
		memcpy(d->line + d->held, line.p, line.n);
		d->held += line.n;
		bytes = slice_from(bytes, line.n);
		if (whole || d->held == sizeof d->line) {
			take_line(d, (slice){ d->line, d->held }, whole, out);
			d->at += (long long)d->held;
			d->held = 0;
		}
	}
}

/* The end of all is the end of its last line. */
void uu_decode_finish(struct uu_decoder *d, buf *out)
{
	begin(d);
	if (d->held)
		take_line(d, (slice){ d->line, d->held }, true, out);
	d->at += (long long)d->held;
	d->held = 0;
	if (d->ended)
		return;
	if (d->state == UU_BASE64)
		base64_decode_finish(&d->base64, out);
	if (d->named || d->state == UU_BEFORE)
		refuse(d, d->named ? d->at : 0);
}
