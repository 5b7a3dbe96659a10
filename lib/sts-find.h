/*
 * sts-find: the MTA-STS policy (sts.h) that holds for letters to a domain now (RFC 8461 §3, §5.1).
 *
 *	sts_prepare();                          before the sandbox
 *
 *	struct sts_find f;
 *
 *	sts_begin(&f, dns, conf, domain);
 *	…                                       other questions of the same dns are answered meanwhile
 *	sts_end(&f);
 *	sts_free(&f);
 *
 * Its TXT record says whether the policy in the cache is the newest; if not, sts-fetch(1) is run, at most for some
 * LIMIT_STS_TIME seconds. Neither a TXT record that is missing or cannot be had nor a policy that cannot be fetched is a
 * reason to forget one that has not expired, and a cache that cannot be written none to do without.
 */
#ifndef STS_FIND_H
#define STS_FIND_H

#include "dns.h"
#include "sts-cache.h"

/* Must stay where it is from sts_begin to sts_free. */
struct sts_find {
	struct sts sts;         /* with STS_NONE there is no policy, or one that asks for nothing */
	slice failure;          /* the newest policy could not be had, for a reason of RFC 8460 §4.3.2.2: sts-policy-fetch-error, … */
	slice why;              /* in words; else both are empty */

	const struct conf *conf;        /* from here on its own */
	struct dns *dns;
	buf domain;
	bool done;              /* the TXT record was asked for: until then dns_wait */
	buf id;                 /* of it, if there is exactly one */
	buf unknown;            /* why that is not known, in words; else empty */
	struct sts_cached cached;
	buf printed;            /* the policy as sts-fetch prints it */
};

/*
 * Forks a process that runs sts-fetch for us when we can no more: until we end. Without it, sts_end runs it itself.
 * Call it at most once. 0, -1.
 */
int sts_prepare(void);

/* The domain of the recipients, in UTF-8 or A-labels; for what is no name, such as an address literal, there is no policy. */
void sts_begin(struct sts_find *, struct dns *, const struct conf *, slice domain);
void sts_end(struct sts_find *);
void sts_free(struct sts_find *);       /* after sts_end */

#endif
