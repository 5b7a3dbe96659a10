#include "domain.h"
#include "policy.h"
#include "suffix.h"

static void read_records(void *context, struct dns_answer *answer)
{
	struct published *p = context;
	buf text = { NULL, 0, 0 };
	struct dmarc record;
	ns_rr r;

	p->done = true;
	if (answer->status == DNS_AGAIN)
		buf_addtext(&p->why, answer->why);
	while (answer->status == DNS_OK && !p->why.n && dns_record(answer, &r)) {
		buf_clear(&text);
		if (!dns_text(&r, &text)) {
			buf_addtext(&p->why, DNS_MALFORMED);
		} else if (dmarc_read(&record, buf_slice(&text))) {
			p->records++;
			buf_clear(&p->text);
			buf_addslice(&p->text, buf_slice(&text));
		}
	}
	if (p->records)
		dmarc_read(&p->dmarc, buf_slice(&p->text));
	buf_free(&text);
}

static void ask(struct published *p, struct dns *dns, const char *before, const char *domain)
{
	buf name = { NULL, 0, 0 };

	buf_print(&name, "%s_dmarc.%s", before, domain);
	if (domain_valid(buf_slice(&name)))
		dns_ask(dns, name.p, ns_t_txt, read_records, p);
	else
		p->done = true;
	buf_free(&name);
}

void policy_begin(struct policy *p, struct dns *dns, slice domain)
{
	*p = (struct policy){ .dns = dns, .own = { .done = true }, .parent = { .done = true } };
	if (domain_ascii(domain, &p->domain))
		return;
	p->own.done = false;
	ask(&p->own, dns, "", p->domain.p);
	p->organization = suffix_organization(p->domain.p);
	if (p->organization != p->domain.p) {
		p->parent.done = false;
		ask(&p->parent, dns, "", p->organization);
	}
}

/* Whether that settles the matter: there are records, or nobody knows. */
static bool settles(struct policy *p, const struct published *found, const char *where)
{
	if (found->why.n)
		buf_print(&p->why, "DNS look-up of _dmarc.%s: %s", where, found->why.p);
	if (!found->why.n && found->records == 1) {
		p->where = where;
		p->record = &found->dmarc;
	}
	return found->why.n || found->records;
}

void policy_end(struct policy *p)
{
	dns_wait(p->dns, &p->own.done);
	dns_wait(p->dns, &p->parent.done);
	if (settles(p, &p->own, p->domain.p))
		p->asked = p->own.dmarc.policy;
	else if (settles(p, &p->parent, p->organization))
		p->asked = p->parent.dmarc.subdomains;
	if (!p->record)
		p->asked = DMARC_NONE;
}

void policy_free(struct policy *p)
{
	buf_free(&p->domain), buf_free(&p->why);
	buf_free(&p->own.text), buf_free(&p->own.why);
	buf_free(&p->parent.text), buf_free(&p->parent.why);
}

bool policy_aligned(const struct policy *p, slice domain, bool strict)
{
	buf name = { NULL, 0, 0 };
	bool aligned = false;

	if (p->domain.n && domain_ascii(domain, &name) == 0)
		aligned = slice_same(buf_slice(&name), buf_slice(&p->domain))
		    || (!strict && slice_is(slice_of(suffix_organization(name.p)), p->organization));
	buf_free(&name);
	return aligned;
}

int policy_find(struct dns *dns, slice domain, enum dmarc_policy *asked, buf *why)
{
	struct policy p;
	bool unknown;

	policy_begin(&p, dns, domain);
	policy_end(&p);
	*asked = p.asked;
	unknown = p.why.n;
	buf_addslice(why, buf_slice(&p.why));
	policy_free(&p);
	return unknown ? -1 : 0;
}

bool policy_takes_reports(struct dns *dns, const char *domain, slice destination, buf *why)
{
	struct published p = { .done = false };
	buf name = { NULL, 0, 0 }, before = { NULL, 0, 0 };

	buf_print(&before, "%s._report.", domain);
	if (domain_ascii(destination, &name) == 0) {
		ask(&p, dns, before.p, name.p);
		dns_wait(dns, &p.done);
	}
	if (p.why.n)
		buf_print(why, "DNS look-up of %s_dmarc.%s: %s", before.p, name.p, p.why.p);
	buf_free(&name), buf_free(&before), buf_free(&p.text), buf_free(&p.why);
	return p.records > 0;
}
