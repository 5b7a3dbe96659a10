/* addr: RFC 5322 appendix A, RFC 6532, and what is found in the wild. Each list as `address[name]`, `!text` for what is none. */
#include "addr.h"
#include "tap.h"

static const struct { const char *text, *want; } lists[] = {
	/* RFC 5322 A.1.1, A.1.2 */
	{ "John Doe <jdoe@machine.example>", "jdoe@machine.example[John Doe]" },
	{ "\"Joe Q. Public\" <john.q.public@example.com>", "john.q.public@example.com[\"Joe Q. Public\"]" },
	{ "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
	    "mary@x.test[Mary Smith] jdoe@example.org one@y.test[Who?]" },
	{ "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
	    "boss@nil.test sysservices@example.net[\"Giant; \\\"Big\\\" Box\"]" },
	/* A.1.3 */
	{ "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
	    "c@a.test[Ed Jones] joe@where.test jdoe@one.test[John]" },
	{ "Undisclosed recipients:;", "" },
	{ "one: a@b.test; c@d.test, two: e@f.test;, g", "a@b.test c@d.test e@f.test g" },
	/* A.5 */
	{ "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
	    "pete@silly.test[Pete(A nice \\) chap)]" },
	{ "A Group(Some people)\n     :Chris Jones <c@(Chris's host.)public.example>,\n"
	    "         joe@example.org,\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
	    "c@public.example[Chris Jones] joe@example.org jdoe@one.test[John]" },
	{ "(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "" },
	/* A.6.1, A.6.3 */
	{ "Joe Q. Public <john.q.public@example.com>", "john.q.public@example.com[Joe Q. Public]" },
	{ "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
	    "mary@example.net[Mary Smith] jdoe@test.example" },
	{ "John Doe <jdoe@machine(comment).  example>", "jdoe@machine.example[John Doe]" },
	{ "<@one.test,@two.test:joe@three.test>", "joe@three.test" },
	/* RFC 6532 */
	{ "J\303\270rg <j\303\270rg@b\303\274cher.example>", "j\303\270rg@b\303\274cher.example[J\303\270rg]" },
	/* cron, and other bare addresses */
	{ "root (Cron Daemon)", "root" },
	{ "\"(Cron Daemon)\" <root>", "root[\"(Cron Daemon)\"]" },
	{ "root, \"a b\" , <bob>", "root \"a b\" bob" },
	/* local parts */
	{ "\"joe\"@example.org", "joe@example.org" },
	{ "\"a b\".c@example.org", "\"a b.c\"@example.org" },
	{ "\"a@b\"@example.org, \"a\\\"b\"@x.test", "\"a@b\"@example.org \"a\\\"b\"@x.test" },
	{ "a..b@docomo.example, .c@docomo.example, d.@docomo.example",
	    "\"a..b\"@docomo.example \".c\"@docomo.example \"d.\"@docomo.example" },
	{ "\"\"@example.org", "\"\"@example.org" },
	/* domains */
	{ "a@[192.0.2.1], b@[IPv6:2001:db8::1]", "a@[192.0.2.1] b@[IPv6:2001:db8::1]" },
	{ "a@example.org., b@c", "a@example.org b@c" },
	/* names that should have been quoted */
	{ "a@b.test <c@d.test>, x: y <z@w.test>", "c@d.test[a@b.test] z@w.test[y]" },
	{ "Smith, John <john@x.test>", "Smith john@x.test[John]" },
	/* separators that are none in the RFC but are in the wild */
	{ "a@b.test; c@d.test", "a@b.test c@d.test" },
	{ "<>", "" },
	{ "", "" },
	{ " ,, ,", "" },
	/* no mailboxes: told, and the rest goes on */
	{ "Cron Daemon, a@b.test", "!Cron Daemon a@b.test" },
	{ "a@, @b, a@b@c, ok@x.test", "!a@ !@b !a@b@c ok@x.test" },
	{ "a@b c, <a@b> c, <a@b> <c@d>, ok", "!a@b c !<a@b> c !<a@b> <c@d> ok" },
	{ "a@b.test (no end, c@d.test", "!a@b.test (no end, c@d.test" },
	{ "\"no end <a@b.test>, c", "!\"no end <a@b.test>, c" },
	{ "<a@b.test, c@d.test", "!<a@b.test, c@d.test" },
	{ "a@[192.0.2.1, b", "!a@[192.0.2.1, b" },
	{ "a>b, <@route a@b>, <@r>", "!a>b !<@route a@b> !<@r>" },
	{ "\"a\\\rb\nc\"@d", "abc@d" },
	{ "a@[x\\ ], a@[b@c], a@[<b>]", "!a@[x\\ ] !a@[b@c] !a@[<b>]" },
	{ "a@b..c, ok", "!a@b..c ok" },
};

static void read_list(buf *got, slice text)
{
	struct addr_list list = addr_list(text);
	struct addr a = { 0 };
	int status;

	buf_clear(got);
	while ((status = addr_next(&list, &a)) != 0) {
		slice show = status > 0 ? buf_slice(&a.address) : a.whole;

		if (status > 0 && show.n == 0)
			continue;
		buf_print(got, "%s%s%.*s", got->n ? " " : "", status < 0 ? "!" : "", (int)show.n, show.p);
		if (status > 0 && a.name.n)
			buf_print(got, "[%.*s]", (int)a.name.n, a.name.p);
	}
	addr_free(&a);
}

/* A bare address is qualified behind its exact place, and nothing else moves. */
static void qualifies(const char *text, const char *want)
{
	struct addr_list list = addr_list(slice_of(text));
	const char *from = text;
	struct addr a = { 0 };
	buf got = { NULL, 0, 0 };

	while (addr_next(&list, &a))
		if (a.bare) {
			const char *end = a.spec.p + a.spec.n;

			buf_add(&got, from, (size_t)(end - from));
			buf_addtext(&got, "@h");
			from = end;
		}
	buf_addtext(&got, from);
	same(buf_slice(&got), want, text);
	buf_free(&got);
	addr_free(&a);
}

static void deep_comment(void)
{
	struct addr_list list;
	struct addr a = { 0 };
	buf text = { NULL, 0, 0 };
	int got;

	for (int i = 0; i < 1000000; i++)
		buf_addchar(&text, '(');
	list = addr_list(buf_slice(&text));
	ok(addr_next(&list, &a) == -1 && addr_next(&list, &a) == 0, "a million parentheses that do not close");
	for (int i = 0; i < 1000000; i++)
		buf_addchar(&text, ')');
	buf_addtext(&text, "a@b");
	list = addr_list(buf_slice(&text));
	got = addr_next(&list, &a);
	ok(got == 1 && slice_is(buf_slice(&a.address), "a@b"), "a million that do");
	buf_free(&text);
	addr_free(&a);
}

static void parts(const char *address, const char *local, const char *domain)
{
	same(addr_local(slice_of(address)), local, address);
	same(addr_domain(slice_of(address)), domain, address);
}

int main(void)
{
	buf got = { NULL, 0, 0 };

	ok(addr_same(SLICE("Bob@B\xc3\xbc" "cher.example"), SLICE("bob@XN--bcher-kva.example")), "one address");
	ok(!addr_same(SLICE("bob@b.example"), SLICE("rob@b.example")), "two local parts");
	ok(!addr_same(SLICE("bob@b.example"), SLICE("bob")), "two domains");

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		read_list(&got, slice_of(lists[i].text));
		same(got.n ? buf_slice(&got) : slice_of(""), lists[i].want, lists[i].text);
	}
	buf_free(&got);
	qualifies("root (Cron Daemon)", "root@h (Cron Daemon)");
	qualifies(" \"(Cron Daemon)\" <root> ", " \"(Cron Daemon)\" <root@h> ");
	qualifies("a, b@c,\n\t\"d\" (x), g: e;", "a@h, b@c,\n\t\"d\"@h (x), g: e@h;");
	qualifies("Bad Name, a", "Bad Name, a@h");
	deep_comment();
	parts("a@b", "a", "b");
	parts("\"a@b\"@c", "\"a@b\"", "c");
	parts("\"a@b\"", "\"a@b\"", "");
	parts("root", "root", "");
	return tap_done();
}
