/* authres: fields of RFC 8601 appendix B, what we write, and what forgers do. */
#include "authres.h"
#include "tap.h"

static struct field field_of(const char *text)
{
	slice rest = slice_of(text);
	struct field f = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };

	head_next(&rest, &f);
	return f;
}

static void ours(const char *text, bool want)
{
	struct field f = field_of(text);

	ok(authres_is(&f, "here.example") == want, text);
}

/* What the results of a field are, a line each. */
static void results(const char *text, const char *want)
{
	struct field f = field_of(text);
	buf result = { NULL, 0, 0 }, all = { NULL, 0, 0 };

	for (slice rest = authres_results(f.body); authres_next(&rest, &result);) {
		buf_addslice(&all, buf_slice(&result));
		buf_addchar(&all, '\n');
	}
	same(buf_slice(&all), want, text);
	buf_free(&result), buf_free(&all);
}

static void says(const char *result, const char *name, const char *want)
{
	buf value = { NULL, 0, 0 };

	if (!authres_says(slice_of(result), name, &value))
		buf_addtext(&value, "-");
	same(buf_slice(&value), want, result);
	buf_free(&value);
}

static void property(slice value, const char *want)
{
	buf field = { NULL, 0, 0 };
	struct authres a = authres_begin(&field, "X:", "h", "\n");

	authres_property(&a, "p", value);
	same(buf_slice(&field), want, want);
	buf_free(&field);
}

static void writes(void)
{
	buf field = { NULL, 0, 0 };
	struct authres a = authres_begin(&field, "Authentication-Results:", "here.example", "\r\n");

	authres_end(&a);
	same(buf_slice(&field), "Authentication-Results: here.example; none\r\n", "none");
	buf_clear(&field);
	a = authres_begin(&field, "ARC-Authentication-Results: i=1;", "here.example", "\n");
	authres_result(&a, "spf", "fail", "no (mail)");
	authres_property(&a, "smtp.mailfrom", SLICE("alice@a-rather-long-name-of-a-domain.example.com"));
	authres_property(&a, "smtp.helo", SLICE("x y"));
	authres_result(&a, "dkim", "pass", "");
	authres_property(&a, "reason", SLICE("fine"));
	authres_end(&a);
	same(buf_slice(&field), "ARC-Authentication-Results: i=1; here.example;\n\tspf=fail (no \\(mail\\))\n"
	    "\tsmtp.mailfrom=alice@a-rather-long-name-of-a-domain.example.com\n\tsmtp.helo=\"x y\";\n\tdkim=pass reason=\"fine\"\n", "folded");
	buf_free(&field);
	property(SLICE("a.b"), "X: h p=a.b");
	property(SLICE("a/b"), "X: h p=\"a/b\"");
	property(SLICE("a/b@example.com"), "X: h p=a/b@example.com");
	property(SLICE("@example.com"), "X: h p=@example.com");
	property(SLICE("a b@example.com"), "X: h p=\"a b@example.com\"");
	property(SLICE("a@b;c"), "X: h p=\"a@b;c\"");
	property(SLICE(""), "X: h p=\"\"");
	property(SLICE("\"x\\\r\n\0"), "X: h p=\"\\\"x\\\\???\"");
	property(SLICE("b\303\274cher\377"), "X: h p=\"b\303\274cher?\"");
}

int main(void)
{
	writes();

	ours("Authentication-Results: here.example; spf=pass\n", true);
	ours("authentication-results:HERE.example\n", true);
	ours("Authentication-Results: (a (b) \\) c)\n\t\"here.example\" 1; none\n", true);
	ours("Authentication-Results: here.example.; none\n", true);
	ours("Authentication-Results: here.example(x); none\n", true);
	ours("Authentication-Results: (here.example; spf=pass\n", true);
	ours("Authentication-Results: here.example (; spf=pass\n", true);
	ours("Authentication-Results: \"here.example; spf=pass\n", true);
	ours("Authentication-Results: ; here.example; spf=pass\n", true);
	ours("Authentication-Results: there.example; x=here.example\n", false);
	ours("Authentication-Results: (here.example) there.example; none\n", false);
	ours("Authentication-Results: (other.example; none\n", false);
	ours("Authentication-Results: nothere.example; none\n", false);
	ours("Authentication-Results: here.example.com; none\n", false);
	ours("ARC-Authentication-Results: i=1; here.example; none\n", false);
	ours("Authentication-Results:\n", false);

	/* RFC 8601 appendix B.3, B.6, B.7 */
	results("Authentication-Results: example.com; spf=pass smtp.mailfrom=example.net\n", "spf=pass smtp.mailfrom=example.net\n");
	results("Authentication-Results: example.com;\n  dkim=pass reason=\"good signature\"\n    header.i=@mail-router.example.net;\n"
	    "  dkim=fail reason=\"bad signature\"\n    header.i=@newyork.example.com\n",
	    "dkim=pass reason=\"good signature\" header.i=@mail-router.example.net\n"
	    "dkim=fail reason=\"bad signature\" header.i=@newyork.example.com\n");
	results("Authentication-Results: foo.example.net (foobar) 1 (baz);\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\n"
	    "  policy (A dot can go here) . (like that) expired\n  (this surprised me) = (as I wasn't expecting it) 1362471462\n",
	    "dkim/1=fail policy.expired=1362471462\n");
	results("Authentication-Results: example.org 1; none\n", "none\n");
	results("Authentication-Results: example.org\n", "");
	results("Authentication-Results: a; spf=pass; dkim=\"x;y\" (; ) z=1; (dmarc=pass\n", "spf=pass\ndkim=\"x;y\" z=1\n");

	says("spf=pass smtp.mailfrom=\"a b\"@example.net", "spf", "pass");
	says("spf=pass smtp.mailfrom=\"a b\"@example.net", "smtp.mailfrom", "a b@example.net");
	says("spf=pass reason=\"dmarc=fail header.d=x\" header.d=y", "header.d", "y");
	says("spf=pass", "smtp.mailfrom", "-");
	says("spf", "spf", "-");
	return tap_done();
}
