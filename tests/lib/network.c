/* Addresses and networks as relay-from lists them. */
#include <string.h>

#include "network.h"
#include "tap.h"

static const struct { const char *network, *address; int want; } table[] = {
	{ "127.0.0.0/8", "127.255.0.1", 1 },
	{ "127.0.0.0/8", "128.0.0.1", 0 },
	{ "127.0.0.0/8", "::ffff:127.0.0.1", 1 },
	{ "127.0.0.0/8", "::1", 0 },
	{ "::1", "::1", 1 },
	{ "::1", "::2", 0 },
	{ "[::1]", "::1", 1 },
	{ "192.0.2.7", "192.0.2.7", 1 },
	{ "192.0.2.7", "192.0.2.8", 0 },
	{ "192.0.2.7/31", "192.0.2.6", 1 },
	{ "192.0.2.7/31", "192.0.2.8", 0 },
	{ "192.0.2.0/25", "192.0.2.127", 1 },
	{ "192.0.2.0/25", "192.0.2.128", 0 },
	{ "0.0.0.0/0", "203.0.113.1", 1 },
	{ "0.0.0.0/0", "2001:db8::1", 0 },
	{ "::/0", "2001:db8::1", 1 },
	{ "::/0", "203.0.113.1", 1 },
	{ "2001:db8::/33", "2001:db8:7fff::1", 1 },
	{ "2001:db8::/33", "2001:db8:8000::1", 0 },
	{ "::ffff:10.0.0.0/104", "10.1.2.3", 1 },
	{ "[2001:db8::]/32", "2001:db8:1::1", 1 },
	{ "192.0.2.0/33", NULL, 0 },
	{ "2001:db8::/129", NULL, 0 },
	{ "192.0.2.0/", NULL, 0 },
	{ "192.0.2.0/-1", NULL, 0 },
	{ "192.0.2", NULL, 0 },
	{ "example.org", NULL, 0 },
	{ "", NULL, 0 },
	{ "/8", NULL, 0 },
};

static void literal(const char *text, const char *want)
{
	struct address a, back;
	buf b = { NULL, 0, 0 };

	if (address_read(slice_of(text), &a))
		address_add_literal(&b, &a);
	same(buf_slice(&b), want, text);
	if (b.n)
		ok(address_read_literal(buf_slice(&b), &back) && memcmp(&a, &back, sizeof a) == 0, want);
	buf_free(&b);
}

static void not_a_literal(const char *text)
{
	struct address a;

	ok(!address_read_literal(slice_of(text), &a), text);
}

static void listed(const char *list, const char *address, int want)
{
	struct address a;
	slice wrong;

	ok(address_read(slice_of(address), &a) && network_listed(list, &a, &wrong) == want, list);
	if (want < 0)
		same(wrong, "ten/8", "the word that is none");
}

int main(void)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct network net;
		struct address a;
		bool is = network_read(slice_of(table[i].network), &net);
		buf name = { NULL, 0, 0 };

		buf_print(&name, "%s %s %s", table[i].network, table[i].want ? "holds" : "does not hold",
		    table[i].address ? table[i].address : "anything");
		if (table[i].address)
			ok(is && address_read(slice_of(table[i].address), &a)
			    && network_holds(&net, &a) == table[i].want, name.p);
		else
			ok(!is, name.p);
		buf_free(&name);
	}
	literal("::ffff:192.0.2.1", "[192.0.2.1]");
	literal("192.0.2.1", "[192.0.2.1]");
	literal("2001:DB8:0:0::1", "[IPv6:2001:db8::1]");
	literal("192.0.2.1.5", "");
	not_a_literal("");
	not_a_literal("[");
	not_a_literal("[]");
	not_a_literal("[IPv6:]");
	not_a_literal("[192.0.2.1");
	not_a_literal("192.0.2.1]");
	not_a_literal("[2001:db8::1]");
	not_a_literal("[IPv6:192.0.2.1]");
	not_a_literal("[IPv6:2001:db8::g]");
	listed("127.0.0.0/8 ::1", "::1", 1);
	listed("127.0.0.0/8 ::1", "::2", 0);
	listed("", "::2", 0);
	listed("127.0.0.0/8 ten/8 ::1", "127.0.0.1", -1);
	return tap_done();
}
