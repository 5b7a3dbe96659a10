/* sha256: the hash of signatures (FIPS 180-4), as a stream. OpenSSL computes it. */
#ifndef SHA256_H
#define SHA256_H

#include "buf.h"

enum { SHA256_BYTES = 32 };

/* The same to OpenSSL, which is then begun. */
const struct evp_md_st *sha256_algorithm(void);

struct sha256 {
	void *state;            /* owned */
};

void sha256_begin(struct sha256 *);
void sha256_more(struct sha256 *, slice bytes);

/* The hash of what was given; the stream is freed. */
void sha256_end(struct sha256 *, unsigned char hash[SHA256_BYTES]);

/* A second stream that has been given the same. */
void sha256_fork(struct sha256 *, const struct sha256 *from);

/* All in one call. */
void sha256_of(slice bytes, unsigned char hash[SHA256_BYTES]);

#endif
