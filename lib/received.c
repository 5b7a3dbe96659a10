#include <string.h>

#include "addr.h"
#include "date.h"
#include "received.h"

enum clause { NONE, FROM, BY, VIA, WITH, ID, FOR, CLAUSES };

static const char *const keywords[CLAUSES] = { "", "from", "by", "via", "with", "id", "for" };

/* A body as it is read: words of the clause that goes on, comments between them. */
struct reading {
	struct received *r;
	enum clause clause;
	slice values[CLAUSES];
	bool closed;            /* a comment has ended the value of the clause */
	slice helo;             /* said in a comment: then the word behind `from` is the name */
	bool commented;         /* anything at all said in comments */
	bool plain;             /* a comment has no end: parentheses are letters now, or each would be followed to the end */
};

/* The length of a comment, quoted string, word or `;` at the start of s, which is no blank. */
static size_t token_length(slice s, bool *plain)
{
	size_t n = *plain || s.p[0] != '(' ? 0 : addr_comment_length(s);

	if (n)
		return n;
	*plain |= s.p[0] == '(';
	if (s.p[0] == ';')
		return 1;
	if (s.p[0] == '"' && (n = slice_find(slice_from(s, 1), '"')) < s.n - 1)
		return n + 2;
	for (n = 1; n < s.n && !ascii_blank(s.p[n]) && s.p[n] != ';' && (*plain || s.p[n] != '('); n++)
		;
	return n;
}

/* The place of the last `;` that is in no comment, or s.n. */
static size_t last_semicolon(slice s)
{
	size_t last = s.n;
	bool plain = false;

	for (size_t i = 0; i < s.n; i += ascii_blank(s.p[i]) ? 1 : token_length(slice_from(s, i), &plain))
		if (s.p[i] == ';')
			last = i;
	return last;
}

/* `[192.0.2.1]:25`, `[IPv6:2001:db8::1]`, `user@192.0.2.1`, `fe80::1%3`: the address, without what is around it. */
static bool take_address(slice word, struct address *a)
{
	size_t open = slice_find(word, '['), at = slice_find(word, '@');

	if (open < word.n) {
		word = slice_from(word, open + 1);
		word = slice_upto(word, slice_find(word, ']'));
	} else if (at < word.n) {
		word = slice_from(word, at + 1);
	}
	if (slice_case_starts(word, "IPv6:"))
		word = slice_from(word, 5);
	return address_read(slice_upto(word, slice_find(word, '%')), a);
}

/* `user@host.` and `IDENT:user@host`: the host. */
static slice host_of(slice word)
{
	size_t at = slice_find(word, '@');

	if (at < word.n)
		word = slice_from(word, at + 1);
	if (word.n && word.p[word.n - 1] == '.')
		word.n--;
	return word;
}

/* What a receiver says of its client: `name [address]`, `HELO name`, `[address] helo=name`, `address`. */
static void read_client(struct reading *x, slice comment)
{
	slice word, before = { "", 0 };

	while (slice_word(&comment, &word)) {
		struct address a;

		if (slice_case_starts(word, "helo=")) {
			x->helo = slice_from(word, 5);
		} else if (slice_case_is(before, "HELO") || slice_case_is(before, "EHLO")) {
			x->helo = word;
		} else if (!x->r->has_address && take_address(word, &a)) {
			x->r->has_address = true;
			x->r->address = a;
			x->r->name = host_of(before);
		}
		before = word;
	}
}

static void read_comment(struct reading *x, slice comment)
{
	x->commented = true;
	x->closed = x->values[x->clause].n > 0;
	if (x->clause == FROM)
		read_client(x, slice_upto(slice_from(comment, 1), comment.n - 2));
}

static enum clause keyword(slice word)
{
	for (enum clause c = FROM; c < CLAUSES; c++)
		if (slice_case_is(word, keywords[c]))
			return c;
	return NONE;
}

/* A clause goes on until the next keyword; its value only until a comment. */
static void read_word(struct reading *x, slice word)
{
	enum clause next = keyword(word);
	slice *value = &x->values[x->clause];

	if (next != NONE && (x->clause == NONE || value->n > 0)) {
		x->r->broken |= x->values[next].n > 0;
		x->clause = next;
		x->closed = x->values[next].n > 0;
	} else if (x->clause == NONE) {
		x->r->broken = true;
	} else if (!x->closed) {
		*value = value->n ? (slice){ value->p, (size_t)(word.p + word.n - value->p) } : word;
	}
}

static void read_tokens(struct reading *x, slice s)
{
	while ((s = slice_trim(s)).n) {
		slice token = slice_upto(s, token_length(s, &x->plain));

		if (token.p[0] == '(' && !x->plain)
			read_comment(x, token);
		else if (token.p[0] != ';')
			read_word(x, token);
		x->r->broken |= token.p[0] == ';';
		s = slice_from(s, token.n);
	}
	x->r->broken |= x->plain;
}

/* Where a comment has the name that the client gave, the word has the one of its address. */
static void name_client(struct received *r, slice word, slice helo)
{
	struct address literal;
	bool is_literal = take_address(word, &literal);

	r->helo = helo.n ? helo : word;
	if (helo.n && !r->name.n && !is_literal)
		r->name = host_of(word);
	if (!r->has_address && is_literal) {
		r->has_address = true;
		r->address = literal;
	}
}

static slice without_angles(slice s)
{
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		return (slice){ s.p + 1, s.n - 2 };
	return s;
}

void received_read(struct received *r, slice body)
{
	size_t semicolon = last_semicolon(body);
	struct reading x = { .r = r };

	*r = (struct received){ .helo = { "", 0 } };
	read_tokens(&x, slice_upto(body, semicolon));
	name_client(r, x.values[FROM], x.helo);
	r->by = x.values[BY];
	r->with = x.values[WITH];
	r->id = x.values[ID];
	r->recipient = without_angles(x.values[FOR]);
	r->dated = date_read(slice_from(body, semicolon + 1), &r->when);
	r->broken |= !r->by.n && (x.clause != NONE || !x.commented);
}
