/* senders: what patterns mean, and what only looks like it. */
#include "senders.h"
#include "tap.h"

static void match(const char *pattern, const char *address, bool want)
{
	buf name = { NULL, 0, 0 };

	buf_print(&name, "%s %s %s", pattern, want ? "means" : "does not mean", address);
	ok(senders_match(slice_of(pattern), slice_of(address)) == want, name.p);
	buf_free(&name);
}

int main(void)
{
	match("alice@here.example", "Alice@HERE.example", true);
	match("alice@here.example", "alice+list@here.example", true);
	match("alice@here.example", "alice+@here.example", true);
	match("alice@here.example", "alice-list@here.example", false);
	match("alice@here.example", "alicex@here.example", false);
	match("alice@here.example", "alic@here.example", false);
	match("alice@here.example", "alice@here.example.evil.example", false);
	match("alice@here.example", "alice@sub.here.example", false);
	match("alice@here.example", "\"alice@here.example\"@evil.example", false);
	match("alice@here.example", "alice@here.example@evil.example", false);
	match("alice@here.example", "alice", false);
	match("alice+list@here.example", "alice@here.example", false);
	match("@here.example", "anybody@here.example", true);
	match("@here.example", "\"a@b\"@Here.Example", true);
	match("@here.example", "anybody@sub.here.example", false);
	match("@here.example", "here.example", false);
	match("alice@b\xc3\xbc" "cher.example", "alice@XN--bcher-kva.example", true);
	match("@xn--bcher-kva.example", "anybody@B\xc3\x9c" "cher.example", true);
	match("@b\xc3\xbc" "cher.example", "anybody@bucher.example", false);
	match("@[192.0.2.1]", "anybody@[192.0.2.1]", true);
	match("@[192.0.2.1]", "anybody@[192.0.2.2]", false);
	match("*", "anybody@where.example", true);
	match("*@here.example", "anybody@here.example", false);
	return tap_done();
}
