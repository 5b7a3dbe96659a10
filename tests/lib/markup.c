/* markup: the text of HTML, whole and byte by byte. */
#include "markup.h"
#include "tap.h"

static void vector(const char *html, const char *want)
{
	for (size_t cut = strlen(html) + 1;; cut = 1) {
		struct markup m = { .n = 0 };
		buf out = { NULL, 0, 0 };

		for (slice rest = slice_of(html); rest.n; rest = slice_from(rest, cut))
			markup_more(&m, slice_upto(rest, cut), &out);
		markup_finish(&m, &out);
		same(buf_slice(&out), want, html);
		buf_free(&out);
		if (cut == 1)
			return;
	}
}

int main(void)
{
	vector("plain\ntext", "plain\ntext");
	vector("<p>a<br>b</p>c", "\na\nb\nc");
	vector("to <b>bob</b>@<a href=\"mailto:x@y\">example.com</a>.", "to bob@example.com.");
	vector("<style>p { color: red }</style>x<SCRIPT>1 < 2</SCRIPT>y", "\nx\ny");
	vector("&lt;bob&#64;example.com&#x3E;&nbsp;&amp;&quot;&apos;&euro;.", "<bob@example.com> &\"'\xe2\x82\xac.");
	vector("&eacute;t&Eacute; &szlig&#xe4;&#XE4;", "\xc3\xa9t\xc3\x89 \xc3\x9f\xc3\xa4\xc3\xa4");
	vector("AT&T, R&amp;D, a&b; &averyverylongname; &#0; &", "AT&T, R&D, a&b; &averyverylongname; &#0; &");
	vector("<script>a && b &unknown;</script>c", "\nc");
	vector("&#228;&#x8A9E; &#10;x &#xD800;", "\xc3\xa4\xe8\xaa\x9e  x ");
	vector("a & b &;", "a & b &;");
	vector("1 < 2 <> 3", "1 < 2 <> 3");
	vector("<", "");
	return tap_done();
}
