/* html: text escaped, addresses hidden, and text of many lines, whole and byte by byte. */
#include "html.h"
#include "limit.h"
#include "tap.h"

static void escaped(const char *text, const char *want)
{
	buf out = { NULL, 0, 0 };

	html_add(&out, slice_of(text));
	same(buf_slice(&out), want, text);
	buf_free(&out);
}

static void hidden(const char *text, const char *want)
{
	buf out = { NULL, 0, 0 };

	html_hide(&out, slice_of(text));
	same(buf_slice(&out), want, text);
	buf_free(&out);
}

static void lines(struct html_text flags, const char *text, const char *want)
{
	for (size_t cut = strlen(text) + 1;; cut = 1) {
		struct html_text t = flags;
		buf out = { NULL, 0, 0 };

		for (slice rest = slice_of(text); rest.n; rest = slice_from(rest, cut))
			html_text_more(&t, slice_upto(rest, cut), &out);
		html_text_finish(&t, &out);
		same(buf_slice(&out), want, text);
		buf_free(&out);
		if (cut == 1)
			return;
	}
}

static void plain(const char *text, const char *want)
{
	lines((struct html_text){ .hides = false }, text, want);
}

/* A line of any length goes through in pieces, of whole characters. */
static void long_line(const char *what, size_t count)
{
	struct html_text t = { .hides = true };
	buf in = { NULL, 0, 0 }, out = { NULL, 0, 0 };

	for (size_t i = 0; i < count; i++)
		buf_addtext(&in, what);
	html_text_more(&t, buf_slice(&in), &out);
	html_text_finish(&t, &out);
	ok(out.n == in.n + 1 && memcmp(out.p, in.p, in.n) == 0, what);
	ok(t.line.p == NULL, "it is freed");
	buf_free(&in), buf_free(&out);
}

#define LINK(url) "<a rel=\"nofollow noopener\" href=\"" url "\">" url "</a>"

int main(void)
{
	escaped("a < b & c > \"d\" 'e'", "a &lt; b &amp; c &gt; &quot;d&quot; &#39;e&#39;");
	escaped("\t\n\r\x01\x7f", "\t\n\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	escaped("\xc2\x80\xc2\x9f\xc2\xa0\xc3\xa4", "\xef\xbf\xbd\xef\xbf\xbd\xc2\xa0\xc3\xa4");
	escaped("\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90\xef\xb7\xaf\xef\xb7\xb0\xef\xbf\xbd",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xb7\xb0\xef\xbf\xbd");
	escaped("\xf0\x9f\xbf\xbe\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf", "\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd");

	hidden("bob@example.com, <al.ice+x@a.b.example>.", "bob@…, <al.ice+x@…>.");
	hidden("\"john doe\"@example.com x@[192.0.2.1] y@example.com.", "\"john doe\"@… x@… y@….");
	hidden("user@host @example.com a@ @ a@b- @@ -1,2 @@", "user@host @example.com a@ @ a@b- @@ -1,2 @@");
	hidden("http://x.example/bob@example.com bob@example.com", "http://x.example/bob@example.com bob@…");
	hidden("a@b@example.com", "a@b@…");

	plain("one\r\ntwo\nthree", "one\ntwo\nthree\n");
	plain("", "");
	plain("> a\n>> b\n> > c\n>>> d\n>>>> e\nf\n", "<blockquote class=\"q1\">&gt; a\n</blockquote><blockquote class=\"q2\">&gt;&gt; b\n&gt; &gt; c\n"
	    "</blockquote><blockquote class=\"q3\">&gt;&gt;&gt; d\n</blockquote><blockquote class=\"q1\">&gt;&gt;&gt;&gt; e\n</blockquote>f\n");
	plain("> at the end", "<blockquote class=\"q1\">&gt; at the end\n</blockquote>");
	plain("see http://x.example/a?b=1&c=\"d\", HTTPS://y.example.", "see <a rel=\"nofollow noopener\" href=\"http://x.example/a?b=1&amp;c=\">"
	    "http://x.example/a?b=1&amp;c=</a>&quot;d&quot;, " LINK("HTTPS://y.example") ".\n");
	plain("(http://x.example/a_(b)) [http://y.example/]", "(" LINK("http://x.example/a_(b)") ") [" LINK("http://y.example/") "]\n");
	plain("javascript:x ftp://x.example http:// xhttp://y.example mailto:a@b.example",
	    "javascript:x ftp://x.example http:// xhttp://y.example mailto:a@b.example\n");
	lines((struct html_text){ .hides = true }, "<bob@example.com>\n> a@b.example", "&lt;bob@…&gt;\n<blockquote class=\"q1\">&gt; a@…\n</blockquote>");
	lines((struct html_text){ .squeezes = true }, "\n\n  a \n\n\n> b\n\n\nc\n\n", "a\n\n<blockquote class=\"q1\">&gt; b\n</blockquote>\nc\n");
	long_line("\xe2\x82\xac", 10000);
	long_line("word ", 10000);
	long_line("x", LIMIT_HTML_LINE);
	return tap_done();
}
