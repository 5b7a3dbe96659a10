/*
 * sts-cache: the policies of other domains (sts.h) that were had, and how it went: queue/sts/DOMAIN, pennypost-queue(5).
 *
 *	pennypost-sts 1
 *	id 20160831085700Z
 *	fetched 2026-11-27T20:00:00Z
 *	expires 2026-12-04T20:00:00Z
 *	failed 2026-11-28T20:00:00Z 20160901000000Z sts-webpki-invalid certificate has expired
 *
 *	version: STSv1
 *	(the policy as it came, to the end of the file)
 *
 * Without a policy there is only `failed`, without a failure since it was fetched there is none.
 */
#ifndef STS_CACHE_H
#define STS_CACHE_H

#include <time.h>

#include "conf.h"
#include "sts.h"

/* Slices are of `file` where the cache was read, and borrowed where it is written. */
struct sts_cached {
	slice id;               /* of the TXT record for which the policy was fetched; empty: there is none */
	time_t fetched, expires;
	struct sts sts;         /* STS_NONE where there is none */
	slice failed_id;        /* of the TXT record for which no policy could be had; empty: that has not happened since */
	time_t failed;
	slice failure;          /* as RFC 8460 §4.3.2.2 calls it: sts-policy-fetch-error, … */
	slice why;              /* in words, one line */
	buf file;               /* owned */
};

/*
 * What is known of a domain, whether or not its policy has expired: a name in A-labels and lower case (domain_ascii). Nothing
 * where there is no such file, or a damaged one.
 */
void sts_cache_read(struct sts_cached *, const struct conf *, slice domain);
void sts_cache_free(struct sts_cached *);

bool sts_cache_holds(const struct sts_cached *, time_t now);                    /* there is a policy that has not expired */
bool sts_cache_failed(const struct sts_cached *, slice id, time_t now);         /* it was asked for in vain a moment ago */

/* Writes it in place of what is there, on the disk before it is seen: 0, -1. EINVAL: not a domain name. */
int sts_cache_write(const struct sts_cached *, const struct conf *, slice domain);

#endif
