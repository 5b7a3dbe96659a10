#include <stdlib.h>

#include "markup.h"

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static void add_character(buf *out, unsigned long code)
{
	if (code == 160)
		code = ' ';
	if (code < 128)
		buf_addchar(out, code < ' ' ? ' ' : (char)code);
	else if (code < 0x800)
		buf_print(out, "%c%c", (char)(0xc0 | code >> 6), (char)(0x80 | (code & 63)));
	else if (code < 0x10000 && (code < 0xd800 || code > 0xdfff))
		buf_print(out, "%c%c%c", (char)(0xe0 | code >> 12), (char)(0x80 | (code >> 6 & 63)), (char)(0x80 | (code & 63)));
}

static void end_reference(struct markup *m, buf *out)
{
	static const struct { const char *name; char c; } names[] = {
		{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' }, { "nbsp", ' ' }, { "commat", '@' },
	};

	m->word[m->n] = '\0';
	if (m->hidden[0])
		return;
	if (m->word[0] == '#')
		add_character(out, m->word[1] == 'x' ? strtoul(m->word + 2, NULL, 16) : strtoul(m->word + 1, NULL, 10));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(m->word, names[i].name) == 0)
			buf_addchar(out, names[i].c);
}

static void end_tag(struct markup *m, buf *out)
{
	static const char *const hidden[] = { "style", "script", "head", "title", NULL };
	static const char *const inside[] = { "a", "b", "i", "u", "em", "span", "strong", "font", "small", "tt", "code", "wbr", NULL };
	bool end = m->word[0] == '/';

	m->word[m->n] = '\0';
	if (end && strcmp(m->word + 1, m->hidden) == 0)
		m->hidden[0] = '\0';
	else if (!m->hidden[0] && is_one_of(m->word, hidden))
		memcpy(m->hidden, m->word, sizeof m->hidden);
	if (!m->hidden[0] && !is_one_of(m->word + end, inside))
		buf_addchar(out, '\n');
}

static void add_to_word(struct markup *m, char c)
{
	if (m->n + 1 < sizeof m->word)
		m->word[m->n++] = ascii_lower(c);
}

static void begin_word(struct markup *m, enum markup_state state)
{
	m->state = state;
	m->n = 0;
	m->named = false;
}

/* A line end is none in HTML, but what is called so may be plain text. */
static void take_text(struct markup *m, char c, buf *out)
{
	if (c == '<')
		begin_word(m, MARKUP_TAG);
	else if (c == '&')
		begin_word(m, MARKUP_REFERENCE);
	else if (!m->hidden[0])
		buf_addchar(out, c);
}

static void take_tag(struct markup *m, char c, buf *out)
{
	bool first = m->n == 0 && !m->named;

	if (first && !ascii_letter(c) && c != '/' && c != '!' && c != '?') {
		m->state = MARKUP_TEXT;         /* a < that stands for itself */
		if (!m->hidden[0])
			buf_addchar(out, '<');
		take_text(m, c, out);
	} else if (c == '>') {
		end_tag(m, out);
		m->state = MARKUP_TEXT;
	} else if (ascii_letter(c) || ascii_digit(c) || (c == '/' && first)) {
		if (!m->named)
			add_to_word(m, c);
	} else {
		m->named = true;
	}
}

void markup_more(struct markup *m, slice html, buf *out)
{
	for (size_t i = 0; i < html.n; i++) {
		char c = html.p[i];

		if (m->state == MARKUP_TAG) {
			take_tag(m, c, out);
		} else if (m->state == MARKUP_REFERENCE && (ascii_letter(c) || ascii_digit(c) || c == '#')) {
			add_to_word(m, c);
		} else {
			if (m->state == MARKUP_REFERENCE) {
				end_reference(m, out);
				m->state = MARKUP_TEXT;
				if (c == ';')
					continue;
			}
			take_text(m, c, out);
		}
	}
}
