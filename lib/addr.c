#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "domain.h"

/* A place in the text that moves on. */
struct cursor {
	slice rest;
	slice comment;          /* the last one passed */
};

bool addr_atext(char c)
{
	return ascii_letter(c) || ascii_digit(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c))
	    || (unsigned char)c >= 128;
}

static bool is_blank(char c)
{
	return ascii_blank(c) || c == '\r' || c == '\n';
}

static bool at(const struct cursor *c, char what)
{
	return c->rest.n && c->rest.p[0] == what;
}

static void step(struct cursor *c, size_t n)
{
	c->rest = slice_from(c->rest, n);
}

/* The length of what begins with a quote or bracket and ends with `close`, or 0 where it does not end. */
static size_t quoted_length(slice s, char close)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == close)
			return i + 1;
		if (s.p[i] == '\\')
			i++;
	}
	return 0;
}

/* Comments may hold others: counted, so that no depth costs anything. */
size_t addr_comment_length(slice s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

/* Past blanks, folds and comments (CFWS); false at a comment without end. */
static bool skip_blanks(struct cursor *c)
{
	for (;;) {
		while (c->rest.n && is_blank(c->rest.p[0]))
			step(c, 1);
		if (!at(c, '('))
			return true;

		size_t n = addr_comment_length(c->rest);

		if (n == 0)
			return false;
		c->comment = (slice){ c->rest.p + 1, n - 2 };
		step(c, n);
	}
}

void addr_add_unquoted(buf *to, slice words)
{
	for (size_t i = 0; i < words.n; i++) {
		if (words.p[i] == '"')
			continue;
		if (words.p[i] == '\\' && i + 1 < words.n)
			i++;
		if (words.p[i] != '\r' && words.p[i] != '\n')
			buf_addchar(to, words.p[i]);
	}
}

static bool take_atom(struct cursor *c, slice *atom)
{
	size_t n = 0;

	while (n < c->rest.n && addr_atext(c->rest.p[n]))
		n++;
	*atom = slice_upto(c->rest, n);
	step(c, n);
	return n > 0;
}

/*
 * Words and dots in any order, as people write them, into *local without their
 * quotes; *end is set behind the last. A word after a word is no local part.
 */
static bool take_local(struct cursor *c, buf *local, const char **end)
{
	bool word = false, any = false;

	for (;;) {
		slice atom;
		size_t n;

		if (!skip_blanks(c))
			return false;
		if (at(c, '.')) {
			buf_addchar(local, '.');
			step(c, 1);
			word = false;
		} else if (at(c, '"')) {
			n = quoted_length(c->rest, '"');
			if (n == 0 || word)
				return false;
			addr_add_unquoted(local, slice_upto(c->rest, n));
			step(c, n);
			word = true;
		} else if (c->rest.n && addr_atext(c->rest.p[0])) {
			if (word || !take_atom(c, &atom))
				return false;
			buf_addslice(local, atom);
			word = true;
		} else {
			return any;
		}
		any = true;
		*end = c->rest.p;
	}
}

/* `[192.0.2.1]`, `[IPv6:2001:db8::1]`: no other character is in use (RFC 5321 §4.1.3). */
static bool take_literal(struct cursor *c, buf *domain, const char **end)
{
	size_t n = slice_find(c->rest, ']');

	for (size_t i = 1; i < n; i++) {
		char x = c->rest.p[i];

		if (!is_blank(x) && !ascii_letter(x) && !ascii_digit(x) && x != '.' && x != ':' && x != '-')
			return false;
	}
	if (n == c->rest.n)
		return false;
	for (size_t i = 0; i <= n; i++)
		if (!is_blank(c->rest.p[i]))
			buf_addchar(domain, c->rest.p[i]);
	step(c, n + 1);
	*end = c->rest.p;
	return true;
}

static bool take_domain(struct cursor *c, buf *domain, const char **end)
{
	slice atom;

	if (!skip_blanks(c))
		return false;
	if (at(c, '['))
		return take_literal(c, domain, end);
	for (;;) {
		if (!take_atom(c, &atom))
			return false;
		buf_addslice(domain, atom);
		*end = c->rest.p;
		if (!skip_blanks(c))
			return false;
		if (!at(c, '.'))
			return true;
		step(c, 1);
		*end = c->rest.p;
		if (!skip_blanks(c))
			return false;
		if (!c->rest.n || !addr_atext(c->rest.p[0]))
			return true;    /* `example.org.`: the root dot is not mail's */
		buf_addchar(domain, '.');
	}
}

/* `@one,@two:` before an address (§4.4 obs-route) means nothing any more. */
static bool skip_route(struct cursor *c)
{
	size_t colon;

	if (!skip_blanks(c))
		return false;
	if (!at(c, '@'))
		return true;
	colon = slice_find(c->rest, ':');
	if (colon == c->rest.n)
		return false;
	step(c, colon + 1);
	return skip_blanks(c);
}

static void add_address(buf *to, slice local, slice domain, bool bare)
{
	buf_clear(to);
	addr_add_local(to, local);
	if (!bare) {
		buf_addchar(to, '@');
		buf_addslice(to, domain);
	}
}

/* The addr-spec that a text holds, with blanks and comments around and nothing else. */
static bool read_spec(struct cursor *c, struct addr *a)
{
	buf local = { NULL, 0, 0 }, domain = { NULL, 0, 0 };
	const char *start, *end = NULL;
	bool good;

	good = skip_blanks(c);
	start = c->rest.p;
	good = good && take_local(c, &local, &end);
	a->bare = good && !at(c, '@');
	if (good && !a->bare) {
		step(c, 1);
		good = take_domain(c, &domain, &end);
	}
	good = good && skip_blanks(c) && c->rest.n == 0;
	if (good) {
		a->spec = (slice){ start, (size_t)(end - start) };
		add_address(&a->address, buf_slice(&local), buf_slice(&domain), a->bare);
	}
	buf_free(&local);
	buf_free(&domain);
	return good;
}

static bool read_angle(struct cursor *c, struct addr *a)
{
	if (!skip_route(c))
		return false;
	if (c->rest.n)
		return read_spec(c, a);
	a->spec = c->rest;
	a->bare = false;
	return true;
}

/* One element of the list: where it ends, and where its `<` and `>` are. */
struct element {
	size_t n;
	size_t open, close;     /* n where there is none */
	bool group;             /* it is the name of a group, ended by `:` */
	bool broken;            /* a quote, comment or `<` without end, or a second `<` */
};

static size_t token_length(slice s)
{
	switch (s.p[0]) {
	case '"': return quoted_length(s, '"');
	case '[': return quoted_length(s, ']');
	case '(': return addr_comment_length(s);
	case '\\': return s.n > 1 ? 2 : 1;
	default: return 1;
	}
}

static struct element measure(slice s, bool in_group)
{
	struct element e = { 0, s.n, s.n, false, false };
	bool inside = false, address = false;

	while (e.n < s.n) {
		char c = s.p[e.n];
		size_t n = token_length(slice_from(s, e.n));

		if (!inside && (c == ',' || c == ';'))
			break;
		if (!inside && c == ':' && !in_group && !address && e.open == s.n) {
			e.group = true;
			break;
		}
		if (c == '<') {
			e.broken |= e.open < s.n;
			e.open = e.n;
			inside = true;
		} else if (c == '>') {
			e.broken |= !inside;
			e.close = e.n;
			inside = false;
		}
		address |= c == '@';
		e.broken |= n == 0;
		e.n += n ? n : s.n - e.n;
	}
	e.broken |= inside;
	return e;
}

static bool read_element(slice text, const struct element *e, struct addr *a)
{
	struct cursor c = { text, { NULL, 0 } };
	bool good;

	if (e->broken)
		return false;
	if (e->open < text.n) {
		a->name = slice_trim(slice_upto(text, e->open));
		c.rest = (slice){ text.p + e->open + 1, e->close - e->open - 1 };
		good = read_angle(&c, a);
		c.rest = slice_from(text, e->close + 1);
		good = good && skip_blanks(&c) && c.rest.n == 0;
	} else {
		good = read_spec(&c, a);
	}
	a->comment = c.comment;
	return good;
}

struct addr_list addr_list(slice body)
{
	return (struct addr_list){ .rest = body };
}

/* Nothing but blanks and comments: an empty element (§4.4), which means nothing. */
static bool is_empty(slice text)
{
	struct cursor c = { text, { NULL, 0 } };

	return skip_blanks(&c) && c.rest.n == 0;
}

int addr_next(struct addr_list *list, struct addr *a)
{
	while (list->rest.n) {
		struct element e = measure(list->rest, list->in_group);
		slice text = slice_upto(list->rest, e.n);
		char end = e.n < list->rest.n ? list->rest.p[e.n] : ',';

		list->rest = slice_from(list->rest, e.n + 1);
		if (!list->in_group)
			list->group = slice_upto(text, e.group ? text.n : 0);
		if (e.group)
			list->in_group = true;
		else if (end == ';')
			list->in_group = false;
		if (e.group || is_empty(text))
			continue;
		buf_clear(&a->address);
		*a = (struct addr){ .whole = slice_trim(text), .address = a->address };
		if (e.open > e.n)
			e.open = e.close = text.n;
		return read_element(text, &e, a) ? 1 : -1;
	}
	return 0;
}

void addr_free(struct addr *a)
{
	buf_free(&a->address);
}

/* Where the `@` between local part and domain stands; the length of a bare address. */
static size_t at_sign(slice address)
{
	const char *p = address.n && address.p[address.n - 1] != '"' ? memrchr(address.p, '@', address.n) : NULL;

	return p ? (size_t)(p - address.p) : address.n;
}

slice addr_local(slice address)
{
	return slice_upto(address, at_sign(address));
}

slice addr_domain(slice address)
{
	return slice_from(address, at_sign(address) + 1);
}

bool addr_same(slice a, slice b)
{
	return slice_case_same(addr_local(a), addr_local(b)) && domain_same(addr_domain(a), addr_domain(b));
}

static bool is_dot_string(slice s)
{
	bool atom = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '.' ? !addr_atext(s.p[i]) : !atom)
			return false;
		atom = s.p[i] != '.';
	}
	return atom;
}

void addr_add_local(buf *to, slice local)
{
	if (is_dot_string(local)) {
		buf_addslice(to, local);
		return;
	}
	buf_addchar(to, '"');
	for (size_t i = 0; i < local.n; i++) {
		if (local.p[i] == '"' || local.p[i] == '\\')
			buf_addchar(to, '\\');
		buf_addchar(to, local.p[i]);
	}
	buf_addchar(to, '"');
}
