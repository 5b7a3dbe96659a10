/* spf: the macros of RFC 7208 §7.4, and which records are well-formed (§12). */
#include "spf-answer.h"
#include "spf-macro.h"
#include "spf-record.h"
#include "tap.h"

static struct spf_macros values(const char *ip)
{
	struct spf_macros m = { .sender = SLICE("strong-bad@email.example.com"), .local = SLICE("strong-bad"),
		.domain_of_sender = SLICE("email.example.com"), .domain = SLICE("email.example.com"),
		.validated = SLICE("mx.example.org"), .helo = SLICE("helo.example.org"), .receiver = SLICE("here.example") };

	address_read(slice_of(ip), &m.ip);
	return m;
}

static void expands_for(const char *ip, const char *spec, const char *want)
{
	struct spf_macros m = values(ip);
	buf made = { NULL, 0, 0 };

	ok(spf_macro_valid(slice_of(spec), true), spec);
	spf_macro_expand(&made, slice_of(spec), &m, true);
	same(buf_slice(&made), want, spec);
	buf_free(&made);
}

static void expands(const char *spec, const char *want)
{
	expands_for("192.0.2.3", spec, want);
}

static void domain(const char *spec, bool want)
{
	ok(spf_domain_valid(slice_of(spec)) == want, spec);
}

/* Which term is wrong, or the kinds of all. */
static void record(const char *text, const char *want)
{
	static const char *const kinds[] = { "all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists", "redirect", "exp", "?" };
	buf got = { NULL, 0, 0 };
	struct spf_record r;
	struct spf_term t;
	slice rest, wrong;

	if (!spf_record_is(slice_of(text)))
		buf_addtext(&got, "-");
	else if (!spf_record_read(&r, slice_of(text), &wrong))
		buf_print(&got, "wrong: %.*s", (int)wrong.n, wrong.p);
	else
		for (rest = r.terms; spf_term_next(&rest, &t);)
			buf_print(&got, "%s%s/%u/%u", got.n ? " " : "", kinds[t.kind], t.bits4, t.bits6);
	same(got.p ? buf_slice(&got) : SLICE(""), want, text);
	buf_free(&got);
}

static void name(slice plain, const char *want)
{
	buf got = { NULL, 0, 0 };

	if (!spf_add_name(&got, plain))
		buf_addtext(&got, "-");
	same(buf_slice(&got), want, want);
	buf_free(&got);
}

static void names(void)
{
	buf label = { NULL, 0, 0 }, longest = { NULL, 0, 0 };

	name(SLICE("a.b"), "a.b");
	name(SLICE("a.b."), "a.b");
	name(SLICE("a b\0.c"), "a\\032b\\000.c");
	name(SLICE(""), "-");
	name(SLICE("."), "-");
	name(SLICE("a..b"), "-");
	name(SLICE(".a"), "-");
	for (int i = 0; i < 63; i++)
		buf_addchar(&label, 'x');
	name(buf_slice(&label), label.p);
	for (int i = 0; i < 4; i++)
		buf_print(&longest, "%s%s", i ? "." : "", label.p);
	name(buf_slice(&longest), longest.p + 64);
	buf_addchar(&label, 'x');
	name(buf_slice(&label), "-");
	buf_free(&label), buf_free(&longest);
}

int main(void)
{
	expands("%{s}", "strong-bad@email.example.com");
	expands("%{o}", "email.example.com");
	expands("%{d}", "email.example.com");
	expands("%{d4}", "email.example.com");
	expands("%{d3}", "email.example.com");
	expands("%{d2}", "example.com");
	expands("%{d1}", "com");
	expands("%{dr}", "com.example.email");
	expands("%{d2r}", "example.email");
	expands("%{l}", "strong-bad");
	expands("%{l-}", "strong.bad");
	expands("%{lr}", "strong-bad");
	expands("%{lr-}", "bad.strong");
	expands("%{l1r-}", "strong");
	expands("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com");
	expands("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com");
	expands("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com");
	expands("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com");
	expands("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net");
	expands_for("2001:db8::cb01", "%{ir}.%{v}._spf.%{d2}",
	    "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com");
	expands_for("2001:db8::cb01", "%{c}", "2001:db8::cb01");
	expands("%{S} %{p} %{h} %{r}", "strong-bad%40email.example.com mx.example.org helo.example.org here.example");
	expands("%%%_%-", "% %20");
	expands("%{d99999999999999999999}", "email.example.com");

	domain("%{d}", true);
	domain("example.com", true);
	domain("example.com.", true);
	domain("%{i}._spf.%{d2}", true);
	domain("a/b.example", true);
	domain("com", false);
	domain("example.1", false);
	domain("example.-a", false);
	domain("%{d}x", false);
	domain("example.com%%", false);
	domain("%{c}", false);
	domain("%{d0}", false);
	domain("%{x}", false);
	domain("%{d", false);
	domain("%d", false);
	domain("%", false);
	domain("a\303\274.example", false);
	domain("", false);

	record("v=spf1", "");
	record("v=spf1 ", "");
	record("V=SPF1  -ALL", "all/32/128");
	record("v=spf1 a a/24 a//64 mx/24//64 a:b.test/0 a:%{d/}", "a/32/128 a/24/128 a/32/64 mx/24/64 a/0/128 a/32/128");
	record("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ptr exists:%{i}.x.test include:a.test redirect=b.test exp=c.test x.y=%{d}",
	    "ip4/32/128 ip6/32/128 ptr/32/128 exists/32/128 include/32/128 redirect/0/0 exp/0/0 ?/0/0");
	record("v=spf10 all", "-");
	record("v=spf1\tall", "-");
	record("v=spf2.0/pra all", "-");
	record("v=spf1 all:x.test", "wrong: all:x.test");
	record("v=spf1 all -all\t", "wrong: -all\t");
	record("v=spf1 a/33", "wrong: a/33");
	record("v=spf1 a/024", "wrong: a/024");
	record("v=spf1 a//129", "wrong: a//129");
	record("v=spf1 a/", "wrong: a/");
	record("v=spf1 a/24/64", "wrong: a/24/64");
	record("v=spf1 include", "wrong: include");
	record("v=spf1 exists:x.test/24", "wrong: exists:x.test/24");
	record("v=spf1 ip4:192.0.2", "wrong: ip4:192.0.2");
	record("v=spf1 ip4:::1", "wrong: ip4:::1");
	record("v=spf1 ip6:192.0.2.1", "wrong: ip6:192.0.2.1");
	record("v=spf1 --all", "wrong: --all");
	record("v=spf1 nonsense", "wrong: nonsense");
	record("v=spf1 redirect=a.test redirect=b.test", "wrong: redirect=b.test");
	record("v=spf1 exp=a.test exp=b.test", "wrong: exp=b.test");
	record("v=spf1 x=%", "wrong: x=%");

	names();
	return tap_done();
}
