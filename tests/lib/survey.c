/* survey: what is said of bytes, whole and byte by byte; boundaries that no line is, out of lines that are nearly all of them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "survey.h"
#include "tap.h"

static struct survey survey(slice in, size_t step, const char *prefix)
{
	struct survey s = { .bytes = 0 };

	strcpy(s.prefix, prefix);
	for (; in.n; in = slice_from(in, step))
		survey_more(&s, slice_upto(in, step));
	survey_finish(&s);
	return s;
}

static bool same_in_all(const struct survey *a, const struct survey *b)
{
	return survey_same(a, b) && a->controls == b->controls && a->lines == b->lines && a->crlf == b->crlf &&
	    a->escapes == b->escapes && a->blank_ends == b->blank_ends && a->from == b->from && a->dot == b->dot &&
	    a->not_utf8 == b->not_utf8 && a->no_end == b->no_end;
}

static struct survey both(slice in, const char *what)
{
	struct survey whole = survey(in, SIZE_MAX, "=_"), bytewise = survey(in, 1, "=_");

	ok(same_in_all(&whole, &bytewise), what);
	return whole;
}

static void judged(slice in, const char *eight, const char *seven, const char *safe, const char *what)
{
	struct survey s = both(in, what);
	const char *got[] = { survey_not_eight_bit(&s), survey_not_seven_bit(&s), survey_not_safe(&s, true) };
	const char *want[] = { eight, seven, safe };

	for (size_t i = 0; i < 3; i++) {
		bool good = want[i] ? got[i] && strstr(got[i], want[i]) : !got[i];

		ok(good, want[i] ? want[i] : "nothing against it");
		if (!good)
			printf("# got %s\n", got[i] ? got[i] : "nothing");
	}
}

static void verdicts(void)
{
	buf line = { NULL, 0, 0 };

	judged(SLICE(""), NULL, NULL, NULL, "nothing");
	judged(SLICE("a\tb \x7f.\n Fromx\n"), NULL, NULL, NULL, "plain text");
	judged(SLICE("caf\xc3\xa9\n"), NULL, "above 127", NULL, "8-bit");
	judged(SLICE("a\0\xff\n"), "NUL", "above 127", NULL, "a NUL");
	judged(SLICE("a\r\n"), "CR", "CR", NULL, "CRLF");
	judged(SLICE("a\rb\n"), "CR", "CR", NULL, "a CR");
	judged(SLICE("a \nb\n"), NULL, NULL, "blank", "a blank at the end of a line");
	judged(SLICE("a\t\r\nb\n"), "CR", "CR", "blank", "and before CRLF");
	judged(SLICE("a\n "), NULL, NULL, "blank", "and of all");
	judged(SLICE("From \n"), NULL, NULL, "blank", "From alone");
	judged(SLICE("a\nFrom b\n"), NULL, NULL, "From", "From and more");
	judged(SLICE("a\n.\nb\n"), NULL, NULL, "dot", "a lone dot");
	judged(SLICE("."), NULL, NULL, "dot", "a dot that is all");
	judged(SLICE(".\r\n"), "CR", "CR", "dot", "a dot with CRLF");
	judged(SLICE("..\n.a\n"), NULL, NULL, NULL, "dots that are not alone");
	judged(SLICE("a"), NULL, NULL, "last line", "no end");
	for (int i = 0; i < 998; i++)
		buf_addchar(&line, 'a');
	buf_addchar(&line, '\n');
	judged(buf_slice(&line), NULL, NULL, NULL, "a line of 998");
	line.p[998] = 'a';
	buf_addchar(&line, '\n');
	judged(buf_slice(&line), "longer", "longer", NULL, "a line of 999");
	buf_free(&line);
}

static void is_utf8(slice in, bool good, const char *what)
{
	struct survey s = both(in, what);

	ok(s.not_utf8 == !good, good ? "UTF-8" : "no UTF-8");
}

static void utf8(void)
{
	is_utf8(SLICE("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), true, "two, three and four bytes");
	is_utf8(SLICE("\xc3"), false, "half a character");
	is_utf8(SLICE("\xc3\na"), false, "cut off");
	is_utf8(SLICE("\xa9"), false, "the second half");
	is_utf8(SLICE("\xc0\x80\xe0\x80\x80\xf0\x80\x80\x80"), false, "too long");
	is_utf8(SLICE("\xe0\x9f\xbf"), false, "too long by three");
	is_utf8(SLICE("\xed\xa0\x80"), false, "a surrogate");
	is_utf8(SLICE("\xed\x9f\xbf\xee\x80\x80"), true, "those beside them");
	is_utf8(SLICE("\xf4\x90\x80\x80"), false, "past U+10FFFF");
	is_utf8(SLICE("\xf4\x8f\xbf\xbf"), true, "U+10FFFF");
}

static void counts(void)
{
	struct survey s = both(SLICE("a=\1\t\x7f\xe9\0\r\nb\r\r\n c\r"), "counts");

	ok(s.bytes == 16 && s.lines == 2 && s.controls == 3 && s.nul == 1 && s.eight_bit == 1, "bytes");
	ok(s.cr == 4 && s.crlf == 2 && s.escapes == 5 && s.longest == 8 && s.no_end, "lines");
	ok(survey_base64_length(&s, 42) == 82, "the length of base64");
}

/* The boundary that stands in no line, as mime-encode looks for it: how many surveys it took. */
static int find(slice in, buf *boundary)
{
	long long lines = 1;
	int rounds = 0;

	buf_clear(boundary);
	buf_addtext(boundary, "=_");
	while (lines) {
		struct survey s = survey(in, SIZE_MAX, boundary->p);

		buf_addchar(boundary, survey_free_character(&s, &lines));
		rounds++;
	}
	return rounds;
}

static bool is_used(slice in, slice boundary)
{
	slice line;

	while (slice_cut(&in, '\n', &line))
		if (slice_starts(line, "--") && slice_same(slice_upto(slice_from(line, 2), boundary.n), boundary))
			return true;
	return false;
}

static void boundaries(void)
{
	static const char few[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	buf in = { NULL, 0, 0 }, boundary = { NULL, 0, 0 };

	ok(find(SLICE("text\n"), &boundary) == 1 && slice_is(buf_slice(&boundary), "=_0"), "text has no boundaries");
	ok(find(SLICE("--=_0\n--=_1"), &boundary) == 1 && slice_is(buf_slice(&boundary), "=_2"), "other boundaries");
	ok(find(SLICE("a--=_0\n --=_0"), &boundary) == 1 && slice_is(buf_slice(&boundary), "=_0"), "within a line");
	for (size_t i = 0; i < 62; i++)
		buf_print(&in, "--=_%cx\n--=_%c", few[i], i == 7 ? '0' : few[i]);
	ok(find(buf_slice(&in), &boundary) == 1, "one that is used once is not used twice");
	buf_clear(&in);
	for (size_t i = 0; i < 62; i++)
		for (size_t k = 0; k < 62; k++)
			if (i != 33 || k != 44)
				buf_print(&in, "--=_%c%c%c\n", few[i], few[k], few[k]);
	ok(find(buf_slice(&in), &boundary) == 2 && slice_is(buf_slice(&boundary), "=_Xi"), "all of two characters but one");
	ok(!is_used(buf_slice(&in), buf_slice(&boundary)), "which none is");
	buf_print(&in, "--=_%c%c%c\n", few[33], few[44], '0');
	ok(find(buf_slice(&in), &boundary) == 3 && !is_used(buf_slice(&in), buf_slice(&boundary)), "all of two characters");
	buf_free(&in), buf_free(&boundary);
}

int main(void)
{
	verdicts();
	utf8();
	counts();
	boundaries();
	return tap_done();
}
