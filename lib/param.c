#include <string.h>

#include "charset.h"
#include "mime.h"
#include "param.h"
#include "uri.h"
#include "words.h"

/* A value, as a range of `values`. */
struct piece {
	size_t at, n;
	bool there, encoded;
};

struct found {
	buf values;             /* as they were written, without their quotes */
	struct piece plain;     /* name=… */
	struct piece whole;     /* name*=… */
	struct piece pieces[LIMIT_SECTIONS];    /* name*0=…, name*1*=… */
};

/* Where the value of a parameter belongs, by what stands behind the name; NULL where it is none of ours. */
static struct piece *place_of(struct found *f, slice suffix, bool *encoded)
{
	long long number;

	*encoded = false;
	if (suffix.n == 0)
		return &f->plain;
	if (suffix.p[0] != '*')
		return NULL;
	suffix = slice_from(suffix, 1);
	*encoded = suffix.n == 0 || suffix.p[suffix.n - 1] == '*';
	if (suffix.n == 0)
		return &f->whole;
	number = slice_number(slice_upto(suffix, suffix.n - *encoded));
	return number >= 0 && number < LIMIT_SECTIONS ? &f->pieces[number] : NULL;
}

static void collect(struct found *f, slice body, const char *name)
{
	size_t at = 0, length = strlen(name);
	slice parameter;

	while (mime_next_parameter(&body, &parameter, &f->values)) {
		bool encoded, ours = slice_case_starts(parameter, name);
		struct piece *p = ours ? place_of(f, slice_from(parameter, length), &encoded) : NULL;

		if (p && !p->there)
			*p = (struct piece){ .at = at, .n = f->values.n - at, .there = true, .encoded = encoded };
		else
			f->values.n = at;
		at = f->values.n;
	}
}

static slice text_of(const struct found *f, const struct piece *p)
{
	return slice_upto(slice_from(buf_slice(&f->values), p->at), p->n);
}

/* Takes `charset'language'` from the start of *text; empty where it does not begin so. */
static slice take_charset(slice *text)
{
	slice charset = slice_upto(*text, slice_find(*text, '\''));
	slice rest = slice_from(*text, charset.n + 1);
	size_t language = slice_find(rest, '\'');

	if (language == rest.n)
		return (slice){ "", 0 };
	*text = slice_from(rest, language + 1);
	return charset;
}

/* Pieces from the first to the one before a gap, and their character set, which the first says. */
static void add_pieces(buf *value, const struct found *f, const struct piece *p, size_t count)
{
	slice text = text_of(f, p), charset = p->encoded ? take_charset(&text) : (slice){ "", 0 };
	buf bytes = { NULL, 0, 0 }, utf8 = { NULL, 0, 0 };
	struct charset c;

	for (size_t i = 0; i < count && p[i].there; i++) {
		if (i)
			text = text_of(f, &p[i]);
		if (p[i].encoded)
			uri_add_decoded(&bytes, text);
		else
			buf_addslice(&bytes, text);
	}
	if (charset_open(&c, charset))
		charset_guess(&c);
	charset_more(&c, buf_slice(&bytes), &utf8);
	charset_finish(&c, &utf8);
	words_clean(value, buf_slice(&utf8));
	buf_free(&bytes);
	buf_free(&utf8);
}

/* Pieces none of which is encoded: an encoded word, cut up. */
static bool add_joined(buf *value, const struct found *f)
{
	buf text = { NULL, 0, 0 };
	bool good = true;

	for (size_t i = 0; i < LIMIT_SECTIONS && f->pieces[i].there; i++) {
		good &= !f->pieces[i].encoded;
		buf_addslice(&text, text_of(f, &f->pieces[i]));
	}
	if (good)
		words_decode(value, buf_slice(&text));
	buf_free(&text);
	return good;
}

/* Without a `*` in it: nearly every field. */
static bool plain_parameter(slice body, const char *name, buf *value)
{
	buf text = { NULL, 0, 0 };
	bool there = mime_parameter(body, name, &text);

	if (there)
		words_decode(value, buf_slice(&text));
	buf_free(&text);
	return there;
}

static bool sectioned_parameter(slice body, const char *name, buf *value)
{
	struct found f = { .plain.there = false };
	bool there = true;

	collect(&f, body, name);
	if (f.whole.there)
		add_pieces(value, &f, &f.whole, 1);
	else if (f.pieces[0].there) {
		if (!add_joined(value, &f))
			add_pieces(value, &f, f.pieces, LIMIT_SECTIONS);
	} else if (f.plain.there)
		words_decode(value, text_of(&f, &f.plain));
	else
		there = false;
	buf_free(&f.values);
	return there;
}

bool mime_parameter_text(slice body, const char *name, buf *value)
{
	return slice_find(body, '*') == body.n ? plain_parameter(body, name, value) : sectioned_parameter(body, name, value);
}

enum { COLUMNS = 76 };

static bool is_utf8(slice s)
{
	for (size_t n; s.n; s = slice_from(s, n))
		if ((n = utf8_character(s)) == 0)
			return false;
	return true;
}

/* attribute-char of RFC 2231 §7, which is a token but for `*`, `'` and `%`. */
static bool is_attribute(char c)
{
	return ascii_letter(c) || ascii_digit(c) || (c && strchr("!#$&+-.^_`{|}~", c));
}

static void add_extended(buf *to, char c)
{
	if (is_attribute(c))
		buf_addchar(to, c);
	else
		buf_print(to, "%%%02X", (unsigned char)c);
}

static const char *charset_of(slice value)
{
	return is_utf8(value) ? "utf-8" : "unknown-8bit";
}

void param_add_extended(buf *to, slice value)
{
	buf_print(to, "%s''", charset_of(value));
	for (size_t i = 0; i < value.n; i++)
		add_extended(to, value.p[i]);
}

/* A byte of an extended value, as it is or as %HH; 0 where there is none. */
static size_t extended_length(slice s)
{
	return uri_byte(s) >= 0 ? 3 : is_attribute(s.p[0]);
}

long long param_extended_wrong(slice text)
{
	slice value = text, charset = take_charset(&value);
	size_t i = text.n - value.n;

	if (!charset_known(charset))
		return 0;
	for (size_t n; i < text.n; i += n)
		if ((n = extended_length(slice_from(text, i))) == 0)
			return (long long)i;
	return -1;
}

/* Printable ASCII in which no reader finds an encoded word. */
static bool is_plain(slice value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < ' ' || value.p[i] > '~' || slice_starts(slice_from(value, i), "=?"))
			return false;
	return true;
}

static bool is_token(slice value)
{
	slice rest = value;

	return value.n && mime_token(&rest).n == value.n;
}

static void add_quoted(buf *to, slice value)
{
	buf_addchar(to, '"');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_addchar(to, '\\');
		buf_addchar(to, value.p[i]);
	}
	buf_addchar(to, '"');
}

static void add_in_pieces(buf *to, const char *name, slice value)
{
	unsigned number = 0;
	size_t start = to->n;

	buf_print(to, "%s*0*=%s''", name, charset_of(value));
	for (size_t i = 0; i < value.n; i++) {
		if (to->n - start > COLUMNS - 6) {
			buf_addtext(to, ";\n ");
			start = to->n;
			buf_print(to, "%s*%u*=", name, ++number);
		}
		add_extended(to, value.p[i]);
	}
}

/* What stands in the last line. */
static size_t column(const buf *to)
{
	size_t n = 0;

	while (n < to->n && to->p[to->n - 1 - n] != '\n')
		n++;
	return n;
}

void mime_add_parameter(buf *to, const char *name, slice value)
{
	buf text = { NULL, 0, 0 };

	buf_print(&text, is_plain(value) ? "%s=" : "%s*=", name);
	if (is_token(value))
		buf_addslice(&text, value);
	else if (is_plain(value))
		add_quoted(&text, value);
	else
		param_add_extended(&text, value);
	if (text.n > COLUMNS - 2) {
		buf_clear(&text);
		add_in_pieces(&text, name, value);
	}
	buf_addtext(to, column(to) + 2 + text.n > COLUMNS ? ";\n " : "; ");
	buf_addslice(to, buf_slice(&text));
	buf_free(&text);
}
