/*
 * dkim-keys: the public keys that domains publish for their signatures (RFC 6376 §3.6, RFC 8463, RFC 8301).
 *
 *	key = dkim_keys_ask(&keys, selector, domain);   any number of these: all are asked for at once
 *	dkim_keys_wait(&keys, key);
 *
 * Those that were asked for are kept, for message after message.
 */
#ifndef DKIM_KEYS_H
#define DKIM_KEYS_H

#include "dns.h"
#include "key.h"

/* What came of a signature (RFC 8601 §2.7.1). */
enum dkim_result { DKIM_NONE, DKIM_PASS, DKIM_FAIL, DKIM_POLICY, DKIM_NEUTRAL, DKIM_TEMPERROR, DKIM_PERMERROR };

extern const char *const dkim_names[];          /* "none", "pass", … */

/* Valid until dkim_keys_free, or the next dkim_keys_trim. */
struct dkim_key {
	bool done;
	enum dkim_result result;        /* DKIM_PASS: there is a key; else that is what signatures of it are worth, */
	buf why;                        /* and why */
	struct key key;
	bool testing;                   /* t=y */
	bool exact;                     /* t=s: i= names the very domain of d= */

	char *name;                     /* owned */
	int64_t asked;                  /* clock_ms() */
	struct dkim_key *next;
};

struct dkim_keys {
	struct dns *dns;
	struct dkim_key *first;
	size_t count;
};

/* Zeroed but for dns to begin. */
struct dkim_key *dkim_keys_ask(struct dkim_keys *, slice selector, slice domain);
void dkim_keys_wait(struct dkim_keys *, const struct dkim_key *);

/* Between messages: forgets what DNS did not say, what is older than LIMIT_KEY_TIME, and all where they are more than LIMIT_KEYS. */
void dkim_keys_trim(struct dkim_keys *);
void dkim_keys_free(struct dkim_keys *);

/* Reads the text of a record into a key: whether it is one, also if it is worth nothing. */
bool dkim_key_read(struct dkim_key *, slice record);

#endif
