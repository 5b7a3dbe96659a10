/*
 * dkim-verify: what the signatures of a message are worth (RFC 6376 §6).
 *
 *	struct dkim_verify v;
 *
 *	dkim_verify_begin(&v, &keys, fields);   all keys are asked for at once
 *	dkim_verify_body(&v, bytes);            the body, in any cuts
 *	dkim_verify_end(&v);
 *	for (size_t i = 0; i < v.count; i++)
 *		… v.check[i].result …
 *	dkim_verify_free(&v);
 *
 * The first LIMIT_SIGNATURES are looked at. Memory does not grow with the body, and with the header no more than it.
 */
#ifndef DKIM_VERIFY_H
#define DKIM_VERIFY_H

#include "authres.h"
#include "dkim-canon.h"
#include "dkim-keys.h"
#include "dkim-signature.h"
#include "limit.h"

struct dkim_check {
	struct dkim_signature signature;
	struct dkim_key *key;           /* of the keys; NULL: it was not asked for */
	enum dkim_result result;
	const char *why;                /* in words; NULL with DKIM_PASS */

	bool body_differs, header_differs;      /* with DKIM_FAIL: what does not match */
};

/* Must stay where it is from begin to free. */
struct dkim_verify {
	struct dkim_keys *keys;
	struct dkim_fields fields;      /* of the header, which has to stay */
	bool too_many;                  /* not all of them: nothing is good */
	size_t count;
	struct dkim_check *check;       /* owned, count of them, at most LIMIT_SIGNATURES */
	bool more;                      /* there are signatures that are not looked at */
	bool hashing[2];                /* the body, simple and relaxed */
	struct dkim_body body[2];
	unsigned char hash[2][SHA256_BYTES];    /* of it, after dkim_verify_end */
};

void dkim_verify_begin(struct dkim_verify *, struct dkim_keys *, slice fields);
void dkim_verify_body(struct dkim_verify *, slice bytes);
void dkim_verify_end(struct dkim_verify *);
void dkim_verify_free(struct dkim_verify *);

/* Whether the body matters: some signature may be good, or somebody else wants its hash, as told between begin and the body. */
bool dkim_verify_wants_body(const struct dkim_verify *);
void dkim_verify_want_body(struct dkim_verify *, bool relaxed);

/* `rsa-sha256`, as a= has it, where we know it; else empty. */
const char *dkim_check_algorithm(const struct dkim_check *);

/* dkim=… of every signature for Authentication-Results, or dkim=none (RFC 8601 §2.7.1, RFC 6008). */
void dkim_verify_add_results(const struct dkim_verify *, struct authres *);

#endif
