#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

#include "charset.h"

/* U+FFFD: what is no character. */
static const slice replacement = SLICE("\xef\xbf\xbd");

enum { NAME = 40 };     /* the longest name of glibc has 26 */

/*
 * What glibc does not know or reads too narrowly: names without `-`, `_` and the like. Those of
 * one line are the same to us: a name of iconv, or one of our own.
 */
static const struct alias {
	const char *names;
	const char *meant;
} aliases[] = {
	{ "utf8 utf8mb4 unicode11utf8 unicode20utf8 cp65001 isoir193 isoir196", "utf-8" },
	{ "usascii ascii ansix341968 ansix341986 iso646us iso646irv1991 isoir6 us cp367 ibm367 csascii 7bit "
	  "8bit unknown unknown8bit none default binary userdefined", "guess" },
	{ "iso88591 iso885911987 isoir100 latin1 l1 ibm819 cp819 csisolatin1 iso8859 8859 88591 windows1252 "
	  "cp1252 win1252 ansi msansi westeuropean", "windows-1252" },
	{ "iso88599 iso885991989 isoir148 latin5 l5 csisolatin5 cp1254 windows1254", "cp1254" },
	{ "iso885911 tis620 tis6200 tis62025330 windows874 cp874 ibm874 dos874", "cp874" },
	{ "iso88598 iso88598i iso88598e iso885981988 csiso88598i csiso88598e isoir138 csisolatinhebrew hebrew logical visual",
	  "iso-8859-8" },
	{ "iso88596i iso88596e csiso88596i csiso88596e", "iso-8859-6" },
	{ "gb2312 gb23121980 gb231280 csgb2312 gb euccn gbk cp936 ms936 windows936 csgb231280 csiso58gb231280 "
	  "chinese isoir58 gb18030 gb180302000 gb180302005 eucgb2312cn", "gb18030" },
	{ "big5 big5hkscs big5eten bigfive csbig5 cnbig5 cp950 ms950 windows950 big5hk big5tw", "big5-hkscs" },
	{ "ksc56011987 ksc56011989 ksc5601 ksc5601ks ksx1001 isoir149 csksc56011987 korean euckr cseuckr cp949 "
	  "ms949 windows949 uhc", "cp949" },
	{ "shiftjis sjis mskanji csshiftjis cswindows31j windows31j mscp932 cp932 ms932 windows932", "cp932" },
	{ "eucjp euc cseucpkdfmtjapanese eucjpms ujis cp51932", "eucjp-ms" },
	{ "iso2022jp cp50220 cp50221 cp50222 windows50220 windows50221 csiso2022jp iso2022jpms junet", "iso-2022-jp" },
	{ "hz hzgb2312 cshzgb2312", "hz" },
	{ "iso2022jp1 csiso2022jp2", "iso-2022-jp-2" },
	{ "macroman mac macosroman csmacintosh macintosh", "macintosh" },
	{ "latin9 l9 csisolatin9", "iso-8859-15" },
	{ "viettcvn5712 tcvn5712 tcvn57121", "tcvn" },
	{ "maccyrillic macukrainian", "mac-cyrillic" },
	{ "maccentraleurroman macce", "mac-centraleurope" },
	{ "unicode11utf7 unicode20utf7 csunicode11utf7 utf7", "utf-7" },
	{ "unicode unicodefffe iso10646ucs2 csunicode ucs2", "utf-16" },
	{ "iso10646 1064611993 ucs4 ucs4be csucs4", "utf-32be" },
	{ "ucs4le", "utf-32le" },
	{ "koi koi8 koi8r koi8ru cskoi8r", "koi8-r" },
	{ "wchart internal iso2022cnext csiso2022cnext", "" },  /* glibc's own, and no text without its bugs */
};

static bool in_name(char c)
{
	return ascii_letter(c) || ascii_digit(c) || (c && strchr("-_.:+()", c));
}

/*
 * A name of lower-case letters, digits and what else names are made of: no `//TRANSLIT`,
 * no path of a module. False where it is none.
 */
static bool clean_name(slice from, char name[NAME + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < from.n; i++) {
		char c = from.p[i];

		if (c == '"' || c == '\'' || c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (!in_name(c) || n == NAME)
			return false;
		name[n++] = ascii_lower(c);
	}
	name[n] = '\0';
	return n > 0;
}

static void squeeze(const char *name, char key[NAME + 1])
{
	for (; *name; name++)
		if (ascii_letter(*name) || ascii_digit(*name))
			*key++ = *name;
	*key = '\0';
}

static const char *meaning(const char *key)
{
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
		slice rest = slice_of(aliases[i].names), one;

		while (slice_word(&rest, &one))
			if (slice_is(one, key))
				return aliases[i].meant;
	}
	return NULL;
}

static size_t unit_of(const char *name)
{
	char key[NAME + 1];

	squeeze(name, key);
	if (strncmp(key, "utf16", 5) == 0 || strncmp(key, "ucs2", 4) == 0)
		return 2;
	return strncmp(key, "utf32", 5) == 0 || strncmp(key, "ucs4", 4) == 0 ? 4 : 1;
}

static bool try_iconv(struct charset *s, const char *name)
{
	s->kind = CHARSET_ICONV;
	s->unit = unit_of(name);
	s->conversion = iconv_open("UTF-8", name);
	return (intptr_t)s->conversion != -1;
}

/* `win-1251`, `windows1251` and `dos-850` are code pages to iconv. */
static bool try_code_page(struct charset *s, const char *key)
{
	static const char *const prefixes[] = { "windows", "win", "dos", "ibm" };
	char name[NAME + 3];

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(key, prefixes[i], n) == 0 && slice_number(slice_of(key + n)) > 0) {
			snprintf(name, sizeof name, "cp%s", key + n);
			return try_iconv(s, name);
		}
	}
	return false;
}

/* What the aliases mean by their right side. */
static int open_meant(struct charset *s, const char *meant)
{
	static const struct {
		const char *meant;
		enum charset_kind kind;
		const char *conversion;         /* by iconv, where one is needed */
	} own[] = {
		{ "utf-8", CHARSET_UTF8, NULL },
		{ "guess", CHARSET_GUESS, NULL },
		{ "windows-1252", CHARSET_WINDOWS_1252, NULL },
		{ "iso-2022-jp", CHARSET_ISO_2022_JP, "eucjp-ms" },
		{ "hz", CHARSET_HZ, "gb18030" },
	};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcmp(meant, own[i].meant) == 0) {
			bool good = !own[i].conversion || try_iconv(s, own[i].conversion);

			s->kind = own[i].kind;
			return good ? 0 : -1;
		}
	return *meant && try_iconv(s, meant) ? 0 : -1;
}

/* As the name is written, and with no `-` at all: `koi8-r`, `iso 8859 2`. glibc's osf… are numbers for what has a name. */
static int open_named(struct charset *s, const char *name)
{
	char key[NAME + 1];
	const char *meant;

	squeeze(name, key);
	meant = meaning(key);
	if (meant)
		return open_meant(s, meant);
	if (!*key || strncmp(key, "osf", 3) == 0)
		return -1;
	return try_iconv(s, name) || try_iconv(s, key) || try_code_page(s, key) ? 0 : -1;
}

/* `x-` only says that nobody registered the name. */
int charset_open(struct charset *s, slice label)
{
	char name[NAME + 1];
	const char *rest = name;

	*s = (struct charset){ .unit = 1 };
	if (!clean_name(label, name))
		return -1;
	while (open_named(s, rest)) {
		if (rest[0] != 'x' || rest[1] != '-')
			return -1;
		rest += 2;
	}
	return 0;
}

bool charset_known(slice name)
{
	struct charset c;
	buf nothing = { NULL, 0, 0 };

	if (charset_open(&c, name))
		return false;
	charset_finish(&c, &nothing);
	buf_free(&nothing);
	return true;
}

void charset_guess(struct charset *s)
{
	*s = (struct charset){ .kind = CHARSET_GUESS, .unit = 1 };
}

size_t utf8_character(slice s)
{
	ucs4_t c;
	int n = s.n ? u8_mbtoucr(&c, (const uint8_t *)s.p, s.n) : 0;

	return n > 0 ? (size_t)n : 0;
}

static size_t ascii_length(slice s)
{
	size_t n = 0;
	uint64_t eight;

	for (; s.n - n >= sizeof eight; n += sizeof eight) {
		memcpy(&eight, s.p + n, sizeof eight);
		if (eight & 0x8080808080808080)
			break;
	}
	while (n < s.n && !(s.p[n] & 0x80))
		n++;
	return n;
}

/* Moves the first n bytes of *from to the end of *to. */
static void move(buf *to, slice *from, size_t n)
{
	buf_add(to, from->p, n);
	*from = slice_from(*from, n);
}

static void add_windows_1252(buf *out, char byte)
{
	static const unsigned short high[32] = {        /* 0x80-0x9f; 0 where there is no character */
		0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
		0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
	};
	unsigned c = (unsigned char)byte;
	uint8_t bytes[6];

	if (c >= 0x80 && c < 0xa0)
		c = high[c - 0x80];
	buf_add(out, bytes, (size_t)u8_uctomb(bytes, c ? c : 0xfffd, sizeof bytes));
}

static void windows_1252_more(slice *in, buf *out)
{
	while (in->n) {
		move(out, in, ascii_length(*in));
		for (; in->n && (in->p[0] & 0x80); *in = slice_from(*in, 1))
			add_windows_1252(out, in->p[0]);
	}
}

/* The length of what begins like a character and is none, at least 1 (Unicode §3.9); 0 where it may still become one. */
static size_t broken_length(slice s)
{
	ucs4_t c;
	size_t n = 1;

	while (n <= s.n && u8_mbtoucr(&c, (const uint8_t *)s.p, n) == -2)
		n++;
	return n > s.n ? 0 : n > 1 ? n - 1 : 1;
}

static void utf8_more(struct charset *s, slice *in, buf *out)
{
	while (in->n) {
		const uint8_t *start, *bad;
		size_t n;

		move(out, in, ascii_length(*in));
		if (in->n == 0)
			return;
		start = (const uint8_t *)in->p;
		bad = u8_check(start, in->n);
		move(out, in, bad ? (size_t)(bad - start) : in->n);
		n = in->n ? broken_length(*in) : 0;
		if (n == 0)
			return;
		if (s->kind == CHARSET_UTF8)
			buf_addslice(out, replacement);
		else
			for (size_t i = 0; i < n; i++)
				add_windows_1252(out, in->p[i]);
		*in = slice_from(*in, n);
	}
}

static void skip(slice *in, size_t unit, buf *out)
{
	buf_addslice(out, replacement);
	*in = slice_from(*in, unit);
}

static void iconv_more(struct charset *s, size_t unit, slice *in, buf *out)
{
	while (in->n) {
		char *from = (char *)in->p, *to = buf_reserve(out, in->n + 64);
		size_t left = in->n, room = out->cap - out->n - 1;
		size_t got = iconv(s->conversion, &from, &left, &to, &room);
		int why = got == (size_t)-1 ? errno : 0;

		out->n = (size_t)(to - out->p);
		*to = '\0';
		*in = slice_from(*in, in->n - left);
		if (why == EINVAL)
			return;
		if (why == EILSEQ)
			skip(in, unit, out);
	}
}

/*
 * Sets of 94 or 94 x 94 characters that are shifted in by escapes (RFC 1468, RFC 1843), and out at the end of a line.
 * iconv gets the same as 8-bit bytes, EUC: glibc has no HZ, and its ISO-2022-JP lacks what Windows adds.
 */
enum { ASCII, PAIRS, KANA, SUPPLEMENT, TILDE };

static const struct shift {
	const char *escape;
	enum charset_kind kind;
	unsigned set;
} shifts[] = {
	{ "~{", CHARSET_HZ, PAIRS },
	{ "~}", CHARSET_HZ, ASCII },
	{ "~\n", CHARSET_HZ, ASCII },
	{ "~~", CHARSET_HZ, TILDE },            /* shifts nothing */
	{ "\033(B", CHARSET_ISO_2022_JP, ASCII },
	{ "\033(J", CHARSET_ISO_2022_JP, ASCII },
	{ "\033(I", CHARSET_ISO_2022_JP, KANA },
	{ "\033$@", CHARSET_ISO_2022_JP, PAIRS },
	{ "\033$B", CHARSET_ISO_2022_JP, PAIRS },
	{ "\033$(D", CHARSET_ISO_2022_JP, SUPPLEMENT },
};

/* Takes an escape from *in: 1; 0 where there is none, -1 where it is not complete. */
static int take_shift(struct charset *s, slice *in, buf *out)
{
	int got = 0;

	for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
		slice escape = slice_of(shifts[i].escape);

		if (shifts[i].kind != s->kind)
			continue;
		if (slice_starts(*in, shifts[i].escape)) {
			if (shifts[i].set == TILDE)
				buf_addchar(out, '~');
			else
				s->shift = shifts[i].set;
			*in = slice_from(*in, escape.n);
			return 1;
		}
		if (in->n < escape.n && slice_same(*in, slice_upto(escape, in->n)))
			got = -1;
	}
	return got;
}

static bool in_set(char c)
{
	return c > ' ' && c < 127 && c != '\033';
}

/* Characters of the set that is shifted in, as EUC has them; false where the first is none, or incomplete. */
static bool add_shifted(struct charset *s, slice *in, buf *out)
{
	char euc[3 * 64], *to = euc;
	size_t width = s->shift == KANA ? 1 : 2;

	while (in->n >= width && in_set(in->p[0]) && in_set(in->p[width - 1]) && to < euc + sizeof euc) {
		if (s->kind == CHARSET_HZ && in->p[0] == '~')
			break;
		if (s->shift != PAIRS)
			*to++ = s->shift == KANA ? '\x8e' : '\x8f';
		for (size_t i = 0; i < width; i++)
			*to++ = (char)(in->p[i] | 0x80);
		*in = slice_from(*in, width);
	}

	slice rest = { euc, (size_t)(to - euc) };

	iconv_more(s, s->shift == SUPPLEMENT ? 3 : 2, &rest, out);
	return to > euc;
}

static void shifted_more(struct charset *s, slice *in, buf *out)
{
	while (in->n) {
		int got = take_shift(s, in, out);
		char c = in->n ? in->p[0] : '\0';

		if (got < 0)
			return;
		if (got > 0)
			continue;
		if (c == '\n' || c == '\r')
			s->shift = ASCII;
		if (s->shift == ASCII && !(c & 0x80) && c != '\033')
			move(out, in, 1);
		else if (s->shift == ASCII || !add_shifted(s, in, out)) {
			if (in->n == 1 && in_set(c))
				return;
			skip(in, 1, out);
		}
	}
}

/* Takes what makes whole characters from *in. */
static void convert(struct charset *s, slice *in, buf *out)
{
	switch (s->kind) {
	case CHARSET_UTF8:
	case CHARSET_GUESS: utf8_more(s, in, out); break;
	case CHARSET_WINDOWS_1252: windows_1252_more(in, out); break;
	case CHARSET_ICONV: iconv_more(s, s->unit, in, out); break;
	case CHARSET_ISO_2022_JP:
	case CHARSET_HZ: shifted_more(s, in, out); break;
	}
}

static void hold(struct charset *s, slice rest, buf *out)
{
	while (rest.n >= sizeof s->held)
		skip(&rest, s->unit, out);
	if (rest.n)
		memmove(s->held, rest.p, rest.n);
	s->count = rest.n;
}

void charset_more(struct charset *s, slice bytes, buf *out)
{
	slice rest;

	while (s->count && bytes.n) {
		s->held[s->count++] = bytes.p[0];
		bytes = slice_from(bytes, 1);
		rest = (slice){ s->held, s->count };
		convert(s, &rest, out);
		hold(s, rest, out);
	}
	if (s->count)
		return;
	convert(s, &bytes, out);
	hold(s, bytes, out);
}

/* What the conversion itself still holds: a letter that waits for its accent. */
static void flush_iconv(struct charset *s, buf *out)
{
	char *to = buf_reserve(out, 64);
	size_t room = 64;

	iconv(s->conversion, NULL, NULL, &to, &room);
	out->n = (size_t)(to - out->p);
	*to = '\0';
	iconv_close(s->conversion);
}

void charset_finish(struct charset *s, buf *out)
{
	if (s->kind >= CHARSET_ICONV)
		flush_iconv(s, out);
	if (s->kind == CHARSET_GUESS)
		for (size_t i = 0; i < s->count; i++)
			add_windows_1252(out, s->held[i]);
	else if (s->count)
		buf_addslice(out, replacement);
	s->count = 0;
}

slice utf8_upto(slice s, size_t n)
{
	if (n >= s.n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return slice_upto(s, n);
}
