#include "magic.h"

/* A line of a section: `[indent]>offset=` length, bytes `[&mask][~word][+range]`. */
struct line {
	size_t indent, offset, word, range;
	slice value, mask;
};

static bool take_number(slice *s, size_t *number)
{
	size_t n = 0;

	while (n < s->n && ascii_digit(s->p[n]))
		n++;
	if (n == 0 || n > 9)
		return false;
	*number = (size_t)slice_number(slice_upto(*s, n));
	*s = slice_from(*s, n);
	return true;
}

static bool take_char(slice *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

static bool take_bytes(slice *s, size_t n, slice *bytes)
{
	*bytes = slice_upto(*s, n);
	*s = slice_from(*s, n);
	return bytes->n == n && n > 0;
}

static bool take_line(slice *s, struct line *l)
{
	slice length;

	*l = (struct line){ .word = 1, .range = 1 };
	take_number(s, &l->indent);
	if (!take_char(s, '>') || !take_number(s, &l->offset) || !take_char(s, '=') || !take_bytes(s, 2, &length) ||
	    !take_bytes(s, (size_t)(unsigned char)length.p[0] << 8 | (unsigned char)length.p[1], &l->value))
		return false;
	if (take_char(s, '&') && !take_bytes(s, l->value.n, &l->mask))
		return false;
	if (take_char(s, '~') && (!take_number(s, &l->word) || l->word == 0 || l->value.n % l->word))
		return false;
	if (take_char(s, '+') && !take_number(s, &l->range))
		return false;
	return take_char(s, '\n');
}

/* The value is written big-endian; words of more than a byte are meant as this machine has them. */
static size_t place(const struct line *l, size_t i)
{
	bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

	return little ? i / l->word * l->word + (l->word - 1 - i % l->word) : i;
}

static bool stands_at(const struct line *l, slice bytes)
{
	if (bytes.n < l->value.n)
		return false;
	for (size_t i = 0; i < l->value.n; i++) {
		size_t k = place(l, i);
		char mask = l->mask.n ? l->mask.p[k] : (char)0xff;

		if ((bytes.p[i] & mask) != (l->value.p[k] & mask))
			return false;
	}
	return true;
}

static bool line_matches(const struct line *l, slice bytes)
{
	for (size_t i = 0; i < l->range && l->offset + i < bytes.n; i++)
		if (stands_at(l, slice_from(bytes, l->offset + i)))
			return true;
	return false;
}

/*
 * The lines of a section are a tree by their indents: it matches where a line does with all that it stands below, and
 * nothing stands below itself. *s moves to the next section.
 */
static bool section_matches(slice *s, slice bytes)
{
	size_t level = 0;       /* lines of up to this indent stand below lines that match */
	bool match = false;

	while (s->n && s->p[0] != '[') {
		struct line l;
		size_t below = 0;
		slice next;
		bool hit;

		if (!take_line(s, &l)) {
			*s = slice_from(*s, s->n);
			break;
		}
		hit = !match && l.indent <= level && line_matches(&l, bytes);
		if (l.indent <= level)
			level = l.indent + hit;
		next = *s;
		take_number(&next, &below);
		match |= hit && below <= l.indent;
	}
	return match;
}

static bool may_be_guessed(slice type, bool text)
{
	if (slice_starts(type, "message/") || slice_starts(type, "multipart/"))
		return false;
	return !text || slice_starts(type, "text/");
}

/* Behind its first line sections `[priority:type]` come in the order of their priority. */
const char *magic_type(slice file, slice bytes, bool text)
{
	slice head, priority;

	if (!slice_cut(&file, '\n', &head) || !slice_starts(head, "MIME-Magic"))
		return NULL;
	while (slice_cut(&file, '\n', &head)) {
		bool match = section_matches(&file, bytes);

		if (!take_char(&head, '[') || !slice_cut(&head, ':', &priority) || head.n < 2)
			return NULL;
		head.n--;
		if (match && may_be_guessed(head, text))
			return mem_text(head);
	}
	return NULL;
}
