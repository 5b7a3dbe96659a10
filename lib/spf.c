#include <strings.h>

#include "addr.h"
#include "clock.h"
#include "domain.h"
#include "spf-record.h"
#include "spf.h"

const char *const spf_names[] = { [SPF_NONE] = "none", [SPF_NEUTRAL] = "neutral", [SPF_PASS] = "pass", [SPF_FAIL] = "fail",
	[SPF_SOFTFAIL] = "softfail", [SPF_TEMPERROR] = "temperror", [SPF_PERMERROR] = "permerror" };

enum match { MATCH_NO, MATCH_YES, MATCH_TEMPERROR, MATCH_PERMERROR };

/* The only record of SPF among texts: how many there are, 2 for more. */
static size_t find_record(const struct spf_answer *a, slice *text)
{
	size_t count = 0;

	for (size_t i = 0; i < a->entries && count < 2; i++)
		if (spf_record_is(buf_slice(&a->entry[i]))) {
			*text = buf_slice(&a->entry[i]);
			count++;
		}
	return count;
}

/* Non-ASCII is in no name (RFC 8616 §4): then nothing matches. */
static bool has_value(const struct spf *s, slice spec)
{
	return slice_is_ascii(s->macros.local) || !(spf_macro_uses(spec, 's') || spf_macro_uses(spec, 'l'));
}

/* The domain that a term of a domain's record means, plain and for DNS. False: it is no name. */
static bool name_of(struct spf *s, slice spec, slice domain, buf *plain, buf *name)
{
	struct spf_macros macros = s->macros;

	macros.domain = domain;
	buf_clear(plain), buf_clear(name);
	if (spec.n == 0)
		buf_addslice(plain, domain);
	else if (has_value(s, spec))
		spf_macro_expand(plain, spec, &macros, false);
	return spf_add_name(name, buf_slice(plain));
}

/* The name under which the client's address is pointed to (§5.5). */
static void add_reverse(buf *to, const struct spf *s)
{
	spf_macro_expand(to, SLICE("%{ir}.%{v}.arpa"), &s->macros, false);
}

static void ask_reverse(struct spf *s)
{
	buf name = { NULL, 0, 0 };

	add_reverse(&name, s);
	spf_ask(&s->answers, name.p, ns_t_ptr, (slice){ NULL, 0 }, 0);
	buf_free(&name);
}

static const ns_type types[] = { [SPF_INCLUDE] = ns_t_txt, [SPF_A] = ns_t_a, [SPF_MX] = ns_t_mx, [SPF_EXISTS] = ns_t_a,
	[SPF_REDIRECT] = ns_t_txt };

static void ask_ahead(struct spf *s, enum spf_kind kind, slice spec, slice domain, size_t terms)
{
	buf plain = { NULL, 0, 0 }, name = { NULL, 0, 0 };

	s->asked_ahead++;
	if (kind == SPF_PTR)
		ask_reverse(s);
	else if (!spf_macro_uses(spec, 'p') && name_of(s, spec, domain, &plain, &name))
		spf_ask(&s->answers, name.p, kind == SPF_A ? s->answers.family : types[kind], buf_slice(&plain), terms);
	buf_free(&plain), buf_free(&name);
}

static bool asks(enum spf_kind kind)
{
	return kind != SPF_ALL && kind != SPF_IP4 && kind != SPF_IP6 && kind < SPF_REDIRECT;
}

static bool is_network_of(const struct spf *s, const struct spf_term *t)
{
	return t->kind == (address_is_v4(&s->macros.ip) ? SPF_IP4 : SPF_IP6) && network_holds(&t->network, &s->macros.ip);
}

/* Asks all that the record in an answer will need, unless another term decides before it. */
static void read_ahead(void *context, struct spf_answer *a)
{
	struct spf *s = context;
	slice text, wrong, domain = buf_slice(&a->domain), rest;
	size_t terms = a->terms;
	struct spf_record r;
	struct spf_term t;

	if (!domain.n || find_record(a, &text) != 1 || !spf_record_read(&r, text, &wrong))
		return;
	for (rest = r.terms; s->asked_ahead < LIMIT_SPF_TERMS && spf_term_next(&rest, &t);) {
		if (t.kind == SPF_ALL || is_network_of(s, &t))
			return;
		if (!asks(t.kind))
			continue;
		if (++terms > LIMIT_SPF_TERMS)
			return;
		ask_ahead(s, t.kind, t.domain, domain, terms);
	}
	if (r.redirect.n && s->asked_ahead < LIMIT_SPF_TERMS && terms < LIMIT_SPF_TERMS)
		ask_ahead(s, SPF_REDIRECT, r.redirect, domain, terms + 1);
}

static enum match problem(struct spf *s, enum match match, const char *what, slice which)
{
	buf_clear(&s->why);
	buf_addtext(&s->why, what);
	buf_addslice(&s->why, slice_upto(which, LIMIT_ADDRESS));
	return match;
}

static enum match unknown(struct spf *s, const struct spf_answer *a)
{
	return problem(s, MATCH_TEMPERROR, "", buf_slice(&a->why));
}

static enum match count_term(struct spf *s)
{
	if (++s->terms > LIMIT_SPF_TERMS)
		return problem(s, MATCH_PERMERROR, "more than 10 terms ask DNS", (slice){ NULL, 0 });
	if (clock_ms() > s->deadline)
		return problem(s, MATCH_TEMPERROR, "DNS takes too long", (slice){ NULL, 0 });
	return MATCH_YES;
}

/* An answer that says nothing (§4.6.4). */
static enum match count_void(struct spf *s, const struct spf_answer *a)
{
	if (a->status != DNS_OK && ++s->voids > LIMIT_SPF_VOID)
		return problem(s, MATCH_PERMERROR, "more than 2 terms find nothing, the last at ", slice_of(a->name));
	return MATCH_NO;
}

static bool holds_client(const struct spf *s, const struct spf_answer *a, const struct spf_term *t)
{
	struct network n = { .bits = a->type == ns_t_a ? 96 + t->bits4 : t->bits6 };

	for (size_t i = 0; i < a->entries; i++) {
		memcpy(&n.address, a->entry[i].p, sizeof n.address);
		if (network_holds(&n, &s->macros.ip))
			return true;
	}
	return false;
}

static enum match match_a(struct spf *s, const struct spf_term *t, const char *name)
{
	struct spf_answer *a = spf_addresses(&s->answers, name);

	if (a->status == DNS_AGAIN)
		return unknown(s, a);
	return holds_client(s, a, t) ? MATCH_YES : count_void(s, a);
}

static enum match match_exists(struct spf *s, const char *name)
{
	struct spf_answer *a = spf_answer(&s->answers, name, ns_t_a, (slice){ NULL, 0 }, 0);

	if (a->status == DNS_AGAIN)
		return unknown(s, a);
	return a->status == DNS_OK ? MATCH_YES : count_void(s, a);
}

static enum match match_mx(struct spf *s, const struct spf_term *t, const char *name)
{
	struct spf_answer *mx = spf_answer(&s->answers, name, ns_t_mx, (slice){ NULL, 0 }, 0);

	if (mx->status == DNS_AGAIN)
		return unknown(s, mx);
	for (size_t i = 0; i < mx->entries; i++) {
		struct spf_answer *a;

		if (i == LIMIT_SPF_NAMES)
			return problem(s, MATCH_PERMERROR, "more than 10 exchanges at ", slice_of(name));
		a = spf_addresses(&s->answers, mx->entry[i].p);
		if (a->status == DNS_AGAIN)
			return unknown(s, a);
		if (holds_client(s, a, t))
			return MATCH_YES;
	}
	return count_void(s, mx);
}

/* The names of the client's address that lead back to it (§5.5); what fails on the way is passed over. */
static struct spf_answer *validate(struct spf *s)
{
	static const struct spf_term exactly = { .bits4 = 32, .bits6 = 128 };
	buf name = { NULL, 0, 0 };
	struct spf_answer *ptr;

	add_reverse(&name, s);
	ptr = spf_answer(&s->answers, name.p, ns_t_ptr, (slice){ NULL, 0 }, 0);
	for (size_t i = 0; !s->validated && i < ptr->entries && i < LIMIT_SPF_NAMES; i++)
		if (holds_client(s, spf_addresses(&s->answers, ptr->entry[i].p), &exactly))
			s->names[s->name_count++] = ptr->entry[i].p;
	s->validated = true;
	buf_free(&name);
	return ptr;
}

static bool is_or_is_in(const char *name, const char *domain)
{
	size_t n = strlen(name), m = strlen(domain);

	return n >= m && strcasecmp(name + n - m, domain) == 0 && (n == m || name[n - m - 1] == '.');
}

/* What the macro p stands for (§7.3): the domain itself, a name in it, or any. */
static const char *validated_name(struct spf *s, slice domain)
{
	buf name = { NULL, 0, 0 };
	const char *best = NULL;
	size_t rank = 0;

	validate(s);
	if (spf_add_name(&name, domain))
		for (size_t i = 0; i < s->name_count; i++) {
			size_t r = strcasecmp(s->names[i], name.p) == 0 ? 3 : is_or_is_in(s->names[i], name.p) ? 2 : 1;

			if (r > rank) {
				rank = r;
				best = s->names[i];
			}
		}
	buf_free(&name);
	return best ? best : "unknown";
}

static enum match match_ptr(struct spf *s, const char *name)
{
	struct spf_answer *ptr = validate(s);

	for (size_t i = 0; i < s->name_count; i++)
		if (is_or_is_in(s->names[i], name))
			return MATCH_YES;
	return ptr->status == DNS_AGAIN ? MATCH_NO : count_void(s, ptr);
}

static enum spf_result check_host(struct spf *, slice domain, bool included);

static enum match match_include(struct spf *s, slice domain)
{
	switch (check_host(s, domain, true)) {
	case SPF_PASS: return MATCH_YES;
	case SPF_TEMPERROR: return MATCH_TEMPERROR;
	case SPF_PERMERROR: return MATCH_PERMERROR;
	case SPF_NONE: return problem(s, MATCH_PERMERROR, "included, but without a record: ", domain);
	default: return MATCH_NO;
	}
}

/* A term that asks DNS, with the name it asks about. */
static enum match match_name(struct spf *s, const struct spf_term *t, slice plain, const char *name)
{
	switch (t->kind) {
	case SPF_INCLUDE: return match_include(s, plain);
	case SPF_A: return match_a(s, t, name);
	case SPF_MX: return match_mx(s, t, name);
	case SPF_PTR: return match_ptr(s, name);
	default: return match_exists(s, name);
	}
}

static enum match match_term(struct spf *s, const struct spf_term *t, slice domain)
{
	buf plain = { NULL, 0, 0 }, name = { NULL, 0, 0 };
	enum match match;

	if (t->kind == SPF_ALL)
		return MATCH_YES;
	if (t->kind >= SPF_REDIRECT)
		return MATCH_NO;
	if (!asks(t->kind))
		return is_network_of(s, t) ? MATCH_YES : MATCH_NO;
	match = count_term(s);
	if (match != MATCH_YES)
		return match;
	if (spf_macro_uses(t->domain, 'p'))
		s->macros.validated = slice_of(validated_name(s, domain));
	if (name_of(s, t->domain, domain, &plain, &name))
		match = match_name(s, t, buf_slice(&plain), name.p);
	else
		match = t->kind == SPF_INCLUDE ? problem(s, MATCH_PERMERROR, "not a domain: ", buf_slice(&plain)) : MATCH_NO;
	buf_free(&plain), buf_free(&name);
	return match;
}

static enum spf_result result_of(char qualifier)
{
	return qualifier == '-' ? SPF_FAIL : qualifier == '~' ? SPF_SOFTFAIL : qualifier == '?' ? SPF_NEUTRAL : SPF_PASS;
}

/* Printable ASCII and nothing else, or there is none (§6.2). */
static void explain(struct spf *s, slice spec, slice domain)
{
	buf plain = { NULL, 0, 0 }, name = { NULL, 0, 0 };
	struct spf_macros *m = &s->macros;
	struct spf_answer *a;

	m->domain = domain;
	if (spf_macro_uses(spec, 'p'))
		m->validated = slice_of(validated_name(s, domain));
	if (spec.n && name_of(s, spec, domain, &plain, &name)) {
		a = spf_answer(&s->answers, name.p, ns_t_txt, (slice){ NULL, 0 }, 0);
		if (a->status == DNS_OK && a->entries == 1 && spf_macro_valid(buf_slice(&a->entry[0]), true)) {
			if (spf_macro_uses(buf_slice(&a->entry[0]), 'p'))
				m->validated = slice_of(validated_name(s, domain));
			spf_macro_expand(&s->explanation, buf_slice(&a->entry[0]), m, true);
		}
	}
	for (size_t i = 0; i < s->explanation.n; i++)
		if (s->explanation.p[i] < ' ' || s->explanation.p[i] > '~')
			buf_clear(&s->explanation);
	buf_free(&plain), buf_free(&name);
}

/* Goes through the terms: true with a result; false where none matches. */
static bool decide(struct spf *s, const struct spf_record *r, slice domain, bool included, enum spf_result *result)
{
	slice rest = r->terms;
	struct spf_term t;

	while (spf_term_next(&rest, &t)) {
		enum match match = match_term(s, &t, domain);

		if (match == MATCH_NO)
			continue;
		*result = match == MATCH_TEMPERROR ? SPF_TEMPERROR : match == MATCH_PERMERROR ? SPF_PERMERROR : result_of(t.qualifier);
		if (match == MATCH_YES && !included) {
			buf_addslice(&s->mechanism, t.text);
			if (*result == SPF_FAIL)
				explain(s, r->exp, domain);
		}
		return true;
	}
	return false;
}

/* The record of a domain: SPF_PASS where it is there and well-formed. */
static enum spf_result record_of(struct spf *s, slice domain, struct spf_record *r)
{
	buf name = { NULL, 0, 0 };
	struct spf_answer *a;
	slice text, wrong;
	size_t count = 0;

	if (slice_find(domain, '.') < domain.n && spf_add_name(&name, domain)) {
		a = spf_answer(&s->answers, name.p, ns_t_txt, domain, s->terms);
		if (a->status == DNS_AGAIN) {
			buf_free(&name);
			unknown(s, a);
			return SPF_TEMPERROR;
		}
		count = find_record(a, &text);
	}
	buf_free(&name);
	if (count > 1)
		problem(s, MATCH_PERMERROR, "more than one record at ", domain);
	else if (count && !spf_record_read(r, text, &wrong))
		problem(s, MATCH_PERMERROR, "malformed: ", wrong);
	else
		return count ? SPF_PASS : SPF_NONE;
	return SPF_PERMERROR;
}

/* Where a redirect leads, plain. False with the result where it cannot be followed. */
static bool redirected(struct spf *s, const struct spf_record *r, slice domain, buf *to, enum spf_result *result)
{
	buf name = { NULL, 0, 0 };
	enum match match = count_term(s);

	if (match == MATCH_YES && spf_macro_uses(r->redirect, 'p'))
		s->macros.validated = slice_of(validated_name(s, domain));
	if (match == MATCH_YES && !name_of(s, r->redirect, domain, to, &name))
		match = problem(s, MATCH_PERMERROR, "not a domain: ", buf_slice(to));
	*result = match == MATCH_TEMPERROR ? SPF_TEMPERROR : SPF_PERMERROR;
	buf_free(&name);
	return match == MATCH_YES;
}

/* §4.4-4.7. The depth is bounded by LIMIT_SPF_TERMS. */
static enum spf_result check_host(struct spf *s, slice asked, bool included)
{
	buf domain = { NULL, 0, 0 }, next = { NULL, 0, 0 };
	enum spf_result result;
	struct spf_record r;
	bool first = true;

	buf_addslice(&domain, asked);
	for (;; first = false) {
		result = record_of(s, buf_slice(&domain), &r);
		if (result == SPF_NONE && !first) {
			problem(s, MATCH_PERMERROR, "redirected to, but without a record: ", buf_slice(&domain));
			result = SPF_PERMERROR;
		}
		if (result != SPF_PASS || decide(s, &r, buf_slice(&domain), included, &result))
			break;
		result = SPF_NEUTRAL;
		if (r.all || r.redirect.n == 0) {
			buf_addtext(&s->mechanism, included ? "" : "default");
			break;
		}
		if (!redirected(s, &r, buf_slice(&domain), &next, &result))
			break;
		buf_clear(&domain);
		buf_addslice(&domain, buf_slice(&next));
	}
	buf_free(&domain), buf_free(&next);
	return result;
}

/* Who is checked: the sender, or postmaster at the name of HELO (§2.4, §4.3). */
static void identify(struct spf *s, const struct spf_question *q)
{
	slice local = addr_local(q->sender), domain = addr_domain(q->sender);
	size_t n;

	s->is_helo = q->sender.n == 0;
	if (s->is_helo) {
		local = (slice){ NULL, 0 };
		domain = q->helo;
	} else if (slice_find(q->sender, '@') == q->sender.n) {
		local = (slice){ NULL, 0 };
		domain = q->sender;
	}
	buf_addslice(&s->sender, local.n ? local : SLICE("postmaster"));
	n = s->sender.n;
	buf_addchar(&s->sender, '@');
	if (domain_ascii(domain, &s->domain) == 0)
		buf_addslice(&s->sender, buf_slice(&s->domain));
	else
		buf_addslice(&s->sender, domain);
	s->macros.sender = buf_slice(&s->sender);
	s->macros.local = slice_upto(s->macros.sender, n);
	s->macros.domain_of_sender = slice_from(s->macros.sender, n + 1);
}

void spf_begin(struct spf *s, struct dns *dns, const struct spf_question *q)
{
	buf name = { NULL, 0, 0 };

	*s = (struct spf){ .macros = { .ip = q->ip, .helo = q->helo, .receiver = q->receiver }, .deadline = clock_ms() + LIMIT_SPF_TIME };
	s->answers = (struct spf_answers){ .dns = dns, .family = address_is_v4(&q->ip) ? ns_t_a : ns_t_aaaa, .text = read_ahead,
		.context = s };
	identify(s, q);
	if (slice_find(buf_slice(&s->domain), '.') == s->domain.n)
		buf_clear(&s->domain);
	else if (spf_add_name(&name, buf_slice(&s->domain)))
		spf_ask(&s->answers, name.p, ns_t_txt, buf_slice(&s->domain), 0);
	buf_free(&name);
}

enum spf_result spf_end(struct spf *s)
{
	enum spf_result result = s->domain.n ? check_host(s, buf_slice(&s->domain), false) : SPF_NONE;

	if (result != SPF_TEMPERROR && result != SPF_PERMERROR)
		buf_clear(&s->why);
	return result;
}

void spf_free(struct spf *s)
{
	spf_answers_free(&s->answers);
	buf_free(&s->sender), buf_free(&s->domain), buf_free(&s->mechanism);
	buf_free(&s->explanation), buf_free(&s->why);
}
