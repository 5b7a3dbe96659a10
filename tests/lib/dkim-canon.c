/* dkim-canon: RFC 6376 §3.4.5 and 3.4.4, and every short text, whole and byte by byte, as a person would do it. */
#include "dkim-canon.h"
#include "plainly.h"
#include "tap.h"

/* The same where it is given as what comes last, or nothing is; else a hash of nobody's text. */
static void hash_of(slice body, size_t step, bool relaxed, unsigned char hash[SHA256_BYTES])
{
	unsigned char as_last[SHA256_BYTES], so_far[SHA256_BYTES];
	slice first = slice_upto(body, body.n / 2);
	struct dkim_body b;

	dkim_body_begin(&b, relaxed);
	for (slice rest = first; rest.n; rest = slice_from(rest, step))
		dkim_body_more(&b, slice_upto(rest, step));
	dkim_body_so_far(&b, slice_from(body, first.n), as_last);
	for (slice rest = slice_from(body, first.n); rest.n; rest = slice_from(rest, step))
		dkim_body_more(&b, slice_upto(rest, step));
	dkim_body_so_far(&b, SLICE(""), so_far);
	dkim_body_end(&b, hash);
	if (memcmp(hash, so_far, SHA256_BYTES) != 0 || memcmp(hash, as_last, SHA256_BYTES) != 0)
		hash[0] ^= 1;
}

static bool is_right(slice body, bool relaxed)
{
	unsigned char want[SHA256_BYTES], whole[SHA256_BYTES], cut[SHA256_BYTES];
	buf plain = { NULL, 0, 0 };

	plain_body(&plain, body, relaxed);
	sha256_of(buf_slice(&plain), want);
	hash_of(body, body.n + 1, relaxed, whole);
	hash_of(body, 1, relaxed, cut);
	buf_free(&plain);
	return memcmp(want, whole, SHA256_BYTES) == 0 && memcmp(want, cut, SHA256_BYTES) == 0;
}

/* Every text of up to `longest` letters, behind some that make it long enough for vectors. */
static void every(const char *before, size_t longest, bool relaxed, const char *name)
{
	static const char letters[] = { '\r', '\n', ' ', '\t', 'x' };
	size_t wrong = 0, at = strlen(before);
	char text[64];

	memcpy(text, before, at);
	for (size_t n = 0; n <= longest; n++) {
		size_t count = 1;

		for (size_t i = 0; i < n; i++)
			count *= sizeof letters;
		for (size_t k = 0; k < count; k++) {
			for (size_t i = 0, rest = k; i < n; i++, rest /= sizeof letters)
				text[at + i] = letters[rest % sizeof letters];
			wrong += !is_right((slice){ text, at + n }, relaxed);
		}
	}
	ok(wrong == 0, name);
}

static size_t random_text(char *text, size_t n, unsigned *seed)
{
	static const char letters[] = "aaaaaaaaa  \t\r\n\n";

	for (size_t i = 0; i < n; i++) {
		*seed = *seed * 1103515245 + 12345;
		text[i] = letters[(*seed >> 16) % (sizeof letters - 1)];
	}
	return n;
}

static void random_texts(void)
{
	unsigned seed = 1;
	size_t wrong = 0;
	char text[300];

	for (unsigned k = 0; k < 2000; k++)
		wrong += !is_right((slice){ text, random_text(text, k % sizeof text, &seed) }, k & 1);
	ok(wrong == 0, "random texts");
}

/* What is held back, and the vectors, at each place where a block may end. */
static void long_texts(void)
{
	static char text[40000];
	size_t wrong = 0;
	unsigned seed = 1;

	for (size_t k = 0; k < 100; k++) {
		memset(text, 'a', k);
		for (size_t at = k; at + 50 <= sizeof text; at += 50) {
			random_text(text + at, 10, &seed);
			memset(text + at + 10, k % 3 ? 'a' : '\n', 40);
		}
		wrong += !is_right((slice){ text, sizeof text }, k & 1);
	}
	ok(wrong == 0, "texts longer than a block");
}

static void field(const char *text, bool relaxed, const char *want)
{
	buf got = { NULL, 0, 0 };

	dkim_canon_field(&got, slice_of(text), relaxed);
	same(buf_slice(&got), want, text);
	buf_free(&got);
}

int main(void)
{
	/* §3.4.4-3.4.5 */
	field("A: X\r\n", true, "a:X\r\n");
	field("B : Y\t\r\n\tZ  \r\n", true, "b:Y Z\r\n");
	field("A: X\r\n", false, "A: X\r\n");
	field("B : Y\t\r\n\tZ  \r\n", false, "B : Y\t\r\n\tZ  \r\n");
	ok(is_right(SLICE(" C \r\nD \t E\r\n\r\n\r\n"), true), "the body, relaxed");
	ok(is_right(SLICE(" C \r\nD \t E\r\n\r\n\r\n"), false), "the body, simple");

	field("Subject:x\n", true, "subject:x\r\n");
	field("Subject:x", true, "subject:x\r\n");
	field("Subject:x\r", true, "subject:x\r\n");
	field("Subject: a\n b\n\t\n c \n", true, "subject:a b c\r\n");
	field("Subject: a\n b\n", false, "Subject: a\r\n b\r\n");
	field("Subject: a\rb\r \n", true, "subject:a\rb\r\r\n");
	field("Subject:\n", true, "subject:\r\n");
	field("Subject: it was the best of times,  it was the worst of times\n", true,
	    "subject:it was the best of times, it was the worst of times\r\n");

	every("", 6, true, "every short body, relaxed");
	every("", 6, false, "every short body, simple");
	every("it was the best of times", 5, true, "every end of a longer body, relaxed");
	every("\n\n it was the best of times", 5, false, "every end of a longer body, simple");
	random_texts();
	long_texts();
	return tap_done();
}
