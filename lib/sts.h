/*
 * sts: what a domain says of the encryption on the way to its exchanges, and of their names (MTA-STS, RFC 8461 §3-4).
 *
 * Its TXT record says that there is a policy, and which; the policy itself is a text that is had by HTTPS.
 */
#ifndef STS_H
#define STS_H

#include "buf.h"

enum sts_mode { STS_NONE, STS_TESTING, STS_ENFORCE };

extern const char *const sts_modes[];           /* "none", "testing", "enforce" */

/*
 * Reads a TXT record of _mta-sts.DOMAIN: false where it is none of MTA-STS (§3.1). The id, 1 to 32 letters and digits,
 * is empty where the record is malformed, and then worth nothing. It points into the record.
 */
bool sts_record(slice record, slice *id);

struct sts {
	enum sts_mode mode;
	long long max_age;      /* seconds that it holds, at most LIMIT_STS_AGE */
	slice text;             /* all of it, borrowed */
};

/*
 * Reads a policy of at most LIMIT_STS_POLICY bytes, its lines ended by LF or CRLF: NULL, or what is wrong with it (§3.2).
 * Keys that nobody knows are passed over, and all but `mx` count where they stand first.
 */
const char *sts_read(struct sts *, slice text);

/*
 * Whether the policy names this exchange, a host in A-labels without a final dot (§4.1); `*.` stands for exactly one label.
 * Ask only if the mode is not STS_NONE.
 */
bool sts_allows(const struct sts *, slice exchange);

/* Takes the next exchange, or pattern of exchanges, that a policy names from *rest, at first its text. */
bool sts_next_exchange(slice *rest, slice *pattern);

#endif
