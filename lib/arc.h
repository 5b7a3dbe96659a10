/*
 * arc: whether those who passed a message on, and sealed it as they got it, can be believed (RFC 8617 §5.2).
 *
 *	dkim_verify_begin(&v, &keys, fields);
 *	arc_begin(&a, &v);                      all keys are asked for at once
 *	dkim_verify_body(&v, bytes);            …
 *	dkim_verify_end(&v);
 *	arc_end(&a);
 *	… a.result …
 *	arc_free(&a);                           before dkim_verify_free
 */
#ifndef ARC_H
#define ARC_H

#include "dkim-verify.h"

/* ARC_AGAIN: DNS fails, and a retry may help; as a result it is a failure. */
enum arc_result { ARC_NONE, ARC_PASS, ARC_FAIL, ARC_AGAIN };

extern const char *const arc_names[];           /* "none", "pass", "fail", "fail", as cv= and arc= have them */

/* What one who passed the message on put in front of it. */
struct arc_set {
	struct field field[3];                  /* results, message, seal */
	size_t seen[3];                         /* so many of each */
	struct dkim_signature signature;        /* the seal */
	struct dkim_key *key;
};

/* Must stay where it is from begin to free. */
struct arc {
	struct dkim_verify *verify;
	size_t count;                           /* of sets, at most LIMIT_ARC_SETS; the first is i=1 */
	struct arc_set *set;                    /* owned */
	struct dkim_signature message;          /* of the last */
	struct dkim_key *key;
	enum arc_result result;
	const char *why;                        /* in words; NULL where it passes, and where there is none */
	bool ended;                             /* the last set says itself that the chain is broken: nobody adds to it (§5.1.2) */
};

void arc_begin(struct arc *, struct dkim_verify *);
void arc_end(struct arc *);
void arc_free(struct arc *);

/* arc=… for Authentication-Results. */
void arc_add_result(const struct arc *, struct authres *);

/* Appends the fields of the first sets in their order, relaxed, as a seal is over them. */
void arc_add_sets(const struct arc *, size_t count, buf *to);

#endif
