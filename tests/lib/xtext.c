/* xtext (RFC 3461 §4) and uri (RFC 3986 §2): there and back, and what is not quite one. */
#include "tap.h"
#include "uri.h"
#include "xtext.h"

static void vector(slice text, const char *xtext, const char *uri)
{
	buf made = { NULL, 0, 0 };

	xtext_add(&made, text);
	same(buf_slice(&made), xtext, xtext);
	ok(xtext_is(buf_slice(&made)), xtext);
	buf_clear(&made);
	xtext_add_decoded(&made, slice_of(xtext));
	ok(slice_same(buf_slice(&made), text), xtext);
	buf_clear(&made);
	uri_add(&made, text);
	same(buf_slice(&made), uri, uri);
	buf_clear(&made);
	uri_add_decoded(&made, slice_of(uri));
	ok(slice_same(buf_slice(&made), text), uri);
	buf_free(&made);
}

static void stays(const char *text, bool is)
{
	buf made = { NULL, 0, 0 };

	xtext_add_decoded(&made, slice_of(text));
	uri_add_decoded(&made, slice_of(text));
	ok(made.n == 2 * strlen(text) && slice_same(slice_upto(buf_slice(&made), strlen(text)), slice_of(text)), text);
	ok(xtext_is(slice_of(text)) == is, text);
	buf_free(&made);
}

int main(void)
{
	vector(SLICE("bob-1_2.3~@example.com"), "bob-1_2.3~@example.com", "bob-1_2.3~%40example.com");
	vector(SLICE("a+b=c %\t\r\n\"<>&?"), "a+2Bb+3Dc+20%+09+0D+0A\"<>&?", "a%2Bb=c%20%25%09%0D%0A%22%3C%3E%26%3F");
	vector(SLICE("\0\177\303\274"), "+00+7F+C3+BC", "%00%7F%C3%BC");
	vector(SLICE(""), "", "");
	stays("+", false);
	stays("+4", false);
	stays("+4g", false);
	stays("+ab", false);
	stays("%4", true);
	stays("%g0", true);
	stays("%", true);
	stays("=", false);
	stays(" ", false);
	return tap_done();
}
