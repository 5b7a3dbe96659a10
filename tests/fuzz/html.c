/* html: whatever a message says, in any cuts, no tag comes out but ours, closed, and the same text. */
#include <stdint.h>
#include <stdlib.h>
#include <unistr.h>

#include "charset.h"
#include "html.h"
#include "markup.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static bool takes(slice *s, const char *text)
{
	if (!slice_starts(*s, text))
		return false;
	*s = slice_from(*s, strlen(text));
	return true;
}

/* Outside of tags nothing is special but references; links and quotes are the only tags, and close. */
static void check_page(slice s)
{
	bool quoted = false, linked = false;

	check(s.n == 0 || !u8_check((const uint8_t *)s.p, s.n));
	while (s.n) {
		if (takes(&s, "<blockquote class=\"q")) {
			check(!quoted && !linked && s.n > 2 && s.p[0] >= '1' && s.p[0] <= '3');
			s = slice_from(s, 1);
			check(takes(&s, "\">"));
			quoted = true;
		} else if (takes(&s, "</blockquote>")) {
			check(quoted && !linked);
			quoted = false;
		} else if (takes(&s, "<a rel=\"nofollow noopener\" href=\"")) {
			check(!linked && (slice_case_starts(s, "http://") || slice_case_starts(s, "https://")));
			s = slice_from(s, slice_find(s, '"'));
			check(takes(&s, "\">"));
			linked = true;
		} else if (takes(&s, "</a>")) {
			check(linked);
			linked = false;
		} else {
			check(s.p[0] != '<' && s.p[0] != '>' && s.p[0] != '"' && s.p[0] != '\'');
			check((unsigned char)s.p[0] >= ' ' || s.p[0] == '\t' || s.p[0] == '\n');
			s = slice_from(s, 1);
		}
	}
	check(!quoted && !linked);
}

static buf page_of(slice in, size_t step, bool hides, bool markup)
{
	struct html_text t = { .hides = hides, .squeezes = markup };
	struct markup m = { .n = 0 };
	buf out = { NULL, 0, 0 }, text = { NULL, 0, 0 };

	for (; in.n; in = slice_from(in, step)) {
		buf_clear(&text);
		if (markup)
			markup_more(&m, slice_upto(in, step), &text);
		else
			buf_addslice(&text, slice_upto(in, step));
		html_text_more(&t, buf_slice(&text), &out);
	}
	buf_clear(&text);
	markup_finish(&m, &text);
	html_text_more(&t, buf_slice(&text), &out);
	html_text_finish(&t, &out);
	buf_free(&text);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	buf utf8 = { NULL, 0, 0 };
	struct charset c;

	charset_guess(&c);
	charset_more(&c, (slice){ (const char *)p, n }, &utf8);
	charset_finish(&c, &utf8);
	for (unsigned way = 0; way < 4; way++) {
		buf whole = page_of(buf_slice(&utf8), SIZE_MAX, way & 1, way & 2), cut = page_of(buf_slice(&utf8), 1 + n % 5, way & 1, way & 2);

		check_page(buf_slice(&whole));
		check(slice_same(buf_slice(&whole), buf_slice(&cut)));
		buf_free(&whole), buf_free(&cut);
	}
	buf_free(&utf8);
	return 0;
}
