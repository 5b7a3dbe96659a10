/* mailbox: what messages a mailbox of each format has, whole and byte by byte; and that its pieces are its bytes. */
#include <stdlib.h>

#include "taken.h"
#include "tap.h"

#define A "From a@b.example Mon Nov 23 19:40:12 2026\n"
#define B "From c@d.example Mon Nov 23 19:41:00 2026\n"
#define TEN "----------"
#define RULE30 TEN TEN TEN "\n"
#define RULE70 TEN TEN TEN TEN TEN TEN TEN "\n"

static const struct { const char *in, *format, *texts; } vectors[] = {
	{ "", "mboxrd", "" },
	{ A "x: y\n\none\n\n" B "\ntwo\n\n", "mboxrd", "[x: y\n\none\n[\ntwo\n" },
	{ A "one", "mboxrd", "[one" },
	{ A "one\n", "mboxrd", "[one\n" },
	{ A "one\n\n", "mboxrd", "[one\n" },
	{ A "one\n\n\n", "mboxrd", "[one\n\n" },
	{ A "one\n\n\n" B "two", "mboxrd", "[one\n\n[two" },
	{ A, "mboxrd", "[" },
	{ "From a Mon Nov 23 19:40:12 2026", "mboxrd", "[" },
	{ A "\n" B "\n", "mboxrd", "[[" },
	{ A B "\n", "mboxrd", "[" B },
	{ A "one\n" B "two\n", "mboxrd", "[one\n" B "two\n" },
	{ A "one\n\nFrom here we go\n\nFrom x 2026\n", "mboxrd", "[one\n\nFrom here we go\n\nFrom x 2026\n" },
	{ A "\n>From a\n>>From b\n> From c\nx>From d\n>From\n>From ", "mboxrd", "[\nFrom a\n>From b\n> From c\nx>From d\n>From\nFrom " },
	{ A "\r\none\r\n>From x\r\n\r\nFrom c@d Mon Nov 23 19:41:00 2026\r\ntwo\r\n\r\n", "mboxrd", "[\r\none\r\nFrom x\r\n[two\r\n" },
	{ "junk\n\nmore\n\n" A "one\n", "mboxrd", "junk\n\nmore\n\n[one\n" },
	{ "junk\n>From x\n" A "one\n", "mboxrd", "junk\n>From x\n" A "one\n" },
	{ "\n\n" A "one\n", "mboxrd", "\n\n[one\n" },
	{ "\nF\r", "mboxrd", "\nF\r" },
	{ A "\n> a\n> b\n>From c\n> d\n", "mboxo", "[\n> a\n> b\nFrom c\n> d\n" },
	{ A "\n>> a\n>>From c\n>> d\n", "mboxo", "[\n>> a\n>>From c\n>> d\n" },
	{ A "\n> a\n>>From c\n> d\n", "mboxrd", "[\n> a\n>From c\n> d\n" },
	{ A "Content-Length: 50\n\none\n\n" B "\nx\n\n\n" A "y\n", "mboxcl2", "[Content-Length: 50\n\none\n\n" B "\nx\n[y\n" },
	{ A "content-length: 17\n\n>From x\n>>From y\n" B "two\n\n", "mboxcl", "[content-length: 17\n\nFrom x\n>>From y\n[two\n" },
	{ A "Content-Length: 5\n\na\nb\nc" "\n\n" B "Content-Length: 0\n\n", "mboxcl2", "[Content-Length: 5\n\na\nb\nc[Content-Length: 0\n\n" },
	{ A "Content-Length: 4\n\nFrom\n" "Content\n", "mboxrd", "[Content-Length: 4\n\nFrom\nContent\n" },
	{ A "Content-Length: 999999999999999999\n\nx\n", "mboxrd", "[Content-Length: 999999999999999999\n\nx\n" },
	{ A "Content-Length: 5\n\n>From x\n\n" B "\ny\n", "mboxrd", "[Content-Length: 5\n\nFrom x\n[\ny\n" },
	{ "\1\1\1\1\nx: y\n\none\n\1\1\1\1\n\1\1\1\1\n" A "two\n>\1\1\1\1\n\1\1\1 \n\1\1\1\1\n", "mmdf", "[x: y\n\none\n[two\n\1\1\1\1\n\1\1\1 \n" },
	{ "\1\1\1\1\none", "mmdf", "[one" },
	{ "\1\1\1\1\r\none\r\n\1\1\1\1\r\njunk\n\1\1\1\1\n\1\1\1\1", "mmdf", "[one\r\n[" },
	{ "BABYL OPTIONS:\nVersion: 5\n\x1f\f\n1, answered,,\nx: y\n\n*** EOOH ***\nX: y\n\none\n\x1f\f\n0,,\n*** EOOH ***\nx: z\n\ntwo\n\x1f",
	  "babyl", "BABYL OPTIONS:\nVersion: 5\n[x: y\n\none\n[x: z\n\ntwo\n" },
	{ "BABYL OPTIONS:\n\x1f\f\n1,,\nx: y\n\n*** EOOH ***\n\none\n\x1f two\n\x1f\n\n", "babyl", "BABYL OPTIONS:\n[x: y\n\none\n\x1f two\n" },
	{ "BABYL OPTIONS:\n\x1f\f\n1,,\nno end", "babyl", "BABYL OPTIONS:\n[no end" },
	{ "Content-Type: multipart/digest; boundary=b\n\nhello\n--b\n\nx: y\n\none\n--b \nContent-Type: message/rfc822\n\nx: z\n\n--bb\ntwo\n--b\n"
	  "Content-Type: text/plain\n\nthree\n--b--\nbye\n", "digest",
	  "Content-Type: multipart/digest; boundary=b\n\nhello\n[x: y\n\none[x: z\n\n--bb\ntwo[Content-Type: text/plain\n\nthree" },
	{ "Content-Type: multipart/mixed; boundary=o\n\n--o\n\ntext\n--o\nContent-Type: multipart/digest;\n boundary=i\n\n--i\n\nx: y\n\none\n\n--i--\n--o\n"
	  "Content-Type: Message/RFC822\n\nx: z\n--o--\n", "digest",
	  "Content-Type: multipart/mixed; boundary=o\n\n--o\n\ntext\n--o\nContent-Type: multipart/digest;\n boundary=i\n\n[x: y\n\none\n[x: z" },
	{ "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nx: y\r\n\r\none\r\n\r\n--b--\r\n", "digest",
	  "Content-Type: multipart/digest; boundary=b\r\n\r\n[x: y\r\n\r\none\r\n" },
	{ "Subject: a digest\n\nToday:\n\n" RULE70 "\nDate: 1\n\none\n" RULE30 "two\n\n" RULE30 "\nDate: 2\n\nthree\n\n" RULE30 "\nEnd of a digest\n****\n",
	  "rfc1153", "Subject: a digest\n\nToday:\n\n[Date: 1\n\none\n" RULE30 "two\n[Date: 2\n\nthree\n" },
};

static enum mailbox_format detect(slice whole)
{
	return mailbox_detect(slice_upto(whole, LIMIT_WINDOW), peek_slice, &whole);
}

static void check(slice in, const char *format, const char *texts)
{
	enum mailbox_format f = detect(in);
	struct taken t;

	same(slice_of(mailbox_name(f)), format, texts);
	for (size_t step = 1; step <= in.n + 1; step = step < 4 ? step + 1 : step * 3 + in.n) {
		take_apart(&t, in, f, step);
		same(buf_slice(&t.texts), texts, format);
		ok(slice_same(buf_slice(&t.pieces), in) && !t.wrong, t.wrong ? t.wrong : "all of its bytes");
		taken_free(&t);
	}
}

/* Lines that mean something in one format or another, cut and joined at random. */
static void add_hostile(buf *b)
{
	static const char *const parts[] = {
		A, B, "\n", "\n", "\r\n", "\r", ">", ">From x\n", ">>From y\n", "From ", "From z\n", "F", "text\n", "a long line of text", "\1\1\1\1\n",
		"\1\1", ">\1\1\1\1", "\x1f\f\n1,,\n", "\x1f", "*** EOOH ***\n", "BABYL OPTIONS:\n", "Content-Length: 5\n", "Content-Length: 47\n",
		"Content-Length: 0\n\n", "\n\n12345", "--b\n", "--b--\n", "\n--", "Content-Type: multipart/digest; boundary=b\n", "Content-Type: text/plain\n\n",
		"Subject: x\n", RULE30, RULE70, TEN, "\n" RULE30 "\n", "End of ", "From c@d Mon Nov 23 19:41:00 2026\r\n", "From e Mon Nov 23 19:41:00 2026",
	};
	int n = rand() % 24;

	buf_clear(b);
	while (n-- > 0) {
		const char *part = parts[(size_t)rand() % (sizeof parts / sizeof *parts)];

		buf_add(b, part, rand() % 8 ? strlen(part) : (size_t)rand() % (strlen(part) + 1));
		if (rand() % 16 == 0)
			buf_add(b, "", 1);
	}
	buf_addtext(b, "");
}

/* In every format, also those that it is not in. */
static bool survives(slice in, enum mailbox_format f)
{
	struct taken whole, cut;
	bool good;

	take_apart(&whole, in, f, in.n + 1);
	take_apart(&cut, in, f, (size_t)rand() % 9 + 1);
	good = !whole.wrong && !cut.wrong && slice_same(buf_slice(&whole.pieces), in) && slice_same(buf_slice(&cut.pieces), in)
	    && slice_same(buf_slice(&whole.texts), buf_slice(&cut.texts));
	if (!good)
		printf("# %s: %s %s\n# %.*s\n", mailbox_name(f), whole.wrong ? whole.wrong : "", cut.wrong ? cut.wrong : "", (int)in.n, in.p);
	taken_free(&whole);
	taken_free(&cut);
	return good;
}

static void check_random(void)
{
	buf b = { NULL, 0, 0 };
	bool good = true;

	srand(1);
	for (int i = 0; i < 20000 && good; i++) {
		add_hostile(&b);
		good = survives(buf_slice(&b), detect(buf_slice(&b)));
		for (enum mailbox_format f = 0; f < MAILBOX_UNKNOWN && good && i % 4 == 0; f++)
			good = survives(buf_slice(&b), f);
	}
	ok(good, "20,000 hostile mailboxes, in every format: all their bytes, however they are cut");
	buf_free(&b);
}

/* Lines longer than any bound and than the window, where a separator might be. */
static void check_long(void)
{
	buf b = { NULL, 0, 0 };
	struct taken t;
	bool good = true;

	buf_addtext(&b, A "\n\nFrom ");
	for (int i = 0; i < 300000; i++)
		buf_addtext(&b, i % 1000 ? "x" : ">");
	buf_addtext(&b, "\n\n" B ">");
	for (int i = 0; i < 20000; i++)
		buf_addchar(&b, '>');
	buf_addtext(&b, "From x\n");
	for (enum mailbox_format f = 0; f < MAILBOX_UNKNOWN; f++)
		for (size_t step = 1000; step < 1000000; step *= 10) {
			take_apart(&t, buf_slice(&b), f, step);
			good = good && !t.wrong && slice_same(buf_slice(&t.pieces), buf_slice(&b));
			taken_free(&t);
		}
	ok(good, "long lines");
	buf_free(&b);
}

int main(void)
{
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
		check(slice_of(vectors[i].in), vectors[i].format, vectors[i].texts);
	ok(mailbox_format(SLICE("RD")) == MAILBOX_MBOXRD && mailbox_format(SLICE("MMDF")) == MAILBOX_MMDF
	    && mailbox_format(SLICE("mboxcl2")) == MAILBOX_MBOXCL2 && mailbox_format(SLICE("cl3")) == MAILBOX_UNKNOWN, "formats by name");
	check_long();
	check_random();
	return tap_done();
}
