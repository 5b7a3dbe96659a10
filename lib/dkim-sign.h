/*
 * dkim-sign: signatures for our messages (RFC 6376 §5, RFC 8301, RFC 8463): relaxed/relaxed, of the whole body.
 *
 *	dkim_body_begin(&body, true);           once for all signatures of a message
 *	…
 *	dkim_sign(&header, &signer, &fields, hash, &how);
 */
#ifndef DKIM_SIGN_H
#define DKIM_SIGN_H

#include "dkim-fields.h"
#include "key.h"

struct dkim_signer {
	char *domain, *selector;        /* in A-labels; owned */
	struct key key;
};

/* Whose it is: NULL, or what is wrong with the names. Free it in any case. */
const char *dkim_signer_names(struct dkim_signer *, slice domain, slice selector);

/* Then its key, which nobody but its owner and group may read (private_read): false with why. */
bool dkim_signer_key(struct dkim_signer *, const char *file, buf *why);
void dkim_signer_free(struct dkim_signer *);

struct dkim_how {
	slice names;            /* h=, between colons, with From in it; empty: what is usual (dkim_sign_usual) */
	long long now;          /* t=, in seconds since 1970 */
	long long lifetime;     /* x= is so many seconds later; 0: there is none */
	const char *line_end;   /* "\n" or "\r\n", as the header has it */
	const char *begin;      /* of the field, its name and first tags; NULL: that of DKIM-Signature */
};

/* Appends a field DKIM-Signature, to be put in front of the message: 0; -1 where the key is no good. */
int dkim_sign(buf *to, struct dkim_signer *, const struct dkim_fields *, const unsigned char body_hash[], const struct dkim_how *);

/*
 * Ends a field of *to, from `start` to its `b=`, with its value and line end: the signature of *text, to which the field itself is
 * added. 0, -1.
 */
int dkim_sign_field(buf *to, size_t start, struct dkim_signer *, buf *text, const struct dkim_how *);

/*
 * Appends the names of fields that are usually signed: those that say who writes to whom about what, and how a reader has to show it,
 * each once more than it is there, so that none can be added (RFC 6376 §8.15).
 */
void dkim_sign_usual(buf *to, const struct dkim_fields *);

#endif
