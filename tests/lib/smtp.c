/* smtp: replies whole, in pieces, and nonsense; what EHLO says. */
#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "smtp.h"
#include "tap.h"

/* Feeds lines until one completes the reply: its status, and how many lines it took in *lines. */
static int feed(struct reply *r, const char *text, int *lines)
{
	slice rest = slice_of(text);
	int status = 0;

	*lines = 0;
	while (status == 0 && rest.n) {
		size_t n = slice_find(rest, '\n') + 1;

		status = reply_line(r, slice_upto(rest, n));
		rest = slice_from(rest, n);
		++*lines;
	}
	return status;
}

static void good(const char *text, int code, const char *enhanced, const char *want)
{
	struct reply r = { .code = 0 };
	int lines;

	ok(feed(&r, text, &lines) == 1 && r.code == code, text);
	same(slice_of(r.enhanced), enhanced, "its enhanced code");
	same(buf_slice(&r.text), want, "its text");
	reply_free(&r);
}

static void bad(const char *text)
{
	struct reply r = { .code = 0 };
	int lines;

	ok(feed(&r, text, &lines) == -1, text);
	reply_free(&r);
}

static void pieces(void)
{
	struct reply r = { .code = 0 };

	ok(reply_line(&r, SLICE("250-2.1.0 begin")) == 0, "a piece without its end");
	ok(reply_line(&r, SLICE("550 5.0.0 not a new line")) == 0, "another");
	ok(reply_line(&r, SLICE("\n")) == 0, "its end: another line follows");
	ok(reply_line(&r, SLICE("250 end\r\n")) == 1 && r.code == 250, "the last line");
	same(slice_of(r.enhanced), "2.1.0", "the first enhanced code stays");
	ok(reply_line(&r, SLICE("450 next\r\n")) == 1, "the next reply");
	same(slice_of(r.enhanced), "4.0.0", "has a code of its own");
	same(buf_slice(&r.text), "next", "and a text of its own");
	reply_free(&r);
}

static void bounds(void)
{
	struct reply r = { .code = 0 };

	for (int i = 0; i < 10000; i++)
		reply_line(&r, SLICE("250-some text that adds up\r\n"));
	ok(r.text.n <= LIMIT_REPLY && reply_line(&r, SLICE("250 ok\r\n")) == 1, "a long reply is bounded");
	reply_free(&r);
}

static void features(void)
{
	static const char *const lines[] = { "PIPELINING", "size 1000", "8BITMIME ", "smtputf8", "DSN", "Chunking",
		"SIZEABLE", "XDSN", "", "AUTH PLAIN" };
	struct smtp_features f = { .size = 0 };

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		smtp_feature(&f, slice_of(lines[i]));
	ok(f.extensions == (SMTP_PIPELINING | SMTP_SIZE | SMTP_8BITMIME | SMTP_UTF8 | SMTP_DSN | SMTP_CHUNKING), "keywords");
	ok(f.size == 1000, "SIZE");
	f = (struct smtp_features){ .size = 0 };
	smtp_feature(&f, SLICE("SIZE 99999999999999999999"));
	ok(f.size == 0 && f.extensions == SMTP_SIZE, "a size beyond all bounds is none");
	smtp_feature(&f, SLICE("XPIPELINING"));
	ok(f.extensions == SMTP_SIZE, "a keyword is not the end of another");
}

int main(void)
{
	good("250 2.1.5 fine\r\n", 250, "2.1.5", "fine");
	good("250 fine\n", 250, "2.0.0", "fine");
	good("250\r\n", 250, "2.0.0", "");
	good("250-\r\n250 \r\n", 250, "2.0.0", "");
	good("550-5.1.1 one\r\n550 5.1.1 two\r\n", 550, "5.1.1", "one two");
	good("550 5.1.1\r\n", 550, "5.1.1", "");
	good("550 2.1.1 of another class\r\n", 550, "5.0.0", "2.1.1 of another class");
	good("550 5.1 short\r\n", 550, "5.0.0", "5.1 short");
	good("550 5.1.1.1 long\r\n", 550, "5.0.0", "5.1.1.1 long");
	good("550 5.1000.1 wide\r\n", 550, "5.0.0", "5.1000.1 wide");
	good("550 5.123.456 widest\r\n", 550, "5.123.456", "widest");
	good("250-2.0.0 one\r\n550 two\r\n", 550, "5.0.0", "one two");
	good("354 go\r\n", 354, "3.0.0", "go");
	good("550 a\tb\x1b[31m\x7f\r\n", 550, "5.0.0", "a?b?[31m?");
	bad("hello\r\n");
	bad("\r\n");
	bad("25\r\n");
	bad("2x0 no\r\n");
	bad("150 no\r\n");
	bad("600 no\r\n");
	bad("250:no\r\n");
	bad("250-one\r\nnonsense\r\n");
	pieces();
	bounds();
	features();
	return tap_done();
}
