/* verp: the return path of each recipient, and back. */
#include "addr.h"
#include "tap.h"
#include "verp.h"

static void vector(const char *recipient, const char *want)
{
	buf sender = { NULL, 0, 0 }, back = { NULL, 0, 0 }, local = { NULL, 0, 0 };

	verp_add_sender(&sender, SLICE("news-bounce-=@lists.example.org"), slice_of(recipient));
	same(buf_slice(&sender), want, want);
	addr_add_unquoted(&local, addr_local(buf_slice(&sender)));
	ok(verp_add_recipient(&back, slice_from(buf_slice(&local), 12)), "it is one");
	same(buf_slice(&back), recipient, recipient);
	buf_free(&sender), buf_free(&back), buf_free(&local);
}

static void no_recipient(slice extension)
{
	buf back = { NULL, 0, 0 };

	ok(!verp_add_recipient(&back, extension) && back.n == 0, extension.p);
	buf_free(&back);
}

static void bounced(const char *address, const char *want)
{
	buf back = { NULL, 0, 0 };

	ok(verp_add_bounced(&back, slice_of(address)) == (*want != '\0'), address);
	same(buf_slice(&back), want, address);
	buf_free(&back);
}

int main(void)
{
	bounced("news-bounce-bob=example.com@lists.example.org", "bob@example.com");
	bounced("News-Bounce-Bob=Example.com@lists.example.org", "Bob@Example.com");
	bounced("\"news-bounce-a b=example.com\"@lists.example.org", "\"a b\"@example.com");
	bounced("news-return-7-bob=example.com@lists.example.org", "bob@example.com");
	bounced("news+bounces-7-bob=example.com@lists.example.org", "bob@example.com");
	bounced("news-bounces+bob=example.com@lists.example.org", "bob@example.com");
	bounced("news-bounce-7-bob=example.com@lists.example.org", "7-bob@example.com");
	bounced("news-bounce@lists.example.org", "");
	bounced("news-bounce-bob@lists.example.org", "");
	bounced("news@lists.example.org", "");
	bounced("", "");
	vector("bob@example.com", "news-bounce-bob=example.com@lists.example.org");
	vector("a=b=c@example.com", "news-bounce-a=b=c=example.com@lists.example.org");
	vector("bob", "news-bounce-bob=@lists.example.org");
	vector("bob+x-y@example.com", "news-bounce-bob+x-y=example.com@lists.example.org");
	vector("jörg@bücher.example", "news-bounce-jörg=bücher.example@lists.example.org");
	vector("\"a b\"@example.com", "\"news-bounce-a b=example.com\"@lists.example.org");
	vector("\"a\\\"@b\"@example.com", "\"news-bounce-a\\\"@b=example.com\"@lists.example.org");
	vector("bob@[192.0.2.1]", "\"news-bounce-bob=[192.0.2.1]\"@lists.example.org");
	no_recipient(SLICE(""));
	no_recipient(SLICE("="));
	no_recipient(SLICE("=example.com"));
	no_recipient(SLICE("bob"));
	ok(verp_is_pattern(SLICE("news-bounce-=@lists.example.org")), "a pattern");
	ok(verp_is_pattern(SLICE("=@lists.example.org")), "a short one");
	ok(!verp_is_pattern(SLICE("news-bounce-=")), "none without a domain");
	ok(!verp_is_pattern(SLICE("news@lists.example.org")), "none without its sign");
	ok(!verp_is_pattern(SLICE("")), "nor the null reverse-path");
	return tap_done();
}
