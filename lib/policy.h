/*
 * policy: what the domain of an author asks for letters that are not its own, or that others changed: its DMARC record, or that of
 * the organization it belongs to (RFC 7489 §6.6.3).
 *
 *	struct policy p;
 *
 *	policy_begin(&p, dns, domain);          both are asked for at once
 *	…                                       other questions of the same dns are answered meanwhile
 *	policy_end(&p);
 *	policy_free(&p);
 */
#ifndef POLICY_H
#define POLICY_H

#include "dmarc.h"
#include "dns.h"

/* What is published at one name. */
struct published {
	bool done;
	size_t records;
	struct dmarc dmarc;     /* the last of them, */
	buf text;               /* and its text */
	buf why;                /* it is not known, if it is not */
};

/* Must stay where it is from policy_begin to policy_free. */
struct policy {
	struct dns *dns;
	buf domain;             /* of the author, in A-labels; empty: it is none */
	const char *organization;       /* the end of it */
	struct published own, parent;

	const char *where;      /* the domain whose record counts; NULL: there is none, or more than one */
	const struct dmarc *record;     /* it, where there is one */
	enum dmarc_policy asked;        /* for letters of this author; DMARC_NONE where there is none */
	buf why;                /* nothing is known for now: `DNS look-up of NAME: what is wrong`; else empty */
};

void policy_begin(struct policy *, struct dns *, slice domain);
void policy_end(struct policy *);
void policy_free(struct policy *);      /* after policy_end */

/*
 * Whether a domain that SPF or DKIM found to be true is the author's, or, unless strict, one of the same organization
 * (RFC 7489 §3.1).
 */
bool policy_aligned(const struct policy *, slice domain, bool strict);

/* Whether a foreign domain wants the reports about this one (§7.1); where nobody knows, false with why. */
bool policy_takes_reports(struct dns *, const char *domain, slice destination, buf *why);

/*
 * All of that in one call: 0, or -1 with why. `pct` says how many letters the domain wants the policy for, which is no help to
 * whom the others come back: it is not looked at.
 */
int policy_find(struct dns *, slice domain, enum dmarc_policy *asked, buf *why);

#endif
