#include "spf-macro.h"
#include "spf-record.h"

static const char version[] = "v=spf1";

bool spf_record_is(slice text)
{
	slice rest = slice_from(text, sizeof version - 1);

	return slice_case_starts(text, version) && (rest.n == 0 || rest.p[0] == ' ');
}

/* What stands before the term's domain: the name of a mechanism, and whether it may, or must, have a domain or network. */
static const struct mechanism {
	const char *name;
	enum spf_kind kind;
	bool may, must;
} mechanisms[] = {
	{ "all", SPF_ALL, false, false },
	{ "include", SPF_INCLUDE, true, true },
	{ "a", SPF_A, true, false },
	{ "mx", SPF_MX, true, false },
	{ "ptr", SPF_PTR, true, false },
	{ "ip4", SPF_IP4, true, true },
	{ "ip6", SPF_IP6, true, true },
	{ "exists", SPF_EXISTS, true, true },
};

/* `24`: no zero before it, at most `most`. */
static bool read_bits(slice digits, unsigned most, unsigned *bits)
{
	long long n = slice_number(digits);

	if (n < 0 || n > most || (digits.n > 1 && digits.p[0] == '0'))
		return false;
	*bits = (unsigned)n;
	return true;
}

/* Takes `/24`, `//64` or `/24//64` off the end. False where what stands there cannot be one. */
static bool take_bits(slice *s, struct spf_term *t)
{
	size_t digits = 0;

	while (digits < s->n && ascii_digit(s->p[s->n - 1 - digits]))
		digits++;
	if (digits == s->n || s->p[s->n - 1 - digits] != '/')
		return true;
	if (digits + 1 < s->n && s->p[s->n - 2 - digits] == '/') {
		if (!read_bits(slice_from(*s, s->n - digits), 128, &t->bits6))
			return false;
		s->n -= digits + 2;
		for (digits = 0; digits < s->n && ascii_digit(s->p[s->n - 1 - digits]);)
			digits++;
		if (digits == 0 || digits == s->n || s->p[s->n - 1 - digits] != '/')
			return true;
	}
	if (!read_bits(slice_from(*s, s->n - digits), 32, &t->bits4))
		return false;
	s->n -= digits + 1;
	return true;
}

static bool read_network(slice text, struct spf_term *t)
{
	size_t slash = slice_find(text, '/');
	bool v4 = t->kind == SPF_IP4;
	unsigned bits = v4 ? 32 : 128;

	if (slash < text.n && !read_bits(slice_from(text, slash + 1), bits, &bits))
		return false;
	text = slice_upto(text, slash);
	t->network.bits = bits + (v4 ? 96 : 0);
	return address_read(text, &t->network.address) && (slice_find(text, ':') == text.n) == v4;
}

/* ip4 and ip6 hold networks, the others domains. */
static bool read_argument(const struct mechanism *m, slice rest, struct spf_term *t)
{
	if (m->kind == SPF_A || m->kind == SPF_MX) {
		if (!take_bits(&rest, t))
			return false;
	}
	if (rest.n == 0)
		return !m->must;
	if (!m->may || rest.p[0] != ':')
		return false;
	t->domain = slice_from(rest, 1);
	if (m->kind == SPF_IP4 || m->kind == SPF_IP6)
		return read_network(t->domain, t);
	return spf_domain_valid(t->domain);
}

static bool read_mechanism(slice text, struct spf_term *t)
{
	size_t n = 0;

	t->qualifier = '+';
	t->bits4 = 32;
	t->bits6 = 128;
	if (text.n && text.p[0] && strchr("+-~?", text.p[0])) {
		t->qualifier = text.p[0];
		text = slice_from(text, 1);
	}
	while (n < text.n && text.p[n] != ':' && text.p[n] != '/')
		n++;
	for (const struct mechanism *m = mechanisms; m < mechanisms + sizeof mechanisms / sizeof *mechanisms; m++)
		if (slice_case_is(slice_upto(text, n), m->name)) {
			t->kind = m->kind;
			return read_argument(m, slice_from(text, n), t);
		}
	return false;
}

/* The length of the name of a modifier, behind which `=` stands; or 0. */
static size_t name_length(slice text)
{
	size_t n = 0;

	if (text.n && ascii_letter(text.p[0]))
		while (n < text.n && (ascii_letter(text.p[n]) || ascii_digit(text.p[n]) || text.p[n] == '-' || text.p[n] == '_'
		    || text.p[n] == '.'))
			n++;
	return n < text.n && text.p[n] == '=' ? n : 0;
}

static bool read_modifier(slice name, slice value, struct spf_term *t)
{
	t->domain = value;
	if (slice_case_is(name, "redirect"))
		t->kind = SPF_REDIRECT;
	else if (slice_case_is(name, "exp"))
		t->kind = SPF_EXP;
	else
		t->kind = SPF_UNKNOWN;
	return t->kind == SPF_UNKNOWN ? spf_macro_valid(value, false) : spf_domain_valid(value);
}

static bool read_term(slice text, struct spf_term *t)
{
	size_t n = name_length(text);

	*t = (struct spf_term){ .text = text };
	return n ? read_modifier(slice_upto(text, n), slice_from(text, n + 1), t) : read_mechanism(text, t);
}

/* Only SP divides terms. */
static bool next_word(slice *rest, slice *word)
{
	while (slice_cut(rest, ' ', word))
		if (word->n)
			return true;
	return false;
}

bool spf_term_next(slice *terms, struct spf_term *t)
{
	slice word;

	return next_word(terms, &word) && read_term(word, t);
}

/* A modifier may stand once (§6). */
static bool set_once(slice *modifier, slice value)
{
	if (modifier->n)
		return false;
	*modifier = value;
	return true;
}

bool spf_record_read(struct spf_record *r, slice text, slice *wrong)
{
	struct spf_term t;
	slice rest;

	*r = (struct spf_record){ .text = text, .terms = slice_from(text, sizeof version - 1) };
	for (rest = r->terms; next_word(&rest, wrong);) {
		if (!read_term(*wrong, &t))
			return false;
		if (t.kind == SPF_REDIRECT && !set_once(&r->redirect, t.domain))
			return false;
		if (t.kind == SPF_EXP && !set_once(&r->exp, t.domain))
			return false;
		r->all |= t.kind == SPF_ALL;
	}
	return true;
}
