/*
 * base64: vectors of RFC 4648 §10 and of readers' tests by what they show, each whole, byte by byte and without vector
 * instructions; then random inputs against plain code that does the same.
 */
#include <string.h>

#include "base64-simd.h"
#include "streams.h"
#include "tap.h"

static void encodes(const char *in, const char *want)
{
	buf whole = { NULL, 0, 0 }, bytewise = { NULL, 0, 0 }, word = { NULL, 0, 0 };

	to_base64(slice_of(in), SIZE_MAX, &whole);
	to_base64(slice_of(in), 1, &bytewise);
	base64_add(&word, slice_of(in));
	same(buf_slice(&whole), want, in);
	ok(slice_same(buf_slice(&whole), buf_slice(&bytewise)), "the same byte by byte");
	ok(slice_same(slice_trim(buf_slice(&whole)), buf_slice(&word)), "the same in one line");
	buf_free(&whole), buf_free(&bytewise), buf_free(&word);
}

/* wrong: where a strict reader stops, -1 for nowhere. */
static void decodes(slice in, const char *want, long long wrong, const char *what)
{
	struct decoded d = from_base64(in, SIZE_MAX);

	same(buf_slice(&d.out), want, what);
	ok(d.wrong == wrong, "where it is wrong");
	if (d.wrong != wrong)
		printf("# at %lld\n", d.wrong);
	ok(same_decoded(d, from_base64(in, 1)), "the same byte by byte");
	buf_free(&d.out);
}

#define DECODES(in, want, wrong, what) decodes(SLICE(in), want, wrong, what)

static void strict_vectors(void)
{
	DECODES("", "", -1, "nothing");
	DECODES("Zg==", "f", -1, "f");
	DECODES("Zm8=", "fo", -1, "fo");
	DECODES("Zm9v", "foo", -1, "foo");
	DECODES("Zm9vYg==\n", "foob", -1, "foob");
	DECODES("Zm9vYmE=\r\n", "fooba", -1, "fooba, CRLF");
	DECODES("Zm9vYmFy\n\n\r\n", "foobar", -1, "foobar, empty lines");
	DECODES("Z\nm9\r\nvY\nmFy\n", "foobar", -1, "short lines");
	DECODES("Zg=\n=\n", "f", -1, "a line end within the padding");
}

static void lenient_vectors(void)
{
	DECODES("Zg", "f", 2, "no padding");
	DECODES("Zg=", "f", 3, "half of it");
	DECODES("Zm8", "fo", 3, "no padding for two");
	DECODES("Zm9vY", "foo", 5, "a digit alone");
	DECODES("Zm 9v", "foo", 2, "a blank");
	DECODES("Zm9v\t\n", "foo", 4, "a tab at the end of a line");
	DECODES("Zm9v\rYmFy", "foobar", 4, "a CR alone");
	DECODES("Zm9v\r", "foo", 4, "a CR at the end");
	DECODES("Zm9v\r\r\n", "foo", 4, "CR CR LF");
	DECODES("Z\0m\xff" "9-v_", "foo", 1, "junk: NUL, 8-bit, digits of the other alphabet");
	DECODES("Zg==Zm8=", "ffo", 4, "a block after padding");
	DECODES("Zg==\nZm9v\n", "ffoo", 5, "in another line");
	DECODES("Zm9v====", "foo", 4, "padding of nothing");
	DECODES("Zg===", "f", 4, "too much padding");
	DECODES("Zm8==", "fo", 4, "too much for two");
	DECODES("Z===", "", 1, "padding of a digit alone");
	DECODES("=", "", 0, "padding alone");
	DECODES("=Zm9v", "foo", 0, "padding before");
	DECODES("Zh==", "f", 2, "bits that nobody reads");
	DECODES("Zm9=", "fo", 3, "the same for two");
	DECODES("Zm9v\n-- \nfooter", "foo~\x8a-z", 5, "a footer of a list server");
	DECODES("> Zm9v\n> YmFy\n", "foobar", 0, "quoted");
}

/* The definition, a character at a time. */
static struct decoded plainly(slice in)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct decoded d = { { NULL, 0, 0 }, -1 };
	unsigned bits = 0, have = 0, owed = 0;
	bool padded = false;

	for (size_t i = 0; i <= in.n; i++) {
		char c = i < in.n ? in.p[i] : '\0';
		const char *digit = c ? strchr(digits, c) : NULL;
		bool good = c == '\n' || (c == '\r' && i + 1 < in.n && in.p[i + 1] == '\n');
		unsigned spare = have % 8;

		if (digit) {
			good = !padded;
			padded = false;
			bits = bits << 6 | (unsigned)(digit - digits);
			have += 6;
			if (have >= 8)
				buf_addchar(&d.out, (char)(bits >> (have -= 8)));
			if (have == 0 || have == 24)
				have = 0;
		} else if (c == '=' && padded) {
			good = owed > 0;
			owed = 0;
		} else if (c == '=') {
			good = spare && spare != 6 && !(bits & ((1U << spare) - 1));
			padded = true;
			owed = spare == 4;
			have = 0;
		} else if (i == in.n) {
			good = spare == 0 && !(padded && owed);
		}
		if (!good && d.wrong < 0)
			d.wrong = (long long)i;
	}
	return d;
}

static void random_text(buf *text)
{
	static const char junk[] = "\r\n\n\n =-\t!\xe9";
	buf bytes = { NULL, 0, 0 };
	int kind = rand() % 5, columns = 1 + rand() % 100;

	buf_clear(text);
	for (int n = rand() % 1500; n > 0; n--)
		buf_addchar(&bytes, (char)rand());
	to_base64(buf_slice(&bytes), SIZE_MAX, text);
	buf_clear(&bytes);
	for (size_t i = 0; i < text->n; i++) {
		if (kind == 1 && text->p[i] == '\n')
			buf_addchar(&bytes, '\r');
		if (kind != 2 || text->p[i] != '\n')
			buf_addchar(&bytes, text->p[i]);
		if (kind == 2 && i % (size_t)columns == 0)
			buf_addchar(&bytes, '\n');
		if ((kind == 3 && rand() % 200 == 0) || (kind == 4 && rand() % 4 == 0))
			buf_addchar(&bytes, junk[(size_t)rand() % sizeof junk]);
	}
	buf_clear(text);
	buf_addslice(text, slice_upto(buf_slice(&bytes), rand() % 3 ? SIZE_MAX : (size_t)rand() % 2000));
	buf_free(&bytes);
}

static void differential(void)
{
	buf text = { NULL, 0, 0 };
	int good = 0, strict = 0, count = 5000;

	srand(1);
	for (int i = 0; i < count; i++) {
		struct decoded d;

		random_text(&text);
		d = from_base64(buf_slice(&text), rand() % 3 ? 0 : SIZE_MAX);
		strict += d.wrong < 0;
		good += same_decoded(d, plainly(buf_slice(&text)));
		buf_free(&d.out);
	}
	ok(good == count, "5000 random texts decode as plain code does it");
	ok(strict > count / 4 && strict < count, "many of them are right, not all");
	buf_free(&text);
}

/* Lines of 76 characters, the last one of at least one. */
static bool well_formed(slice text)
{
	slice line;

	while (slice_cut(&text, '\n', &line))
		if (line.n > 76 || (line.n < 76 && text.n) || (!text.p && line.n))
			return false;
	return true;
}

static void round_trips(void)
{
	buf in = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	int good = 0, count = 2000;

	for (int i = 0; i < count; i++) {
		struct decoded d;

		buf_clear(&in), buf_clear(&out);
		for (int n = rand() % 3000; n > 0; n--)
			buf_addchar(&in, (char)rand());
		to_base64(buf_slice(&in), i % 3 ? 0 : SIZE_MAX, &out);
		d = from_base64(buf_slice(&out), i % 2 ? 0 : SIZE_MAX);
		good += d.wrong == -1 && slice_same(buf_slice(&in), buf_slice(&d.out)) && well_formed(buf_slice(&out));
		buf_free(&d.out);
	}
	ok(good == count, "2000 random inputs come back");
	buf_free(&in), buf_free(&out);
}

static void run(void)
{
	encodes("", "");
	encodes("f", "Zg==\n");
	encodes("fo", "Zm8=\n");
	encodes("foo", "Zm9v\n");
	encodes("foob", "Zm9vYg==\n");
	encodes("fooba", "Zm9vYmE=\n");
	encodes("foobar", "Zm9vYmFy\n");
	encodes("\xff\xfe\xfd", "//79\n");
	encodes("123456789012345678901234567890123456789012345678901234567",
	    "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3\n");
	strict_vectors();
	lenient_vectors();
	differential();
	round_trips();
}

int main(void)
{
	buf word = { NULL, 0, 0 };

	run();
	base64_simd_use(0);
	run();
	base64_decode_add(&word, SLICE("Zm9v YmE"));
	same(buf_slice(&word), "fooba", "the B of an encoded word");
	buf_free(&word);
	return tap_done();
}
