/* tag: lists as RFC 6376 §3.2 has them, and as they should not be. */
#include "tag.h"
#include "tap.h"

static void list(const char *text, const char *want)
{
	buf got = { NULL, 0, 0 };
	struct tags tags;

	if (tags_read(&tags, slice_of(text)))
		buf_addtext(&got, "malformed");
	else
		for (size_t i = 0; i < tags.count; i++)
			buf_print(&got, "%.*s[%.*s]", (int)tags.tag[i].name.n, tags.tag[i].name.p, (int)tags.tag[i].value.n,
			    tags.tag[i].value.n ? tags.tag[i].value.p : "");
	same(buf_slice(&got), want, text);
	buf_free(&got);
}

static void many(size_t count, const char *want)
{
	buf text = { NULL, 0, 0 };
	struct tags tags;

	for (size_t i = 0; i < count; i++)
		buf_print(&text, "t%zu=x;", i);
	same(slice_of(tags_read(&tags, buf_slice(&text)) ? "malformed" : "read"), want, "the limit");
	buf_free(&text);
}

int main(void)
{
	list("", "");
	list("v=1", "v[1]");
	list("v=1;", "v[1]");
	list(" v = 1 ;\r\n\ta=rsa-sha256;\n b=ab\n\t cd = ; ", "v[1]a[rsa-sha256]b[ab\n\t cd =]");
	list("x_1=;y=a b", "x_1[]y[a b]");
	list("V=1;v=2", "V[1]v[2]");
	list("d=b\xc3\xbc" "cher.example", "d[b\xc3\xbc" "cher.example]");

	list(";", "malformed");
	list("v=1;;a=2", "malformed");
	list("v=1; ;", "malformed");
	list("v", "malformed");
	list("v=1;x", "malformed");
	list("=1", "malformed");
	list("1v=1", "malformed");
	list("v x=1", "malformed");
	list("v=1;a=2;v=1", "malformed");
	list("v=\x01", "malformed");
	list("v=\x7f", "malformed");
	many(LIMIT_TAGS, "read");
	many(LIMIT_TAGS + 1, "malformed");

	ok(tag_lists(SLICE("sha1 : SHA256"), "sha256"), "a word of a list");
	ok(!tag_lists(SLICE("sha1:sha2567"), "sha256"), "no word of a list");
	ok(!tag_lists((slice){ NULL, 0 }, "y"), "no list");
	return tap_done();
}
