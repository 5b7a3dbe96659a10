/* dmarc: the record by which a domain asks what becomes of letters that are not its own (RFC 7489 §6.3-6.4). */
#ifndef DMARC_H
#define DMARC_H

#include "buf.h"

/* The stricter the greater. */
enum dmarc_policy { DMARC_NONE, DMARC_QUARANTINE, DMARC_REJECT };

extern const char *const dmarc_policies[];      /* "none", "quarantine", "reject" */

struct dmarc {
	enum dmarc_policy policy;       /* p= */
	enum dmarc_policy subdomains;   /* sp=, else the same */
	bool strict_dkim, strict_spf;   /* adkim=s, aspf=s: of the very domain, not of its organization */
	unsigned percent;               /* pct=: how many letters the policy is asked for, else 100 */
	slice reports;                  /* rua=: a list of URIs, of the record; or empty */
};

/*
 * Reads the text of a TXT record: false where it is none of DMARC. A record that says no policy, or one that nobody knows, asks
 * for nothing (§6.6.3 (6)). A policy that is said twice is not for readers to choose from: the stricter counts.
 */
bool dmarc_read(struct dmarc *, slice record);

#endif
