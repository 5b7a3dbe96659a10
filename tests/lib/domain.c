/* Names of domains: what is one, and A-labels by UTS #46, non-transitional. */
#include <string.h>

#include "domain.h"
#include "tap.h"

#define LABEL63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

static const char *const valid[] = { "a", "example.com", "EXAMPLE.com", "3com.com", "a-b.c--d", "_mx._tcp.example", "xn--bcher-kva.example",
	"a.123.b", "1.2.3.4a", LABEL63 ".x", LABEL63 "." LABEL63 "." LABEL63 ".abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghi" };

static const char *const invalid[] = { "", ".", "a.", ".a", "a..b", "-a.b", "a-.b", "a b", "a\tb", "a\nb", "a/b", "a@b", "[192.0.2.1]",
	"192.0.2.1", "1", "b\xc3\xbc" "cher.example", LABEL63 "l.x",
	LABEL63 "." LABEL63 "." LABEL63 ".abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghij" };

static const char *const labels[][2] = {
	{ "Example.COM", "example.com" },
	{ "example.com.", "example.com" },
	{ "bücher.example", "xn--bcher-kva.example" },
	{ "BÜCHER.EXAMPLE.", "xn--bcher-kva.example" },
	{ "bu\xcc\x88" "cher.example", "xn--bcher-kva.example" },
	{ "faß.de", "xn--fa-hia.de" },
	{ "βόλος.com", "xn--nxasmm1c.com" },
	{ "例え。テスト", "xn--r8jz45g.xn--zckzah" },
	{ "ﬁsch.example", "fisch.example" },
	{ "XN--BCHER-KVA.example", "xn--bcher-kva.example" },
};

static const char *const no_labels[] = { "", "bü cher.example", "bü..example", "ü\xff.example", "\xc3", "☃\n.example", "-ü.example", "..", "a..",
	"1.2.3.４", "a\xe2\x80\x8b" "b@ü" };

int main(void)
{
	buf got = { NULL, 0, 0 };
	char text[2048];

	for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
		ok(domain_valid(slice_of(valid[i])), valid[i]);
	for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
		ok(!domain_valid(slice_of(invalid[i])), "not a name");
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		buf_clear(&got);
		ok(domain_ascii(slice_of(labels[i][0]), &got) == 0, labels[i][0]);
		same(buf_slice(&got), labels[i][1], labels[i][1]);
	}
	buf_clear(&got);
	for (size_t i = 0; i < sizeof no_labels / sizeof *no_labels; i++)
		ok(domain_ascii(slice_of(no_labels[i]), &got) == -1 && got.n == 0, "no A-labels");
	ok(domain_ascii((slice){ "a\0.b", 4 }, &got) == -1, "NUL in ASCII");
	ok(domain_ascii((slice){ "\xc3\xbc\0.b", 5 }, &got) == -1, "NUL in UTF-8");
	for (size_t i = 0; i + 1 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xbc", 2);
	ok(domain_ascii((slice){ text, sizeof text }, &got) == -1, "too long");
	ok(domain_same(SLICE("B\xc3\xbc" "cher.example."), SLICE("xn--BCHER-kva.example")), "one domain");
	ok(!domain_same(SLICE("bucher.example"), SLICE("b\xc3\xbc" "cher.example")), "two domains");
	ok(slice_is(domain_plain(SLICE(".B\xc3\xbc" "cher.example."), &got), ".xn--bcher-kva.example"), "a suffix");
	ok(slice_is(domain_plain(SLICE("\xc3\xbc..example"), &got), "\xc3\xbc..example"), "no name is itself");
	ok(domain_same(SLICE("[IPv6:::a]"), SLICE("[ipv6:::A]")), "one literal");
	ok(!domain_same(SLICE("[192.0.2.1]"), SLICE("[192.0.2.2]")), "two literals");
	buf_free(&got);
	return tap_done();
}
