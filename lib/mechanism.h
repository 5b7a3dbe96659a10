/* mechanism: the names of SASL mechanisms, and which of them is to be preferred (RFC 4422 §3.1). */
#ifndef MECHANISM_H
#define MECHANISM_H

#include "buf.h"

/* In the order of their strength. */
enum sasl_mechanism {
	SASL_LOGIN = 1,
	SASL_PLAIN = 2,
	SASL_XOAUTH2 = 4,
	SASL_OAUTHBEARER = 8,
	SASL_CRAM_MD5 = 16,
	SASL_SCRAM_SHA_1 = 32,
	SASL_SCRAM_SHA_256 = 64,
	SASL_SCRAM_SHA_1_PLUS = 128,
	SASL_SCRAM_SHA_256_PLUS = 256,
};

/* The mechanism of this name, without regard to case, or 0; of a list of words, all of them that we know. */
unsigned sasl_mechanism(slice name);
unsigned sasl_mechanisms(slice names);
const char *sasl_name(unsigned mechanism);

/* The names of all of them, strongest first, separated by blanks. */
void sasl_add_names(buf *to, unsigned mechanisms);

/* The strongest of those offered that such credentials allow, or 0. */
unsigned sasl_choose(unsigned offered, bool oauth, bool bound);

/* Whether the client speaks first, so that its words fit into the command that begins the exchange. */
bool sasl_client_first(unsigned mechanism);

#endif
