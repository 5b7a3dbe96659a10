/* The parts of messages, each message whole and byte by byte; and that no byte is lost. */
#include <string.h>

#include "part.h"
#include "tap.h"

/*
 * `0 multipart/mixed{1 text/plain[hello]2 message/rfc822{2.1 text/plain[x]}}`: leaves with their bodies, and what
 * all events that are not decoded give together.
 */
struct trace {
	buf events, bytes;
};

static void begin(void *context, const struct part *p)
{
	struct trace *t = context;

	part_number(&t->events, p);
	buf_print(&t->events, " %.*s/%.*s%c", (int)p->type.n, p->type.p, (int)p->subtype.n, p->subtype.p,
	    p->kind == PART_LEAF ? '[' : '{');
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct trace *t = context;

	if (what == PART_BODY)
		buf_addslice(&t->events, bytes);
	if (p->decoded == 0)
		buf_addslice(&t->bytes, bytes);
}

static void end(void *context, const struct part *p)
{
	struct trace *t = context;

	buf_addchar(&t->events, p->kind == PART_LEAF ? ']' : '}');
}

static void walk(struct trace *t, slice message, size_t cut)
{
	static const struct part_events events = { begin, bytes, end };
	struct part_walk w;

	*t = (struct trace){ .events = { NULL, 0, 0 } };
	part_walk_begin(&w, &events, t);
	for (; message.n; message = slice_from(message, cut))
		part_walk_more(&w, slice_upto(message, cut));
	part_walk_finish(&w);
}

static void free_trace(struct trace *t)
{
	buf_free(&t->events);
	buf_free(&t->bytes);
}

static void is(slice message, const char *want, const char *name)
{
	struct trace whole, cut;
	bool good = true;

	walk(&whole, message, message.n);
	same(buf_slice(&whole.events), want, name);
	for (size_t n = 1; n < 8; n++) {
		walk(&cut, message, n);
		good = good && slice_same(buf_slice(&whole.events), buf_slice(&cut.events))
		    && slice_same(buf_slice(&cut.bytes), message);
		free_trace(&cut);
	}
	ok(good && slice_same(buf_slice(&whole.bytes), message), "the same in any cuts, and no byte is lost");
	free_trace(&whole);
}

/* The same with CRLF line ends, also in what is wanted. */
static void both(const char *message, const char *want, const char *name)
{
	const char *texts[] = { message, want };
	buf crlf[2] = { { NULL, 0, 0 } };

	is(slice_of(message), want, name);
	for (int i = 0; i < 2; i++) {
		buf_addtext(&crlf[i], "");
		for (const char *p = texts[i]; *p; p++) {
			if (*p == '\n')
				buf_addchar(&crlf[i], '\r');
			buf_addchar(&crlf[i], *p);
		}
	}
	is(buf_slice(&crlf[0]), crlf[1].p, "with CRLF");
	buf_free(&crlf[0]);
	buf_free(&crlf[1]);
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"

static void test_plain(void)
{
	both("", "1 text/plain[]", "nothing at all");
	both("\n", "1 text/plain[]", "no header, no body");
	both("Subject: x\n\nhello\n", "1 text/plain[hello\n]", "a message without MIME");
	both("Subject: x\n\nhello", "1 text/plain[hello]", "no line end at its end");
	both("Subject: x\n", "1 text/plain[]", "only a header");
	both("Subject: x", "1 text/plain[]", "half a header");
	both("\nhello\n", "1 text/plain[hello\n]", "no header");
	both("hello\n\nyou\n", "1 text/plain[hello\n\nyou\n]", "what begins with no field is body");
	both("Subject: x\nhello you\n\n", "1 text/plain[hello you\n\n]", "a missing blank line");
	both("From a@b.example Mon Nov 23 19:40:12 2026\nSubject: x\n\nhi\n", "1 text/plain[hi\n]", "a separator of an mbox before it");
	both("From : a@b.example\nContent-Type: text/html\n\nhi\n", "1 text/html[hi\n]", "an obsolete blank before the colon is none");
	both("CONTENT-TYPE : Image/PNG (a (nested) comment)\n\nx", "1 Image/PNG[x]", "wrong case, a blank before the colon, a comment");
	both("Content-Type: text\n\nx", "1 text/plain[x]", "a type without subtype");
	both("Content-Type: text/html\nContent-Type: text/enriched\n\nx", "1 text/html[x]", "the first of two types");
	both("Content-Type:\n multipart/mixed;\n\tboundary=\"b\"\n\n--b\n\nx\n--b--\n", "0 multipart/mixed{1 text/plain[x]}", "folds");
}

static void test_multiparts(void)
{
	both(MIXED "preamble\n--b\n\none\n--b\nContent-Type: text/html\n\ntwo\n\n--b--\nepilogue\n",
	    "0 multipart/mixed{1 text/plain[one]2 text/html[two\n]}", "preamble, two parts, epilogue");
	both(MIXED "--b\n\none", "0 multipart/mixed{1 text/plain[one]}", "no last boundary");
	both(MIXED "--b\n\none\n--b--", "0 multipart/mixed{1 text/plain[one]}", "no line end behind the last boundary");
	both(MIXED "--b\n\none\n--b", "0 multipart/mixed{1 text/plain[one]2 text/plain[]}", "it ends in a boundary");
	both(MIXED "--b\n--b\n\n--b--\n", "0 multipart/mixed{1 text/plain[]2 text/plain[]}", "empty parts");
	both(MIXED "--b\nContent-Type: text/html\n--b--\n", "0 multipart/mixed{1 text/html[]}", "a boundary within a header");
	both(MIXED "--b\nContent-Type: text/html\n<p>\n--b--\n", "0 multipart/mixed{1 text/html[<p>]}", "no blank line in a part");
	both(MIXED "--b \t\n\none\n--b--  \n", "0 multipart/mixed{1 text/plain[one]}", "blanks behind boundaries");
	both(MIXED "--b\n\n--bb\n--b-\n-\n--\n---b\n --b\n--b--\n", "0 multipart/mixed{1 text/plain[--bb\n--b-\n-\n--\n---b\n --b]}", "what only looks so");
	both(MIXED "--b\n\n\n\n\n--b--\n", "0 multipart/mixed{1 text/plain[\n\n]}", "empty lines");
	both("Content-Type: multipart/mixed\n\n--b\n\none\n--b--\n", "1 multipart/mixed[--b\n\none\n--b--\n]", "no boundary parameter: a leaf");
	both("Content-Type: multipart/mixed; boundary=\"a b:c\"\n\n--a b:c\nX: y\n--a b:c--\n", "0 multipart/mixed{1 text/plain[]}", "a boundary that looks like a field");
	both("Content-Type: multipart/mixed; boundary=bb\n\n--bb\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nin\n--bb\n\nout\n--bb--\n",
	    "0 multipart/mixed{1 multipart/mixed{1.1 text/plain[in]}2 text/plain[out]}", "one boundary begins with the other");
	both(MIXED "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\none\n--c\n\ntwo\n--c--\n\n--b\n\nthree\n--b--\n",
	    "0 multipart/mixed{1 multipart/alternative{1.1 text/plain[one]1.2 text/plain[two]}2 text/plain[three]}", "nested");
	both(MIXED "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\none\n--b\n\nthree\n--b--\n",
	    "0 multipart/mixed{1 multipart/alternative{1.1 text/plain[one]}2 text/plain[three]}", "the outer boundary ends what is inside");
	both(MIXED "--b--\n\n--b\n\none\n", "0 multipart/mixed{}", "nothing begins behind the end");
	is(SLICE(MIXED "--b\n\na\rb\r\n--b--\r\n"), "0 multipart/mixed{1 text/plain[a\rb]}", "a CR alone, and mixed line ends");
}

static void test_messages(void)
{
	both("Content-Type: message/rfc822\n\nSubject: in\n\nhello\n", "1 message/rfc822{1.1 text/plain[hello\n]}", "a message in a message");
	both(MIXED "--b\n\none\n--b\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\ndeep\n--c--\n--b--\n",
	    "0 multipart/mixed{1 text/plain[one]2 message/rfc822{2.0 multipart/mixed{2.1 text/plain[deep]}}}", "RFC 9051: numbers in it");
	both("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: in\n\none\n--b\nContent-Type: text/plain\n\ntwo\n--b--\n",
	    "0 multipart/digest{1 message/rfc822{1.1 text/plain[one]}2 text/plain[two]}", "RFC 2046 §5.1.5: what parts of a digest are");
	both("Content-Type: message/rfc822\n\n", "1 message/rfc822{1.1 text/plain[]}", "an empty message");
	both("Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n", "1 message/delivery-status[Reporting-MTA: dns; x\n]", "a report is a leaf");
	is(SLICE("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKaGVsbG8K\n"),
	    "1 message/rfc822{1.1 text/plain[hello\n]}", "a message in base64, in spite of the RFC");
	is(SLICE(MIXED "--b\nContent-Type: message/global\nContent-Transfer-Encoding: quoted-printable\n\nSubject: =C3=A9\n\nh=65llo\n--b\n\ntwo\n--b--\n"),
	    "0 multipart/mixed{1 message/global{1.1 text/plain[hello]}2 text/plain[two]}", "a message in quoted-printable");
	is(SLICE(MIXED "--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
	    "Q29udGVudC1UeXBlOiBtdWx0aXBhcnQvbWl4ZWQ7IGJvdW5kYXJ5PWIKCi0tYgoKaW4KLS1iLS0K\n--b--\n"),
	    "0 multipart/mixed{1 message/rfc822{1.0 multipart/mixed{1.1 text/plain[in]}}}", "the same boundary, decoded, is another");
}

/* Multiparts, or messages, in each other, each with a boundary of its own. */
static void add_nested(buf *to, int count, const char *format)
{
	for (int i = 0; i < count; i++)
		buf_print(to, format, i, i);
}

static size_t count_of(slice text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == c;
	return n;
}

static void survives(const buf *message, size_t containers, const char *name)
{
	struct trace t;

	walk(&t, buf_slice(message), 4096);
	ok(slice_same(buf_slice(&t.bytes), buf_slice(message)) && count_of(buf_slice(&t.events), '{') == containers, name);
	free_trace(&t);
}

static void test_bounds(void)
{
	buf message = { NULL, 0, 0 };

	add_nested(&message, 1000, "Content-Type: multipart/mixed; boundary=%d\n\n--%d\n");
	survives(&message, LIMIT_PART_DEPTH - 1, "a thousand multiparts in each other: what is too deep is a leaf");
	buf_clear(&message);
	add_nested(&message, 1000, "Content-Type: message/rfc822\nX-%d: %d\n\n");
	survives(&message, LIMIT_PART_DEPTH - 1, "a thousand messages in each other");
	buf_clear(&message);
	buf_addtext(&message, MIXED);
	for (int i = 0; i < 3 * LIMIT_PARTS; i++)
		buf_addtext(&message, "--b\n\n\n");
	survives(&message, 1, "more parts than LIMIT_PARTS: the rest is in the last");
	buf_clear(&message);
	buf_addtext(&message, "Subject: ");
	for (int i = 0; i < 3 * LIMIT_HEADER; i++)
		buf_addchar(&message, 'x');
	survives(&message, 0, "a header of one endless line");
	buf_clear(&message);
	for (int i = 0; i < LIMIT_HEADER; i++)
		buf_addtext(&message, "A:\n");
	survives(&message, 0, "a header of endless fields");
	buf_free(&message);
}

int main(void)
{
	test_plain();
	test_multiparts();
	test_messages();
	test_bounds();
	return tap_done();
}
