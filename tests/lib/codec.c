/* codec: vectors of RFC 4648 §10 and RFC 2045 §6.7, each whole and then byte by byte; what is encoded comes back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "tap.h"

static void to_base64(slice in, size_t step, buf *out)
{
	struct base64 s = { .count = 0 };

	for (; in.n; in = slice_from(in, step))
		base64_more(&s, slice_upto(in, step), out);
	base64_finish(&s, out);
}

static void to_qp(slice in, size_t step, bool binary, buf *out)
{
	struct qp s = { .binary = binary };

	for (; in.n; in = slice_from(in, step))
		qp_more(&s, slice_upto(in, step), out);
	qp_finish(&s, out);
}

static void base64_vector(const char *in, const char *want)
{
	buf whole = { NULL, 0, 0 }, bytewise = { NULL, 0, 0 }, word = { NULL, 0, 0 };

	to_base64(slice_of(in), SIZE_MAX, &whole);
	to_base64(slice_of(in), 1, &bytewise);
	base64_add(&word, slice_of(in));
	same(buf_slice(&whole), want, in);
	ok(slice_same(buf_slice(&whole), buf_slice(&bytewise)), "the same byte by byte");
	ok(slice_same(slice_trim(buf_slice(&whole)), buf_slice(&word)), "the same in one line");
	buf_free(&whole);
	buf_free(&bytewise);
	buf_free(&word);
}

static void qp_vector(slice in, bool binary, const char *want, const char *what)
{
	buf whole = { NULL, 0, 0 }, bytewise = { NULL, 0, 0 };

	to_qp(in, SIZE_MAX, binary, &whole);
	to_qp(in, 1, binary, &bytewise);
	same(buf_slice(&whole), want, what);
	ok(slice_same(buf_slice(&whole), buf_slice(&bytewise)), "the same byte by byte");
	buf_free(&whole);
	buf_free(&bytewise);
}

static int value64(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = memchr(digits, c, sizeof digits - 1);

	return at ? (int)(at - digits) : -1;
}

static void from_base64(slice in, buf *out)
{
	unsigned bits = 0, count = 0;

	for (size_t i = 0; i < in.n; i++) {
		int value = value64(in.p[i]);

		if (value < 0)
			continue;
		bits = (bits << 6 | (unsigned)value) & 0xffffff;
		count += 6;
		if (count >= 8) {
			count -= 8;
			buf_addchar(out, (char)(bits >> count));
		}
	}
}

static void from_qp(slice in, buf *out)
{
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] != '=') {
			buf_addchar(out, in.p[i]);
		} else if (in.p[i + 1] == '\n') {
			i++;
		} else {
			buf_addchar(out, (char)strtol((char[]){ in.p[i + 1], in.p[i + 2], '\0' }, NULL, 16));
			i += 2;
		}
}

/* Lines of at most 76 characters without a blank at their end. */
static bool well_formed(slice text)
{
	slice line;

	while (slice_cut(&text, '\n', &line)) {
		if (line.n > 76 || (line.n && ascii_blank(line.p[line.n - 1])))
			return false;
		for (size_t i = 0; i < line.n; i++)
			if ((line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 127)
				return false;
	}
	return true;
}

static void random_bytes(buf *in, unsigned seed)
{
	static const char few[] = "ab \t\n=.\r\n \xe9";

	srand(seed);
	buf_clear(in);
	for (int n = rand() % 3000; n > 0; n--)
		buf_addchar(in, seed % 2 ? (char)rand() : few[(size_t)rand() % (sizeof few - 1)]);
}

/* In text CRLF is a line end like LF. */
static void without_crlf(buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->n; i++)
		if (text->p[i] != '\r' || i + 1 == text->n || text->p[i + 1] != '\n')
			text->p[n++] = text->p[i];
	text->n = n;
}

static void round_trips(void)
{
	buf in = { NULL, 0, 0 }, out = { NULL, 0, 0 }, back = { NULL, 0, 0 };
	bool good64 = true, good_text = true, good_binary = true;

	for (unsigned seed = 0; seed < 400; seed++) {
		random_bytes(&in, seed);
		to_base64(buf_slice(&in), 1 + seed % 100, &out);
		from_base64(buf_slice(&out), &back);
		good64 = good64 && slice_same(buf_slice(&in), buf_slice(&back)) && well_formed(buf_slice(&out));
		buf_clear(&out), buf_clear(&back);
		to_qp(buf_slice(&in), 1 + seed % 100, true, &out);
		from_qp(buf_slice(&out), &back);
		good_binary = good_binary && slice_same(buf_slice(&in), buf_slice(&back)) && well_formed(buf_slice(&out));
		buf_clear(&out), buf_clear(&back);
		to_qp(buf_slice(&in), 1 + seed % 100, false, &out);
		from_qp(buf_slice(&out), &back);
		without_crlf(&in);
		good_text = good_text && slice_same(buf_slice(&in), buf_slice(&back)) && well_formed(buf_slice(&out));
		buf_clear(&out), buf_clear(&back);
	}
	ok(good64, "400 random inputs come back from base64");
	ok(good_binary, "400 random inputs come back from binary quoted-printable");
	ok(good_text, "400 random texts come back from quoted-printable");
	buf_free(&in), buf_free(&out), buf_free(&back);
}

#define A75 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

int main(void)
{
	buf word = { NULL, 0, 0 };

	base64_vector("", "");
	base64_vector("f", "Zg==\n");
	base64_vector("fo", "Zm8=\n");
	base64_vector("foo", "Zm9v\n");
	base64_vector("foob", "Zm9vYg==\n");
	base64_vector("fooba", "Zm9vYmE=\n");
	base64_vector("foobar", "Zm9vYmFy\n");
	base64_vector("\xff\xfe\xfd", "//79\n");
	base64_vector("123456789012345678901234567890123456789012345678901234567",
	    "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3\n");
	qp_vector(SLICE("plain\n"), false, "plain\n", "plain text stays");
	qp_vector(SLICE("no end"), false, "no end", "no line end is added");
	qp_vector(SLICE("a=b\xe9\n"), false, "a=3Db=E9\n", "equals sign and 8-bit");
	qp_vector(SLICE("a \nb\t\n \n"), false, "a=20\nb=09\n=20\n", "blanks at the end of a line");
	qp_vector(SLICE("a "), false, "a=20", "a blank at the end of all");
	qp_vector(SLICE("a \r\nb\rc\r\r\nd\r"), false, "a=20\nb=0Dc=0D\nd=0D", "CRLF ends a line, other CRs are data");
	qp_vector(SLICE("a\r\n\n"), true, "a=0D=0A=0A", "binary knows no lines");
	qp_vector(SLICE("\0\1\x7f"), false, "=00=01=7F", "controls");
	qp_vector(SLICE(A75 "\n"), false, A75 "\n", "75 characters fit");
	qp_vector(SLICE(A75 "aa\n"), false, A75 "=\naa\n", "a soft line break");
	qp_vector(SLICE(A75 "--b\n"), false, A75 "=\n=2D-b\n", "no boundary behind a soft line break");
	q_add(&word, SLICE("a b_c?=\xc3\xa9."));
	ok(slice_is(buf_slice(&word), "a_b=5Fc=3F=3D=C3=A9=2E"), "the Q of an encoded word");
	ok(q_length(SLICE("a b_c?=\xc3\xa9.")) == word.n, "q_length tells its length");
	buf_free(&word);
	round_trips();
	return tap_done();
}
