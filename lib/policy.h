/*
 * policy: what the domain of an author asks for letters that others changed or made up: its DMARC record, or that of the
 * organization it belongs to (RFC 7489 §6.6.3).
 */
#ifndef POLICY_H
#define POLICY_H

#include "dmarc.h"
#include "dns.h"

/*
 * Looks it up, in one or two questions: 0, and *asked is DMARC_NONE too where there is no record, more than one, or no domain;
 * -1 where nothing is known for now, and `DNS look-up of NAME: what is wrong` in *why. `pct` says how many letters the domain
 * wants the policy for, which is no help to whom the others come back: it is not looked at.
 */
int policy_find(struct dns *, slice domain, enum dmarc_policy *asked, buf *why);

#endif
