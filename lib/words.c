#include <string.h>

#include "base64.h"
#include "charset.h"
#include "head.h"
#include "limit.h"
#include "qp.h"
#include "words.h"

enum { LONGEST = 75 };    /* bytes of an encoded word (RFC 2047 §2) */

/* `=?charset*language?encoding?text?=` */
struct word {
	slice charset, text;
	char encoding;          /* b or q */
	const char *end;        /* the last `?=` that was found, from where the next search goes on; else NULL */
};

/* What is decoded goes through one conversion for as long as words follow each other in the same character set. */
struct decoder {
	buf out;                /* UTF-8, with the controls that were encoded */
	buf bytes;              /* of one word */
	slice charset;          /* of the conversion that is open */
	bool open;
	struct charset conversion;
};

static bool is_blank(char c)
{
	return ascii_blank(c) || c == '\r' || c == '\n';
}

static bool in_charset(char c)
{
	return c > ' ' && c < 127 && !strchr("?=<>@,;:\"/[]", c);
}

static bool is_base64(slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!ascii_letter(c) && !ascii_digit(c) && !is_blank(c) && c != '+' && c != '/' && c != '=')
			return false;
	}
	return true;
}

/* The first `?=` from start on, the end of the text where there is none: each byte of it is looked at once. */
static const char *find_end(struct word *w, const char *start, const char *limit)
{
	if (!w->end || w->end < start)
		w->end = memmem(start, (size_t)(limit - start), "?=", 2);
	if (!w->end)
		w->end = limit;
	return w->end;
}

/* The length of the encoded word at the start of s, 0 where there is none. */
static size_t word_length(slice s, struct word *w)
{
	size_t n = 2, start;
	const char *end;

	while (n < s.n && in_charset(s.p[n]))
		n++;
	if (n == 2 || n - 2 > LIMIT_CHARSET || s.n - n < 5 || s.p[n] != '?' || s.p[n + 2] != '?')
		return 0;
	w->charset = (slice){ s.p + 2, n - 2 };
	w->charset = slice_upto(w->charset, slice_find(w->charset, '*'));
	w->encoding = ascii_lower(s.p[n + 1]);
	start = n + 3;
	end = find_end(w, s.p + start, s.p + s.n);
	if (end == s.p + s.n)
		return 0;
	w->text = (slice){ s.p + start, (size_t)(end - s.p) - start };
	if (w->encoding != 'q' && (w->encoding != 'b' || !is_base64(w->text)))
		return 0;
	return start + w->text.n + 2;
}

/* The place of the next encoded word, or s.n. */
static size_t find_word(slice s, struct word *w, size_t *length)
{
	size_t i = 0;

	while (i < s.n) {
		const char *at = memmem(s.p + i, s.n - i, "=?", 2);

		if (!at)
			break;
		i = (size_t)(at - s.p);
		*length = word_length(slice_from(s, i), w);
		if (*length)
			return i;
		i += 2;
	}
	return s.n;
}

static void end_run(struct decoder *d)
{
	if (d->open)
		charset_finish(&d->conversion, &d->out);
	d->open = false;
}

static void add_word(struct decoder *d, const struct word *w)
{
	if (d->open && !slice_case_same(d->charset, w->charset))
		end_run(d);
	if (!d->open) {
		if (charset_open(&d->conversion, w->charset))
			charset_guess(&d->conversion);
		d->charset = w->charset;
		d->open = true;
	}
	buf_clear(&d->bytes);
	if (w->encoding == 'b')
		base64_decode_add(&d->bytes, w->text);
	else
		q_decode_add(&d->bytes, w->text);
	charset_more(&d->conversion, buf_slice(&d->bytes), &d->out);
}

static void add_literal(struct decoder *d, slice text)
{
	struct charset c;

	end_run(d);
	charset_guess(&c);
	charset_more(&c, text, &d->out);
	charset_finish(&c, &d->out);
}

/* Blanks between two words only separate them (RFC 2047 §6.2). */
static void decode(struct decoder *d, slice text)
{
	struct word w = { .encoding = 'q' };
	size_t length = 0;

	while (text.n) {
		size_t n = find_word(text, &w, &length);
		slice before = slice_upto(text, n);

		if (slice_trim(before).n || (n && (!d->open || n == text.n)))
			add_literal(d, before);
		if (n == text.n)
			break;
		add_word(d, &w);
		text = slice_from(text, n + length);
	}
	end_run(d);
}

static bool well_formed_q(slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '=') {
			if (i + 2 >= text.n || ascii_hex(text.p[i + 1]) < 0 || ascii_hex(text.p[i + 2]) < 0)
				return false;
			i += 2;
		} else if (text.p[i] <= ' ' || text.p[i] > '~' || text.p[i] == '?') {
			return false;
		}
	return true;
}

static bool well_formed_b(slice text)
{
	struct base64_decoder d = { .begun = false };
	buf bytes = { NULL, 0, 0 };

	base64_decode(&d, text, &bytes);
	base64_decode_finish(&d, &bytes);
	buf_free(&bytes);
	return d.wrong < 0;
}

static bool well_formed(const struct word *w)
{
	return charset_known(w->charset) && (w->encoding == 'b' ? well_formed_b : well_formed_q)(w->text);
}

long long words_wrong(slice line)
{
	struct word w = { .encoding = 'q' };
	size_t i = 0;
	const char *at;

	while ((at = memmem(line.p + i, line.n - i, "=?", 2))) {
		size_t length = word_length(slice_from(line, (size_t)(at - line.p)), &w);

		if (length == 0 || length > LONGEST || !well_formed(&w))
			return at - line.p;
		i = (size_t)(at - line.p) + length;
	}
	return -1;
}

/* ASCII without controls and without an encoded word: nearly every field. */
static bool is_plain(slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)(s.p[i] - ' ') >= 127 - ' ' || (s.p[i] == '?' && i && s.p[i - 1] == '='))
			return false;
	return true;
}

void words_decode(buf *to, slice body)
{
	struct decoder d = { .open = false };
	buf line = { NULL, 0, 0 };

	body = slice_trim(body);
	if (is_plain(body)) {
		buf_addslice(to, body);
		return;
	}
	head_unfold(&line, body);
	decode(&d, buf_slice(&line));
	words_clean(to, buf_slice(&d.out));
	buf_free(&line);
	buf_free(&d.out);
	buf_free(&d.bytes);
}

void words_decode_field(buf *to, slice fields, const char *name)
{
	struct field f;

	if (head_find(fields, name, &f))
		words_decode(to, f.body);
}

void words_plain(buf *to, slice text)
{
	struct decoder d = { .open = false };

	add_literal(&d, text);
	words_clean(to, buf_slice(&d.out));
	buf_free(&d.out);
}

/* The length of the control or separator of lines at the start of s, 0 where there is none. *blank: it is one to a reader. */
static size_t control_length(slice s, bool *blank)
{
	*blank = is_blank(s.p[0]);
	if (ascii_control(s.p[0]))
		return 1;
	if (s.n >= 2 && s.p[0] == '\xc2' && (s.p[1] & 0xe0) == 0x80)
		return 2;
	*blank = slice_starts(s, "\xe2\x80\xa8") || slice_starts(s, "\xe2\x80\xa9");
	return *blank ? 3 : 0;
}

void words_clean(buf *to, slice utf8)
{
	size_t start = 0;

	for (size_t i = 0, n; i < utf8.n; i += n) {
		bool blank;

		n = control_length(slice_from(utf8, i), &blank);
		if (n == 0) {
			n = 1;
			continue;
		}
		buf_add(to, utf8.p + start, i - start);
		buf_addtext(to, blank ? " " : "\xef\xbf\xbd");
		start = i + n;
	}
	buf_addslice(to, slice_from(utf8, start));
}
