/*
 * dkim-signature: the field DKIM-Signature (RFC 6376 §3.5, RFC 8301, RFC 8463), and those of ARC, which are like it (RFC 8617
 * §4.1.2-4.1.3).
 */
#ifndef DKIM_SIGNATURE_H
#define DKIM_SIGNATURE_H

#include "dkim-fields.h"
#include "key.h"
#include "tag.h"

/* Slices point into the field. */
struct dkim_signature {
	slice whole;            /* the field */
	struct tags tags;
	enum key_kind kind;     /* a= */
	bool sha1;
	bool relaxed_header, relaxed_body;      /* c= */
	slice domain, selector; /* d=, s= */
	slice names;            /* h= */
	long long expires;      /* x=, in seconds since 1970; -1: never */
	buf value;              /* b=, decoded */
	unsigned char body_hash[SHA256_BYTES];  /* bh= */
};

/* Of a message (ARC's has no v=, and i= is no identity); or of ARC fields alone, which says no fields and no hash of the body. */
enum dkim_form { DKIM_MESSAGE, ARC_MESSAGE, ARC_SEAL };

/* Reads one: NULL, or what is wrong with it. The tags d= and s= are known even then, if they could be found. Free it in any case. */
const char *dkim_signature_read(struct dkim_signature *, const struct field *, enum dkim_form);
void dkim_signature_free(struct dkim_signature *);

/* The domain of i=, which is that of d= where it does not say one. */
slice dkim_signature_identity(const struct dkim_signature *);

/* Appends the field itself as it is signed: canonical, without the value of b= and its line end. */
void dkim_signature_add_unsigned(const struct dkim_signature *, buf *to);

/* What is signed (§3.7): the fields that h= chooses, then the signature without the value of b=. */
void dkim_signature_hash(const struct dkim_signature *, const struct dkim_fields *, unsigned char hash[SHA256_BYTES]);

/* Whether it is a name that keys can be published under: labels, which may be numbers. */
bool dkim_is_selector(slice);

#endif
