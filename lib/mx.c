#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain.h"
#include "limit.h"
#include "mx.h"

/* An MX record, or what stands for it. */
struct candidate {
	unsigned preference, shuffle;
	char *host;
};

static void finish(struct mx *mx, enum mx_status status, const char *why)
{
	mx->status = status;
	mx->done = true;
	if (status != MX_OK && !mx->why.n)
		buf_addtext(&mx->why, why);
}

static void free_exchange(struct exchange *e)
{
	free(e->host);
	free(e->canonical);
	free(e->address);
}

/* The addresses one of each family in turn, IPv6 first. */
static void interleave(struct exchange *e)
{
	struct address *mixed = mem_grow(NULL, e->addresses, sizeof *mixed);
	size_t from[2] = { 0, 0 }, n = 0;

	while (n < e->addresses)
		for (int v4 = 0; v4 < 2; v4++) {
			size_t *i = &from[v4];

			while (*i < e->addresses && address_is_v4(&e->address[*i]) != v4)
				++*i;
			if (*i < e->addresses)
				mixed[n++] = e->address[(*i)++];
		}
	free(e->address);
	e->address = mixed;
}

/* All questions are answered: what has an address stays. */
static void settle(struct mx *mx)
{
	size_t kept = 0;

	for (size_t i = 0; i < mx->exchanges; i++) {
		struct exchange *e = &mx->exchange[i];

		if (e->addresses) {
			interleave(e);
			mx->exchange[kept++] = *e;
		} else {
			free_exchange(e);
		}
	}
	mx->exchanges = kept;
	if (kept) {
		finish(mx, MX_OK, "");
		buf_clear(&mx->why);
	} else if (mx->why.n) {
		finish(mx, MX_AGAIN, "");
	} else {
		finish(mx, MX_NO_ADDRESS, "no address");
	}
}

/* Not the unspecified ones (0.0.0.0, ::), which mean this host, nor multicast. */
static bool usable(const struct address *a)
{
	static const struct address none;

	if (address_is_v4(a))
		return a->byte[12] != 0 && a->byte[12] < 224;
	return memcmp(a, &none, sizeof none) && a->byte[0] != 0xff;
}

static void add_address(struct exchange *e, const struct address *a)
{
	const struct mx_setup *setup = e->mx->setup;
	size_t same_family = 0;

	for (size_t i = 0; i < e->addresses; i++)
		same_family += address_is_v4(&e->address[i]) == address_is_v4(a);
	if (!usable(a) || (address_is_v4(a) ? setup->only_v6 : setup->only_v4) || same_family == LIMIT_ADDRESSES)
		return;
	e->address = mem_grow(e->address, e->addresses + 1, sizeof *a);
	e->address[e->addresses++] = *a;
}

static void fail_for_now(struct mx *mx, const char *name, const char *why)
{
	if (!mx->why.n)
		buf_print(&mx->why, "DNS look-up of %s: %s", name, why);
}

/* The data of an A or AAAA record: 0, -1. */
static int read_address(ns_rr *r, struct address *a)
{
	static const struct address v4 = { { [10] = 0xff, [11] = 0xff } };
	size_t n = ns_rr_type(*r) == ns_t_a ? 4 : 16;

	*a = v4;
	if (ns_rr_rdlen(*r) != n)
		return -1;
	memcpy(a->byte + sizeof a->byte - n, ns_rr_rdata(*r), n);
	return 0;
}

static char *lower_case(slice name)
{
	char *text = mem_text(name);

	for (char *p = text; *p; p++)
		*p = ascii_lower(*p);
	return text;
}

static void read_addresses(void *context, struct dns_answer *answer)
{
	struct exchange *e = context;
	struct address a;
	ns_rr r;

	if (answer->status == DNS_AGAIN)
		fail_for_now(e->mx, e->host, answer->why);
	if (answer->status == DNS_OK) {
		e->secure = e->secure && answer->secure;
		if (!e->canonical && strcasecmp(answer->name, e->host))
			e->canonical = lower_case(slice_of(answer->name));
		while (dns_record(answer, &r))
			if (read_address(&r, &a))
				fail_for_now(e->mx, e->host, DNS_MALFORMED);
			else
				add_address(e, &a);
	}
	if (--e->mx->pending == 0)
		settle(e->mx);
}

static void ask_addresses(struct mx *mx)
{
	const struct mx_setup *setup = mx->setup;

	for (size_t i = 0; i < mx->exchanges; i++) {
		struct exchange *e = &mx->exchange[i];

		if (!setup->only_v4 && ++mx->pending)
			dns_ask(setup->dns, e->host, ns_t_aaaa, read_addresses, e);
		if (!setup->only_v6 && ++mx->pending)
			dns_ask(setup->dns, e->host, ns_t_a, read_addresses, e);
	}
}

/* The host becomes the exchange's. */
static void add_exchange(struct mx *mx, unsigned preference, char *host, bool secure)
{
	mx->exchange = mem_grow(mx->exchange, mx->exchanges + 1, sizeof *mx->exchange);
	mx->exchange[mx->exchanges++] = (struct exchange){ .preference = preference, .host = host,
		.secure = secure, .mx = mx };
}

/* localhost is always the host that asks (RFC 6761 §6.3). */
static bool is_ourselves(const struct mx *mx, const char *host)
{
	size_t n = strlen(host);

	return strcasecmp(host, mx->setup->ourselves) == 0 || strcasecmp(host, "localhost") == 0
	    || (n > 10 && strcasecmp(host + n - 10, ".localhost") == 0);
}

static int by_preference(const void *p, const void *q)
{
	const struct candidate *a = p, *b = q;

	if (a->preference != b->preference)
		return a->preference < b->preference ? -1 : 1;
	return (a->shuffle > b->shuffle) - (a->shuffle < b->shuffle);
}

static bool known(const struct mx *mx, const char *host)
{
	for (size_t i = 0; i < mx->exchanges; i++)
		if (strcasecmp(mx->exchange[i].host, host) == 0)
			return true;
	return false;
}

/* From the candidates: those better than ourselves, best first, each once. */
static void choose(struct mx *mx, struct candidate *list, size_t count, bool secure)
{
	unsigned ours = UINT_MAX;

	for (size_t i = 0; i < count; i++)
		if (list[i].preference < ours && is_ourselves(mx, list[i].host))
			ours = list[i].preference;
	if (count)
		qsort(list, count, sizeof *list, by_preference);
	for (size_t i = 0; i < count && mx->exchanges < LIMIT_EXCHANGES && list[i].preference < ours; i++)
		if (!known(mx, list[i].host))
			add_exchange(mx, list[i].preference, lower_case(slice_of(list[i].host)), secure);
	if (mx->exchanges)
		ask_addresses(mx);
	else if (mx->why.n)
		finish(mx, MX_AGAIN, "");
	else if (ours != UINT_MAX)
		finish(mx, MX_LOOP, "mail loops back to this host");
	else
		finish(mx, MX_NO_ADDRESS, "no exchange has a valid name");
}

/* Preference and host of an MX record: 0, -1 where it is malformed. */
static int read_record(struct dns_answer *answer, ns_rr *r, unsigned *preference, char host[NS_MAXDNAME])
{
	const u_char *p = ns_rr_rdata(*r);

	if (ns_rr_rdlen(*r) < 3)
		return -1;
	*preference = (unsigned)(p[0] << 8 | p[1]);
	return ns_name_uncompress(ns_msg_base(answer->message), p + ns_rr_rdlen(*r), p + 2, host, NS_MAXDNAME) < 0 ? -1 : 0;
}

/* A `.` is the null MX if it stands alone, else it is no more than a host without address. */
static void read_exchanges(struct mx *mx, struct dns_answer *answer)
{
	struct candidate *list = NULL;
	size_t count = 0, records = 0, nulls = 0;
	char host[NS_MAXDNAME];
	unsigned preference;
	ns_rr r;

	for (; dns_record(answer, &r); records++)
		if (read_record(answer, &r, &preference, host)) {
			fail_for_now(mx, answer->name, DNS_MALFORMED);
		} else if (strcmp(host, ".") == 0) {
			nulls++;
		} else if (domain_valid(slice_of(host))) {
			list = mem_grow(list, count + 1, sizeof *list);
			list[count++] = (struct candidate){ preference, dns_random(mx->setup->dns), mem_text(slice_of(host)) };
		}
	if (nulls == records)
		finish(mx, MX_NULL, "takes no mail (null MX)");
	else
		choose(mx, list, count, answer->secure);
	while (count)
		free(list[--count].host);
	free(list);
}

static void read_mx(void *context, struct dns_answer *answer)
{
	struct candidate itself = { .host = (char *)answer->name };
	struct mx *mx = context;

	switch (answer->status) {
	case DNS_OK: read_exchanges(mx, answer); break;
	case DNS_NO_DATA: choose(mx, &itself, domain_valid(slice_of(answer->name)), answer->secure); break;
	case DNS_NO_DOMAIN: finish(mx, MX_NO_DOMAIN, "no such domain"); break;
	case DNS_AGAIN:
		fail_for_now(mx, answer->name, answer->why);
		finish(mx, MX_AGAIN, "");
	}
}

static slice inside_brackets(slice s)
{
	return s.n > 1 && s.p[0] == '[' && s.p[s.n - 1] == ']' ? (slice){ s.p + 1, s.n - 2 } : (slice){ "", 0 };
}

/* An address instead of a name is its own only exchange. */
static void use_address(struct mx *mx, const struct address *a)
{
	buf literal = { NULL, 0, 0 };

	address_add_literal(&literal, a);
	add_exchange(mx, 0, literal.p, false);
	add_address(&mx->exchange[0], a);
	settle(mx);
}

static void begin(struct mx *mx, const struct mx_setup *setup)
{
	*mx = (struct mx){ .setup = setup };
}

void mx_exchanges(struct mx *mx, const struct mx_setup *setup, slice domain)
{
	struct address a;
	char *name;

	begin(mx, setup);
	if (address_read_literal(domain, &a)) {
		use_address(mx, &a);
	} else if (domain.n > 2 && domain.p[0] == '[') {
		finish(mx, MX_NO_DOMAIN, "not an address literal");
	} else if (domain_valid(domain)) {
		name = mem_text(domain);
		dns_ask(setup->dns, name, ns_t_mx, read_mx, mx);
		free(name);
	} else {
		finish(mx, MX_NO_DOMAIN, "not a domain name");
	}
}

void mx_host(struct mx *mx, const struct mx_setup *setup, slice host)
{
	struct address list[2 * LIMIT_ADDRESSES];
	slice literal = inside_brackets(host);
	size_t count;

	begin(mx, setup);
	if (address_read_literal(host, &list[0]) || address_read(literal.n ? literal : host, &list[0])) {
		use_address(mx, &list[0]);
	} else if (domain_valid(host)) {
		add_exchange(mx, 0, lower_case(host), false);
		count = dns_hosts_file(setup->dns, mx->exchange[0].host, list, 2 * LIMIT_ADDRESSES);
		for (size_t i = 0; i < count; i++)
			add_address(&mx->exchange[0], &list[i]);
		mx->exchange[0].secure = count == 0; /* as far as the answers are */
		if (count)
			settle(mx);
		else
			ask_addresses(mx);
	} else {
		finish(mx, MX_NO_DOMAIN, "not a host name");
	}
}

void mx_wait(struct mx *mx)
{
	dns_wait(mx->setup->dns, &mx->done);
}

void mx_free(struct mx *mx)
{
	for (size_t i = 0; i < mx->exchanges; i++)
		free_exchange(&mx->exchange[i]);
	free(mx->exchange);
	buf_free(&mx->why);
}
