#include <arpa/nameser.h>
#include <stdlib.h>
#include <strings.h>

#include "limit.h"
#include "spf-answer.h"

enum { NAME = 253, LABEL = 63 };

static void add_entry(struct spf_answer *a, const void *p, size_t n)
{
	if ((a->entries & (a->entries - 1)) == 0)
		a->entry = mem_grow(a->entry, a->entries ? 2 * a->entries : 1, sizeof *a->entry);
	a->entry[a->entries] = (buf){ NULL, 0, 0 };
	buf_add(&a->entry[a->entries++], p, n);
}

static void add_address(struct spf_answer *a, const ns_rr *r)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned char byte[16];
	size_t n = a->type == ns_t_a ? 4 : 16;

	if (ns_rr_rdlen(*r) != n)
		return;
	memcpy(byte, mapped, sizeof mapped);
	memcpy(byte + 16 - n, ns_rr_rdata(*r), n);
	add_entry(a, byte, sizeof byte);
}

/* The name in a record, behind a preference of two bytes in MX, by which it is sorted in. */
static void add_name(struct spf_answer *a, const struct dns_answer *answer, const ns_rr *r, unsigned *preferences)
{
	size_t skip = a->type == ns_t_mx ? 2 : 0, at = a->entries;
	unsigned preference = skip && ns_rr_rdlen(*r) > 2 ? ns_get16(ns_rr_rdata(*r)) : 0;
	char name[NS_MAXDNAME];
	buf entry;

	if (ns_rr_rdlen(*r) <= skip || ns_name_uncompress(ns_msg_base(answer->message), ns_msg_end(answer->message),
	    ns_rr_rdata(*r) + skip, name, sizeof name) < 0)
		return;
	add_entry(a, name, strlen(name));
	entry = a->entry[at];
	for (; at > 0 && at <= LIMIT_SPF_NAMES && preferences[at - 1] > preference; at--) {
		a->entry[at] = a->entry[at - 1];
		preferences[at] = preferences[at - 1];
	}
	if (at <= LIMIT_SPF_NAMES) {
		a->entry[at] = entry;
		preferences[at] = preference;
	}
}

static void keep(struct spf_answer *a, struct dns_answer *answer)
{
	unsigned preferences[LIMIT_SPF_NAMES + 1];
	buf text = { NULL, 0, 0 };
	ns_rr r;

	while (dns_record(answer, &r)) {
		if (a->type == ns_t_a || a->type == ns_t_aaaa) {
			add_address(a, &r);
		} else if (a->type != ns_t_txt) {
			add_name(a, answer, &r, preferences);
		} else {
			buf_clear(&text);
			if (dns_text(&r, &text))
				add_entry(a, text.p, text.n);
		}
	}
	buf_free(&text);
}

static void free_answer(struct spf_answer *a)
{
	for (size_t i = 0; i < a->entries; i++)
		buf_free(&a->entry[i]);
	free(a->entry);
	free(a->name);
	buf_free(&a->domain), buf_free(&a->why);
	free(a);
}

static void arrive(void *context, struct dns_answer *answer)
{
	struct spf_answer *a = context;

	if (!a->all) {
		free_answer(a);
		return;
	}
	a->status = answer->status;
	if (a->status == DNS_AGAIN)
		buf_print(&a->why, "DNS look-up of %s: %s", a->name, answer->why);
	if (a->status == DNS_OK)
		keep(a, answer);
	a->done = true;
	if (a->type == ns_t_txt)
		a->all->text(a->all->context, a);
	if (a->type == ns_t_mx || a->type == ns_t_ptr)
		for (size_t i = 0; i < a->entries && i < LIMIT_SPF_NAMES; i++)
			spf_ask(a->all, a->entry[i].p, a->all->family, (slice){ NULL, 0 }, 0);
}

struct spf_answer *spf_ask(struct spf_answers *all, const char *name, ns_type type, slice domain, size_t terms)
{
	struct spf_answer *a;

	for (a = all->first; a; a = a->next)
		if (a->type == type && strcasecmp(a->name, name) == 0)
			return a;
	a = mem_alloc(sizeof *a);
	*a = (struct spf_answer){ .all = all, .next = all->first, .name = mem_text(slice_of(name)), .type = type, .terms = terms };
	buf_addslice(&a->domain, domain);
	all->first = a;
	dns_ask(all->dns, name, type, arrive, a);
	return a;
}

struct spf_answer *spf_answer(struct spf_answers *all, const char *name, ns_type type, slice domain, size_t terms)
{
	struct spf_answer *a = spf_ask(all, name, type, domain, terms);

	dns_wait(all->dns, &a->done);
	return a;
}

struct spf_answer *spf_addresses(struct spf_answers *all, const char *name)
{
	return spf_answer(all, name, all->family, (slice){ NULL, 0 }, 0);
}

void spf_answers_free(struct spf_answers *all)
{
	struct spf_answer *a;

	while ((a = all->first)) {
		all->first = a->next;
		a->all = NULL;
		if (a->done)
			free_answer(a);
	}
}

bool spf_add_name(buf *name, slice domain)
{
	unsigned char wire[NS_MAXCDNAME];
	char text[NS_MAXDNAME];
	size_t n = 0;
	slice label;

	if (domain.n && domain.p[domain.n - 1] == '.')
		domain.n--;
	while (domain.n > NAME)
		domain = slice_from(domain, slice_find(domain, '.') + 1);
	while (slice_cut(&domain, '.', &label)) {
		if (label.n == 0 || label.n > LABEL)
			return false;
		wire[n++] = (unsigned char)label.n;
		memcpy(wire + n, label.p, label.n);
		n += label.n;
	}
	wire[n] = 0;
	if (n == 0 || ns_name_ntop(wire, text, sizeof text) < 0)
		return false;
	buf_addtext(name, text);
	return true;
}
