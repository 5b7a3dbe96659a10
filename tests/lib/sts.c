/* sts: records and policies of RFC 8461, what people publish instead, and the cache of them. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "sts-cache.h"
#include "tap.h"

static void record(const char *text, const char *want)
{
	slice id;
	bool is = sts_record(slice_of(text), &id);

	same(is ? id : SLICE("-"), want, text);
}

static void policy(const char *text, const char *want)
{
	buf got = { NULL, 0, 0 };
	struct sts s;
	const char *why = sts_read(&s, slice_of(text));
	slice rest = slice_of(text), mx;

	if (why)
		buf_addtext(&got, why);
	else
		for (buf_print(&got, "%s %lld", sts_modes[s.mode], s.max_age); sts_next_exchange(&rest, &mx);)
			buf_print(&got, " %.*s", (int)mx.n, mx.p);
	same(buf_slice(&got), want, text);
	buf_free(&got);
}

static void allows(const char *pattern, const char *exchange, bool want)
{
	buf text = { NULL, 0, 0 };
	struct sts s;

	buf_print(&text, "version: STSv1\nmode: enforce\nmx: a.test\nmx: %s\nmax_age: 1\n", pattern);
	ok(!sts_read(&s, buf_slice(&text)) && sts_allows(&s, slice_of(exchange)) == want, pattern);
	buf_free(&text);
}

static void too_long(void)
{
	buf text = { NULL, 0, 0 };
	struct sts s;

	buf_addtext(&text, "version: STSv1\nmode: none\nmax_age: 1\n");
	while (text.n < 64 * 1024)
		buf_addchar(&text, 'x');
	ok(!sts_read(&s, buf_slice(&text)), "64 KiB");
	buf_addchar(&text, 'x');
	same(slice_of(sts_read(&s, buf_slice(&text))), "too long", "64 KiB and one");
	buf_free(&text);
}

static void write_text(const struct conf *c, const char *text)
{
	buf path = { NULL, 0, 0 };
	int fd;

	buf_print(&path, "%s/sts/example.test", c->queue);
	fd = open(path.p, O_WRONLY | O_TRUNC);
	ok(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "a file of the cache is written over");
	close(fd);
	buf_free(&path);
}

static void cache(void)
{
	static const char text[] = "version: STSv1\r\nmode: testing\r\nmx: a.test\r\nmax_age: 100\r\n";
	char queue[] = "/tmp/sts.XXXXXX";
	struct conf c = { .queue = mkdtemp(queue) };
	struct sts_cached in = { .id = SLICE("1a"), .fetched = 1000, .expires = 1100, .failed_id = SLICE("2b"), .failed = 1050,
		.failure = SLICE("sts-webpki-invalid"), .why = SLICE("in two words") }, out;
	slice domain = SLICE("example.test");
	buf path = { NULL, 0, 0 };
	struct stat st;

	sts_read(&in.sts, slice_of(text));
	sts_cache_read(&out, &c, domain);
	ok(!out.id.n && !sts_cache_holds(&out, 1050), "nothing is known");
	ok(sts_cache_write(&in, &c, domain) == 0, "something is written");
	sts_cache_read(&out, &c, domain);
	same(out.id, "1a", "its id");
	same(out.sts.text, text, "its text");
	same(out.failed_id, "2b", "for what it failed");
	same(out.failure, "sts-webpki-invalid", "how");
	same(out.why, "in two words", "why");
	ok(out.sts.mode == STS_TESTING && out.fetched == 1000 && out.expires == 1100 && out.failed == 1050, "mode and times");
	ok(sts_cache_holds(&out, 1099) && !sts_cache_holds(&out, 1100), "a policy expires");
	ok(sts_cache_failed(&out, SLICE("2b"), 1349) && !sts_cache_failed(&out, SLICE("2b"), 1350), "a failure is forgotten");
	ok(!sts_cache_failed(&out, SLICE("2b"), 1049) && !sts_cache_failed(&out, SLICE("1a"), 1060), "or is not of this id");
	sts_cache_free(&out);
	buf_print(&path, "%s/sts/example.test", queue);
	ok(stat(path.p, &st) == 0 && st.st_mtime == 1350, "its time is when it may go");

	write_text(&c, "pennypost-sts 1\nid 3c\nfetched x\nexpires 2100-01-01T00:00:00Z\n\nmode: enforce\n");
	sts_cache_read(&out, &c, domain);
	ok(!out.id.n && out.sts.mode == STS_NONE && !sts_cache_holds(&out, 1), "a policy that is damaged is none");
	sts_cache_free(&out);
	write_text(&c, "");
	sts_cache_read(&out, &c, domain);
	ok(!sts_cache_holds(&out, 1), "an empty file is none");
	sts_cache_free(&out);
	ok(sts_cache_write(&in, &c, SLICE("../x")) == -1 && sts_cache_write(&in, &c, SLICE("")) == -1, "only a domain is a file name");
	sts_cache_read(&out, &c, SLICE("../sts/example.test"));
	ok(!out.file.p, "nor is anything else read");

	unlink(path.p);
	*strrchr(path.p, '/') = '\0';
	rmdir(path.p);
	memcpy(strrchr(path.p, '/'), "/tmp", 5);
	ok(rmdir(path.p) == 0 && rmdir(queue) == 0, "nothing else is left");
	buf_free(&path);
}

int main(void)
{
	record("v=STSv1; id=20160831085700Z;", "20160831085700Z");
	record("v=STSv1;id=1", "1");
	record("v=STSv1 ; x=y ;\tid=aB9 ", "aB9");
	record("v=STSv1; id=1; id=2", "1");
	record("v=STSv1; id=12345678901234567890123456789012", "12345678901234567890123456789012");
	record("v=STSv1; id=123456789012345678901234567890123", "");
	record("v=STSv1; id=a/b", "");
	record("v=STSv1; id=", "");
	record("v=STSv1;", "");
	record("v=STSv1; ID=1", "");
	record("v=STSv1", "-");
	record("v=STSv12; id=1", "-");
	record("v=stsv1; id=1", "-");
	record("id=1; v=STSv1;", "-");
	record("v=TLSRPTv1; rua=mailto:a@example.com", "-");
	record("", "-");

	/* RFC 8461 §3.2, appendix A */
	policy("version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmx: backupmx.example.com\nmax_age: 604800\n",
	    "enforce 604800 mail.example.com *.example.net backupmx.example.com");
	policy("version: STSv1\r\nmode: testing\r\nmx: mx1.example.com\r\nmax_age: 1296000\r\n", "testing 1296000 mx1.example.com");
	policy("mx:a.test\nmax_age:1\nmode:none\nversion:STSv1", "none 1 a.test");
	policy("version: STSv1\nmode: none\nmax_age: 86400", "none 86400");
	policy("version: STSv1\nmode: none\nmax_age: 31557601", "none 31557600");
	policy("version: STSv1\n\nmode: enforce\nmode: none\nmax_age: 5\nmax_age: 6\nnew: x\nnonsense\nmx: a.test\n", "enforce 5 a.test");
	policy("version: STSv1\nversion: STSv2\nmode: none\nmax_age: 0", "none 0");
	policy("", "not of version STSv1");
	policy("<html>\nversion: STSv10\n", "not of version STSv1");
	policy("version: STSv1\nmode: Enforce\nmx: a.test\nmax_age: 1", "no mode that is known");
	policy("version: STSv1\nmx: a.test\nmax_age: 1", "no mode that is known");
	policy("version: STSv1\nmode: enforce\nmx: a.test", "no max_age");
	policy("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: -1", "no max_age");
	policy("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 1 d", "no max_age");
	policy("version: STSv1\nmode: enforce\nmax_age: 1\nMX: a.test", "no mx");
	too_long();

	allows("mx.example.com", "mx.example.com", true);
	allows("Mx.Example.Com", "mx.example.com", true);
	allows("mx.example.com", "x.mx.example.com", false);
	allows("example.com", "mx.example.com", false);
	allows("*.example.com", "mx.example.com", true);
	allows("*.example.com", "a.mx.example.com", false);
	allows("*.example.com", "example.com", false);
	allows("*.example.com", "mxexample.com", false);
	allows("m*.example.com", "mx.example.com", false);
	allows("*.*.com", "mx.example.com", false);
	allows("*", "mx", false);
	allows("*.", "mx.", false);
	allows("", "", false);
	allows(".example.com", "mx.example.com", false);
	allows("x", "a.test", true);
	allows("*.com", "[192.0.2.1]", false);

	cache();
	return tap_done();
}
