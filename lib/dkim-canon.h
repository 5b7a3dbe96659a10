/*
 * dkim-canon: a message as signatures see it, so that what mail servers may do to it breaks none (RFC 6376 §3.4).
 *
 * Lines may end in LF or CRLF, and are taken to end in CRLF, which they do on the wire; a CR elsewhere is a byte like others.
 */
#ifndef DKIM_CANON_H
#define DKIM_CANON_H

#include <stdint.h>

#include "buf.h"
#include "sha256.h"

/* Appends a field, from its name to its line end, with CRLF behind it. */
void dkim_canon_field(buf *to, slice field, bool relaxed);

/* The body as a stream, in any cuts, into a hash; memory does not grow with it. */
struct dkim_body {
	bool relaxed;
	struct sha256 hash;
	buf block;              /* not hashed yet */
	uint64_t lines;         /* line ends that count if anything but such follows */
	bool blank, cr;         /* a run of blanks (relaxed), then a CR, which count if no line end follows */
	bool begun;             /* there was a line that is not empty */
};

void dkim_body_begin(struct dkim_body *, bool relaxed);
void dkim_body_more(struct dkim_body *, slice bytes);

/* The hash of all that was given; it is freed. */
void dkim_body_end(struct dkim_body *, unsigned char hash[SHA256_BYTES]);

/* The hash as if the body ended with these bytes, which may be none; the stream goes on without them. */
void dkim_body_so_far(struct dkim_body *, slice last, unsigned char hash[SHA256_BYTES]);

#endif
