/*
 * signers: with which keys letters are signed as they leave: the file `dkim` of a Pennypost, see dkim-sign(1).
 *
 *	# domain      selector   file of the key
 *	example.org   nov26      keys/nov26.pem
 */
#ifndef SIGNERS_H
#define SIGNERS_H

#include "conf.h"
#include "dkim-sign.h"

struct signers {
	struct dkim_signer *list;       /* owned */
	size_t count;
};

/* All of them; where there is no file, none. 0; -1 with `file: line N: what is wrong`, of which those read so far are to be freed. */
int signers_read(struct signers *, const struct conf *, buf *why);
void signers_free(struct signers *);

/* The domain that signs for this one: it, or the nearest above it that has a key; NULL. */
const char *signers_domain(const struct signers *, slice domain);

#endif
