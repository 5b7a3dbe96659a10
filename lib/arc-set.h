/* arc-set: the set of ARC fields that says how a message was when we passed it on (RFC 8617 §5.1). */
#ifndef ARC_SET_H
#define ARC_SET_H

#include "arc.h"
#include "dkim-sign.h"

/*
 * SEAL_NONE: the message is not sealed, for a seal says that the chain is broken already, or it has LIMIT_ARC_SETS. SEAL_AGAIN: what
 * the chain is worth is not known for now. SEAL_BAD_KEY: as dkim_sign has it.
 */
enum seal_status { SEAL_DONE, SEAL_NONE, SEAL_AGAIN, SEAL_BAD_KEY };

/*
 * Appends a set, its seal first, to be put in front of a message that was verified (its body relaxed too). It holds the results that
 * the host `id` put into Authentication-Results when the message came; arc= among them says what the chain was worth then, else
 * what it is worth now counts.
 */
enum seal_status arc_seal(buf *to, const struct arc *, const char *id, struct dkim_signer *, const struct dkim_how *);

#endif
