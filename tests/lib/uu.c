/*
 * uu: vectors of POSIX uuencode and of readers' tests by what they show, each whole and then byte by byte; random inputs
 * come back.
 */
#include <string.h>

#include "streams.h"
#include "tap.h"

static void encodes(slice in, const char *want, const char *what)
{
	buf whole = { NULL, 0, 0 }, bytewise = { NULL, 0, 0 };

	to_uu(in, SIZE_MAX, &whole);
	to_uu(in, 1, &bytewise);
	same(buf_slice(&whole), want, what);
	ok(slice_same(buf_slice(&whole), buf_slice(&bytewise)), "the same byte by byte");
	buf_free(&whole), buf_free(&bytewise);
}

/* wrong: where a strict reader stops, -1 for nowhere. */
static void decodes(slice in, slice want, long long wrong, const char *what)
{
	struct decoded d = from_uu(in, SIZE_MAX);

	ok(slice_same(buf_slice(&d.out), want), what);
	ok(d.wrong == wrong, "where it is wrong");
	if (d.wrong != wrong || !slice_same(buf_slice(&d.out), want))
		printf("# wrong at %lld: %.*s\n", d.wrong, (int)d.out.n, d.out.p);
	ok(same_decoded(d, from_uu(in, 1)), "the same byte by byte");
	buf_free(&d.out);
}

#define DECODES(in, want, wrong, what) decodes(SLICE(in), SLICE(want), wrong, what)

static void data_vectors(void)
{
	DECODES("begin 644 x\n#8V%T\n`\nend\n", "cat", -1, "a file");
	DECODES("begin 644 x\r\n#8V%T\r\n`\r\nend\r\n", "cat", -1, "CRLF");
	DECODES("begin 644 x\n#8V%T\n \nend\n", "cat", -1, "a blank for zero");
	DECODES("begin 644 x\n#8V%T\n\nend\n", "cat", -1, "a blank that was lost");
	DECODES("begin 644 x\n$```$ 0``\n`\nend", "\0\0\4\1", -1, "both zeros; no line end after the end");
	DECODES("begin 644 x\n#8V%TQ\n`\nend\n", "cat", -1, "a checksum");
	DECODES("begin 644 x\n#8V%T  \n`\nend\n", "cat", -1, "blanks behind a line");
	DECODES("Look:\n\nbegin 644 x\n#8V%T\n`\nend\nBye\n", "cat", -1, "text around it");
	DECODES("begin now\nbegin 644\nbegin 99 x\nbegin 12345 x\nbegin 0644  x y\n#8V%T\n`\nend\n", "cat", -1,
	    "what is no begin line, before one that is");
	DECODES("#8V%T\n`\nend\n", "cat", -1, "no begin line");
	DECODES("#8V%T", "cat", -1, "nor an end");
	DECODES("begin 644 x\n`\nend\n", "", -1, "no data");
	DECODES("begin 644 x\n&    8V%T\n`\nend\n", "\0\0\0cat", -1, "blanks in a line");
	DECODES("begin 644 x\n#\n&    \n`\nend\n", "\0\0\0\0\0\0\0\0\0", 13, "blanks that were lost from lines");
}

static void lenient_vectors(void)
{
	DECODES("", "", 0, "nothing");
	DECODES("Dear Bob,\n", "", 0, "only text");
	DECODES("begin 644 x\n#8V%T\n", "cat", 18, "no end");
	DECODES("begin 644 x\n#8V%T\nnonsense\n#9&]G\n`\nend\n", "catdog", 18, "a line that is no data");
	DECODES("begin 644 x\n#8V%T\n#8V\xe9T\n#9&]G\n`\nend\n", "catdog", 21, "8-bit in a line");
	DECODES("begin 644 x\n#8V%T~\n`\nend\n", "cat", 17, "junk behind a line");
	DECODES("begin 644 x\n#8V%TABC\n#9&]G\n`\nend\n", "dog", 18, "a line that is too long");
}

static void base64_vectors(void)
{
	DECODES("begin-base64 644 x\nY2F0\n====\n", "cat", -1, "base64");
	DECODES("text\r\nbegin-base64 644 x\r\nY2F0\r\nZA==\r\n====\r\nY2F0\r\n", "catd", -1, "its padding and its end");
	DECODES("begin-base64 644 x\nY2!F0\n====\n", "cat", 21, "junk in it");
	DECODES("begin-base64 644 x\nY2F0\n", "cat", 24, "no end");
}

/* A line too long to be held is no data, and hides nothing. */
static void long_lines(void)
{
	buf in = { NULL, 0, 0 }, want = { NULL, 0, 0 };

	buf_addtext(&in, "begin 644 x\n#8V%T\n");
	for (int i = 0; i < 3000; i++)
		buf_addtext(&in, i % 512 ? "M" : "end");
	buf_addtext(&in, "\n#9&]G\n`\nend\n");
	decodes(buf_slice(&in), SLICE("catdog"), 18, "a long line");
	buf_clear(&in);
	buf_addtext(&in, "begin-base64 644 x\n");
	for (int i = 0; i < 3 * 128; i++) {
		buf_addtext(&in, "Y2F0");
		buf_addtext(&want, "cat");
	}
	buf_addtext(&in, "====\n====\n");
	decodes(buf_slice(&in), buf_slice(&want), 19 + 3 * 512, "its end within a line of base64 is but padding");
	buf_free(&in), buf_free(&want);
}

static void begin_line(void)
{
	struct uu_decoder d = { .begun = false };
	slice in = SLICE("begin 0755  a file\t\n#8V%T\n`\nend\nMore\nbegin 644 y\n");
	buf out = { NULL, 0, 0 };

	uu_decode(&d, in, &out);
	ok(d.named && d.mode == 0755 && slice_is(slice_of(d.name), "a file"), "what the begin line says");
	ok(d.ended && d.at == 32, "nothing is taken after the end");
	uu_decode(&d, in, &out);
	uu_decode_finish(&d, &out);
	ok(d.at == 32 && slice_is(buf_slice(&out), "cat"), "not later either");
	buf_free(&out);
}

static void round_trips(void)
{
	buf in = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	int good = 0, count = 2000;

	srand(1);
	for (int i = 0; i < count; i++) {
		struct decoded d;

		buf_clear(&in), buf_clear(&out);
		for (int n = rand() % 500; n > 0; n--)
			buf_addchar(&in, rand() % 3 ? (char)rand() : '\0');
		uu_begin(&out, 0644, SLICE("x"));
		to_uu(buf_slice(&in), i % 3 ? 0 : SIZE_MAX, &out);
		d = from_uu(buf_slice(&out), i % 2 ? 0 : SIZE_MAX);
		good += d.wrong == -1 && slice_same(buf_slice(&in), buf_slice(&d.out));
		buf_free(&d.out);
	}
	ok(good == count, "2000 random inputs come back");
	buf_free(&in), buf_free(&out);
}

int main(void)
{
	encodes(SLICE(""), "`\nend\n", "nothing");
	encodes(SLICE("cat"), "#8V%T\n`\nend\n", "three bytes");
	encodes(SLICE("\0"), "!````\n`\nend\n", "a zero");
	encodes(SLICE("123456789012345678901234567890123456789012345X"),
	    "M,3(S-#4V-S@Y,#$R,S0U-C<X.3`Q,C,T-38W.#DP,3(S-#4V-S@Y,#$R,S0U\n!6```\n`\nend\n", "more than a line");
	encodes(SLICE("1234567890123"), ",,3(S-#4V-S@Y,#$R\n!,P``\n`\nend\n", "no line begins with a dash");
	data_vectors();
	lenient_vectors();
	base64_vectors();
	long_lines();
	begin_line();
	round_trips();
	return tap_done();
}
