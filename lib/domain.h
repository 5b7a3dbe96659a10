/*
 * domain: the names of domains and hosts, as DNS and SMTP have them.
 *
 * A-labels are the ASCII form of an internationalized name (RFC 5890 §2.3.2.1).
 */
#ifndef DOMAIN_H
#define DOMAIN_H

#include "buf.h"

/*
 * Whether it is a name that a host can have (RFC 5321 §4.1.2, RFC 1123 §2.1): labels of 1 to 63
 * letters, digits, hyphens inside and, as found in the wild, underscores; at most 253 in all; no final
 * dot; the last label not a number, so that an address is no name.
 */
bool domain_valid(slice name);

/*
 * Appends the A-labels, in lower case and without a final dot, of a name in ASCII or UTF-8 (UTS #46,
 * non-transitional): 0; -1 where it is no valid name, with *to unchanged.
 */
int domain_ascii(slice name, buf *to);

/*
 * The name as it is compared without regard to case: in A-labels, which *labels then holds, where it is not ASCII, and
 * without a final dot. A leading dot, of a suffix, stays. What is no name is itself.
 */
slice domain_plain(slice name, buf *labels);

/* Whether two names mean one domain: the same as domain_plain has them. */
bool domain_same(slice, slice);

#endif
