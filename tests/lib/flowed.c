/* RFC 3676: paragraphs of format=flowed, whole and byte by byte. */
#include "flowed.h"
#include "tap.h"

static void unflow(buf *out, slice text, bool delsp, size_t cut)
{
	struct flowed f;

	buf_clear(out);
	buf_addtext(out, "");
	flowed_begin(&f, delsp);
	for (; text.n; text = slice_from(text, cut))
		flowed_more(&f, slice_upto(text, cut), out);
	flowed_finish(&f, out);
}

static void is(const char *text, bool delsp, const char *want)
{
	buf whole = { NULL, 0, 0 }, cut = { NULL, 0, 0 };

	unflow(&whole, slice_of(text), delsp, 1000);
	same(buf_slice(&whole), want, text);
	unflow(&cut, slice_of(text), delsp, 1);
	ok(slice_same(buf_slice(&whole), buf_slice(&cut)), "byte by byte");
	buf_free(&whole);
	buf_free(&cut);
}

int main(void)
{
	is("", false, "");
	is("one\ntwo\n", false, "one\ntwo\n");
	is("one \ntwo\n", false, "one two\n");
	is("one \ntwo\n", true, "onetwo\n");
	is("one \r\ntwo\r\n", false, "one two\r\n");
	is("one \ntwo \nthree\nfour", false, "one two three\nfour");
	is("one \n", false, "one \n");
	is("one ", false, "one ");
	is("one \n\ntwo\n", false, "one \ntwo\n");
	is("> one \n> two\n>> three \n>> four\n", false, "> one two\n>> three four\n");
	is("> one \ntwo\n", false, "> one \ntwo\n");
	is(">> one \n> two\n", false, ">> one \n> two\n");
	is(">>one\n", false, ">> one\n");
	is(" From one\n  two\n", false, "From one\n two\n");
	is(" > one\n", false, "> one\n");
	is("-- \nalice\n", false, "-- \nalice\n");
	is("-- \r\nalice\r\n", false, "-- \r\nalice\r\n");
	is("> -- \n> alice\n", false, "> -- \n> alice\n");
	is("--  \nalice\n", false, "--  alice\n");
	is("one  \ntwo\n", true, "one two\n");
	is("a\rb \nc\n", false, "a\rb c\n");
	is("\n\n", false, "\n\n");
	is(">\n> one\n", false, "> \n> one\n");
	return tap_done();
}
