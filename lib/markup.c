#include <stdlib.h>

#include "markup.h"
#include "reference.h"

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

/* What is no reference was an & that stands for itself. */
static void put_word(const struct markup *m, buf *out)
{
	if (m->hidden[0])
		return;
	buf_addchar(out, '&');
	buf_add(out, m->word, m->n);
}

/* Whether it was one. */
static bool end_reference(struct markup *m, buf *out)
{
	unsigned long code;

	m->word[m->n] = '\0';
	if (m->word[0] == '#')
		code = ascii_lower(m->word[1]) == 'x' ? strtoul(m->word + 2, NULL, 16) : strtoul(m->word + 1, NULL, 10);
	else
		code = reference((slice){ m->word, m->n });
	if (!code)
		put_word(m, out);
	else if (!m->hidden[0])
		add_character(out, code);
	return code != 0;
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

/* A name that is longer than any is none. */
static void take_reference(struct markup *m, char c, buf *out)
{
	m->word[m->n++] = c;
	if (m->n + 1 < sizeof m->word)
		return;
	put_word(m, out);
	m->state = MARKUP_TEXT;
}

/* What was held at the end of the text. */
void markup_finish(struct markup *m, buf *out)
{
	if (m->state == MARKUP_REFERENCE)
		end_reference(m, out);
}

void markup_more(struct markup *m, slice html, buf *out)
{
	for (size_t i = 0; i < html.n; i++) {
		char c = html.p[i];

		if (m->state == MARKUP_TAG) {
			take_tag(m, c, out);
		} else if (m->state == MARKUP_REFERENCE && (ascii_letter(c) || ascii_digit(c) || c == '#')) {
			take_reference(m, c, out);
		} else {
			bool known = m->state == MARKUP_REFERENCE && end_reference(m, out);

			m->state = MARKUP_TEXT;
			if (!known || c != ';')
				take_text(m, c, out);
		}
	}
}
