/* personal: fields of an entry as each recipient has them, and as a transport puts them above a message. */
#include "personal.h"
#include "tap.h"

#define LASTING "857351721c03415d"

static const char key[] = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

static void above(slice field, const char *recipient, const char *want)
{
	buf options = { NULL, 0, 0 }, own = { NULL, 0, 0 }, lines = { NULL, 0, 0 };

	buf_addtext(&options, "verp");
	personal_add_key(&options, slice_of(key));
	personal_add_field(&options, field);
	ok(personal_is(buf_slice(&options)), "has fields");
	personal_add_options(&own, buf_slice(&options), slice_of(recipient));
	ok(!memmem(own.p, own.n, key, strlen(key)), "the key stays here");
	ok(slice_starts(buf_slice(&own), "verp field="), "other options stay");
	personal_add_above(&lines, buf_slice(&own));
	same(buf_slice(&lines), want, want);
	buf_free(&options), buf_free(&own), buf_free(&lines);
}

int main(void)
{
	buf none = { NULL, 0, 0 };

	above(SLICE("To: <{address}>"), "bob@example.com", "To: <bob@example.com>\n");
	above(SLICE("X: {link}"), "bob@example.com", "X: " LASTING "-bob=example.com\n");
	above(SLICE("X: {a} {address {link"), "b+=@x.y", "X: {a} {address {link\n");
	above(SLICE("{address}{address}"), "\"a b\"@x.y", "\"a b\"@x.y\"a b\"@x.y\n");
	ok(!personal_is(SLICE("verp body=7bit envid=field=x")), "none");
	personal_add_options(&none, SLICE("verp body=7bit"), SLICE("bob@example.com"));
	same(buf_slice(&none), "verp body=7bit", "options without fields");
	buf_clear(&none);
	personal_add_above(&none, SLICE("verp"));
	ok(none.n == 0, "nothing above");
	buf_free(&none);
	return tap_done();
}
