/* senders: as whom a user who logged in may send: `may-send`, pennypost-users(5). */
#ifndef SENDERS_H
#define SENDERS_H

#include "conf.h"

/*
 * Whether the address may be the user's: 1, 0; -1 where it cannot be told, with why: `file: line N: what`. Without a
 * line for him he is himself in each of local-domains, and what his name says, if that is an address.
 */
int senders_allow(const struct conf *, slice user, slice address, buf *why);

/* Whether an address is meant by `address`, `@domain` or `*`, in any case, by A-labels or UTF-8, extensions of its local part included. */
bool senders_match(slice pattern, slice address);

#endif
