/*
 * tlsrpt: how encryption went on the way to a domain, for the reports that it may ask for (TLSRPT, RFC 8460).
 *
 * Each session is a line in the log, `tlsrpt=success domain=… …`, from which tls-report(1) makes the reports of a day.
 */
#ifndef TLSRPT_H
#define TLSRPT_H

#include "network.h"

/* Slices are borrowed, and may be empty but for domain and result: what strangers say is written so that it stays in its place. */
struct tlsrpt_outcome {
	slice domain;           /* of the recipients, in A-labels */
	const char *policy;     /* "tlsa", "sts" or "no-policy-found" (§4.4) */
	slice text;             /* of the policy, a line each: TLSA records as zone files have them, or the text of MTA-STS */
	slice result;           /* "success", or what failed: "starttls-not-supported", "certificate-expired", … (§4.3) */
	slice reason;           /* with a failure, in words */
	slice exchange;         /* the name of the host that was called; empty: none was, for there was no policy to be had */
	const struct address *from, *to;        /* of the connection, or NULL */
};

/* Once for each session over which letters went, or for its encryption did not, and each policy that could not be had. */
void tlsrpt_record(const struct tlsrpt_outcome *);

/*
 * Reads a TXT record of _smtp._tls.DOMAIN: false where it is none of TLSRPT (§3). Where to send reports, a list of URIs
 * separated by commas, is empty where it is malformed; it points into the record.
 */
bool tlsrpt_read(slice record, slice *where);

#endif
