/*
 * users: who may log in, and what proves it: lines `user:secret`, pennypost-users(5).
 *
 * A secret is a hash of crypt(5), or `{SCRAM-SHA-256}` and a verifier. Of somebody who has no line nothing can be told
 * by the time it takes or by what is answered: the secret of the first line stands in for his.
 */
#ifndef USERS_H
#define USERS_H

#include "sasl.h"

struct users {
	buf text;               /* the file; wiped */
	bool verifiers;         /* all of them are SCRAM's, and there are some */
};

/* 0; -1 with `file: line N: what` in *why. Wipe it whatever the status. */
int users_read(struct users *, const char *path, buf *why);
void users_wipe(struct users *);

/* 1 it is the user's password, 0. */
int users_password(const struct users *, slice user, slice password);

/* The user's verifier; of others, one that nothing fits, always the same for a name: 0; -1 where there are no verifiers. */
int users_verifier(const struct users *, slice user, struct sasl_verifier *);

/* Appends a secret for a password: the verifier, or the hash of crypt(3) with its strongest method: 0; -1 it cannot be one. */
int users_add_verifier(buf *to, slice password);
int users_add_hash(buf *to, slice password);

/* What may be the name of a user, so that it can stand in files and logs: printable, without blanks and colons. */
bool users_takes(slice name);

#endif
