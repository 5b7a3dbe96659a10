#include <string.h>

#include "addr.h"
#include "html.h"
#include "limit.h"

static const char unknown[] = "\xef\xbf\xbd";

/* The length of a C1 control or of what is no character at the start of s, 0 where there is none. */
static size_t unfit_length(slice s)
{
	unsigned char c = (unsigned char)s.p[0], second = s.n > 1 ? (unsigned char)s.p[1] : 0;

	if (c == 0xc2 && second < 0xa0)
		return 2;
	if (c == 0xef && s.n > 2 && ((second == 0xbf && (unsigned char)s.p[2] >= 0xbe)
	    || (second == 0xb7 && (unsigned char)s.p[2] >= 0x90 && (unsigned char)s.p[2] <= 0xaf)))
		return 3;
	if (c >= 0xf0 && s.n > 3 && (second & 0x0f) == 0x0f && (unsigned char)s.p[2] == 0xbf && (unsigned char)s.p[3] >= 0xbe)
		return 4;
	return 0;
}

/* Characters that do not stand for themselves, or may not. */
static const bool special[256] = { ['&'] = 1, ['<'] = 1, ['>'] = 1, ['"'] = 1, ['\''] = 1, [127] = 1, [0xc2] = 1, [0xef] = 1,
	[0xf0] = 1, [0xf1] = 1, [0xf2] = 1, [0xf3] = 1, [0xf4] = 1 };

static const char *reference(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return unknown;
	}
}

static bool stands(char c)
{
	return (unsigned char)c >= ' ' ? !special[(unsigned char)c] : c == '\t' || c == '\n';
}

void html_add(buf *to, slice text)
{
	while (text.n) {
		size_t n = 0;

		while (n < text.n && stands(text.p[n]))
			n++;
		buf_add(to, text.p, n);
		text = slice_from(text, n);
		if (!text.n)
			return;
		n = (unsigned char)text.p[0] < 0x80 ? 1 : unfit_length(text);
		if (n)
			buf_addtext(to, reference(text.p[0]));
		else
			buf_addchar(to, text.p[0]);
		text = slice_from(text, n ? n : 1);
	}
}

static bool in_url(char c)
{
	return (unsigned char)c > ' ' && c != 127 && !strchr("<>\"`{}|\\^", c);
}

/* Without what ends the sentence that the URL stands in: a closing bracket too, unless it closes one of its own. */
static slice without_punctuation(slice url)
{
	long count[256] = { 0 };

	for (size_t i = 0; i < url.n; i++)
		count[(unsigned char)url.p[i]]++;
	while (url.n) {
		char c = url.p[url.n - 1];

		if (!strchr(".,;:!?'*_", c) && (c != ')' || count[')'] <= count['(']) && (c != ']' || count[']'] <= count['[']))
			break;
		count[(unsigned char)c]--;
		url.n--;
	}
	return url;
}

/* The URL of http or https at the start of s, empty where there is none; *run: how far it was looked for. */
static slice url_at(slice s, size_t *run)
{
	size_t scheme = slice_case_starts(s, "http://") ? 7 : slice_case_starts(s, "https://") ? 8 : 0, n = scheme;
	slice url;

	while (scheme && n < s.n && in_url(s.p[n]))
		n++;
	*run = n;
	url = without_punctuation(slice_upto(s, n));
	return n > LIMIT_URL || url.n <= scheme ? slice_upto(s, 0) : url;
}

static bool in_domain(char c)
{
	return ascii_letter(c) || ascii_digit(c) || c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

/* The length of a domain of two labels or more, or of an address literal, at the start of s; 0. */
static size_t domain_length(slice s)
{
	size_t n = 0;

	if (s.n && s.p[0] == '[') {
		s = slice_upto(s, LIMIT_DOMAIN);
		n = slice_find(s, ']');
		return n < s.n && n > 1 ? n + 1 : 0;
	}
	while (n < s.n && in_domain(s.p[n]))
		n++;
	while (n && (s.p[n - 1] == '.' || s.p[n - 1] == '-'))
		n--;
	return slice_find(slice_upto(s, n), '.') < n ? n : 0;
}

/* What stands between two places that are more than text. */
struct mark {
	size_t at;              /* s.n: there is none */
	slice url;              /* or empty: an address, its domain from `at` on */
	size_t domain;
};

static bool begins_word(slice s, size_t at)
{
	return at == 0 || !(ascii_letter(s.p[at - 1]) || ascii_digit(s.p[at - 1]));
}

/* The next URL, or address where those are hidden. */
static struct mark next_mark(slice s, bool hides)
{
	struct mark m = { .at = s.n };

	for (size_t i = 0; i < s.n; i++) {
		slice rest = slice_from(s, i);

		if (ascii_lower(s.p[i]) == 'h' && begins_word(s, i)) {
			size_t run;

			m.at = i;
			m.url = url_at(rest, &run);
			if (m.url.n)
				return m;
			i += run ? run - 1 : 0;
		} else if (hides && s.p[i] == '@' && i && (addr_atext(s.p[i - 1]) || s.p[i - 1] == '"')) {
			m.at = i + 1;
			m.domain = domain_length(slice_from(rest, 1));
			if (m.domain)
				return m;
		}
	}
	m.at = s.n;
	return m;
}

void html_hide(buf *to, slice line)
{
	while (line.n) {
		struct mark m = next_mark(line, true);

		buf_addslice(to, slice_upto(line, m.at));
		line = slice_from(line, m.at);
		if (m.url.n)
			buf_addslice(to, m.url);
		else if (m.domain)
			buf_addtext(to, "…");
		line = slice_from(line, m.url.n ? m.url.n : m.domain);
	}
}

static void add_link(buf *to, slice url)
{
	buf_addtext(to, "<a rel=\"nofollow noopener\" href=\"");
	html_add(to, url);
	buf_addtext(to, "\">");
	html_add(to, url);
	buf_addtext(to, "</a>");
}

static void add_line(const struct html_text *t, slice line, buf *out)
{
	while (line.n) {
		struct mark m = next_mark(line, t->hides);

		html_add(out, slice_upto(line, m.at));
		line = slice_from(line, m.at);
		if (m.url.n)
			add_link(out, m.url);
		else if (m.domain)
			buf_addtext(out, "…");
		line = slice_from(line, m.url.n ? m.url.n : m.domain);
	}
}

/* How many > a line begins with; a blank may stand before each. */
static unsigned depth_of(slice line)
{
	unsigned depth = 0;

	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '>')
			depth++;
		else if (line.p[i] != ' ' || i + 1 == line.n || line.p[i + 1] != '>')
			break;
	return depth;
}

static void set_depth(struct html_text *t, unsigned depth, buf *out)
{
	if (t->depth == depth)
		return;
	if (t->depth)
		buf_addtext(out, "</blockquote>");
	t->depth = depth;
	if (depth)
		buf_print(out, "<blockquote class=\"q%u\">", 1 + (depth - 1) % 3);
}

/* Blank lines wait: those at the end of the text, and all but one of many, go. */
static bool waits(struct html_text *t, slice *line, buf *out)
{
	*line = slice_trim(*line);
	if (line->n == 0) {
		t->blank++;
		return true;
	}
	if (t->blank && t->begun) {
		set_depth(t, 0, out);
		buf_addchar(out, '\n');
	}
	t->blank = 0;
	return false;
}

/* A line without its end, or a piece of one. */
static void put_line(struct html_text *t, slice line, bool ends, buf *out)
{
	if (ends && line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (t->squeezes && !t->inside && waits(t, &line, out))
		return;
	if (!t->inside)
		set_depth(t, depth_of(line), out);
	add_line(t, line, out);
	if (ends)
		buf_addchar(out, '\n');
	t->begun = true;
	t->inside = !ends;
}

/* Where a line that is too long is cut: at its last blank, or else between characters. */
static size_t cut_of(slice s)
{
	size_t n = s.n;

	while (n && !ascii_blank(s.p[n - 1]))
		n--;
	if (n)
		return n;
	for (n = s.n - 1; n && ((unsigned char)s.p[n] & 0xc0) == 0x80;)
		n--;
	return n ? n : s.n;
}

static void put_piece(struct html_text *t, buf *out)
{
	size_t n = cut_of(buf_slice(&t->line));

	put_line(t, slice_upto(buf_slice(&t->line), n), false, out);
	memmove(t->line.p, t->line.p + n, t->line.n - n);
	t->line.n -= n;
}

void html_text_more(struct html_text *t, slice utf8, buf *out)
{
	while (utf8.n) {
		slice line = slice_upto(utf8, slice_find(utf8, '\n')), some = slice_upto(line, LIMIT_HTML_LINE - t->line.n);

		if (some.n == line.n && line.n < utf8.n) {
			if (t->line.n) {
				buf_addslice(&t->line, line);
				line = buf_slice(&t->line);
			}
			put_line(t, line, true, out);
			buf_clear(&t->line);
			utf8 = slice_from(utf8, some.n + 1);
			continue;
		}
		buf_addslice(&t->line, some);
		utf8 = slice_from(utf8, some.n);
		if (t->line.n == LIMIT_HTML_LINE)
			put_piece(t, out);
	}
}

void html_text_finish(struct html_text *t, buf *out)
{
	if (t->line.n || t->inside)
		put_line(t, buf_slice(&t->line), true, out);
	set_depth(t, 0, out);
	buf_free(&t->line);
}
