#include <string.h>

#include "domain.h"
#include "policy.h"
#include "suffix.h"

/* What is published at one name. */
struct published {
	bool done;
	size_t records;
	struct dmarc last;
	buf why;                /* it is not known, if it is not */
};

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
			p->last = record;
		}
	}
	buf_free(&text);
}

/* How many records a domain has, and the last of them; -1 with why. */
static int look_up(struct dns *dns, const char *domain, struct dmarc *record, buf *why)
{
	struct published p = { .done = false };
	buf name = { NULL, 0, 0 };
	int count = 0;

	buf_print(&name, "_dmarc.%s", domain);
	if (domain_valid(buf_slice(&name))) {
		dns_ask(dns, name.p, ns_t_txt, read_records, &p);
		dns_wait(dns, &p.done);
		count = p.records > 1 ? 2 : (int)p.records;
	}
	if (p.why.n) {
		buf_print(why, "DNS look-up of %s: %s", name.p, p.why.p);
		count = -1;
	}
	*record = p.last;
	buf_free(&name), buf_free(&p.why);
	return count;
}

int policy_find(struct dns *dns, slice domain, enum dmarc_policy *asked, buf *why)
{
	buf name = { NULL, 0, 0 };
	const char *organization;
	struct dmarc record;
	int count = 0;

	*asked = DMARC_NONE;
	if (domain_ascii(domain, &name) == 0) {
		count = look_up(dns, name.p, &record, why);
		if (count == 1)
			*asked = record.policy;
		organization = suffix_organization(name.p);
		if (count == 0 && organization != name.p && (count = look_up(dns, organization, &record, why)) == 1)
			*asked = record.subdomains;
	}
	buf_free(&name);
	return count < 0 ? -1 : 0;
}
