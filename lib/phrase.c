#include "phrase.h"

enum { BUCKETS = 4096, KEY = 3 };

/* Phrases by their first bytes: the first of each bucket, and the next behind each, plus one; 0: none. */
static unsigned short first[BUCKETS], *next;

static size_t bucket(const char *p)
{
	size_t hash = 0;

	for (int i = 0; i < KEY; i++)
		hash = hash * 61 + (unsigned char)p[i];
	return hash % BUCKETS;
}

/* From the last on, so that in a bucket they stand in the order of the table. */
static void make_index(void)
{
	next = mem_grow(NULL, phrasebook_count, sizeof *next);
	for (size_t i = phrasebook_count; i-- > 0;) {
		unsigned short *head = &first[bucket(phrasebook[i].text)];

		next[i] = *head;
		*head = (unsigned short)(i + 1);
	}
}

static bool in_word(char c)
{
	return ascii_letter(c) || ascii_digit(c) || c == '_' || c == '@';
}

/* Beyond ASCII words are not told apart; a host name, an address and a path are one word. */
static bool begins_word(slice text, size_t at)
{
	char before = at ? text.p[at - 1] : ' ';

	return !in_word(before) && before != '.' && before != '-' && before != '/';
}

static bool ends_word(slice text, size_t at)
{
	if (at >= text.n || !in_word(text.p[at - 1]))
		return true;
	if (text.p[at] == '.' || text.p[at] == '-')
		return at + 1 >= text.n || !in_word(text.p[at + 1]);
	return !in_word(text.p[at]);
}

static bool is_here(const char *phrase, slice text, size_t at)
{
	size_t n = strlen(phrase);
	bool open = phrase[n - 1] == '*';

	n -= open;
	if (text.n - at < n || memcmp(text.p + at, phrase, n) != 0)
		return false;
	return open || ends_word(text, at + n);
}

static bool may_begin(slice text, size_t at)
{
	return (text.p[at] & 0xc0) != 0x80 && text.p[at] != ' ' && (!in_word(text.p[at]) || begins_word(text, at));
}

const struct phrase *phrase_next(struct phrase_scan *s)
{
	if (!next)
		make_index();
	for (;;) {
		while (s->row) {
			size_t row = s->row - 1;

			s->row = next[row];
			if (is_here(phrasebook[row].text, s->text, s->at))
				return &phrasebook[row];
		}
		do
			s->at++;
		while (s->at + KEY <= s->text.n && !may_begin(s->text, s->at));
		if (s->at + KEY > s->text.n)
			return NULL;
		s->row = first[bucket(s->text.p + s->at)];
	}
}

struct phrase_scan phrase_scan(slice text)
{
	return (struct phrase_scan){ .text = text, .at = (size_t)-1 };
}

bool phrase_before(const struct phrase *a, const struct phrase *b)
{
	return a < b;
}

void phrase_fold(buf *to, slice text)
{
	bool blank = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			blank = true;
			continue;
		}
		if (blank && to->n)
			buf_addchar(to, ' ');
		blank = false;
		buf_addchar(to, ascii_lower(c));
	}
}
