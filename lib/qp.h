/*
 * qp: quoted-printable (RFC 2045 §6.7), and Q of RFC 2047.
 *
 * Encoder and decoder are streams: zeroed to begin, then the bytes in any cuts, then
 * `finish`, once. They append to *out, and give the same however the bytes are cut.
 */
#ifndef QP_H
#define QP_H

#include "buf.h"
#include "limit.h"

/*
 * Lines of at most 76 characters. The output ends in LF only where the input does, or `exact` does it. *out grows
 * by at most 3.2 times the bytes given and a line.
 */
struct qp {
	bool binary;            /* set to begin: LF is data, as anything else, and not the end of a line */
	bool exact;             /* set to begin: CRLF is data, written as `=0D=0A=` at the end of a line */
	char held;              /* a blank, CR or F whose successor decides what becomes of it */
	unsigned column;
};

/*
 * LF and CRLF end a line, but see above; any other CR is data. No line is a lone dot or begins with `From `, and none
 * begins with `--` that did not in the input.
 */
void qp_more(struct qp *, slice bytes, buf *out);
void qp_finish(struct qp *, buf *out);

/*
 * Whatever comes is decoded: line ends stay as they are; a `=` that is no escape, and every other byte that
 * should have been one, stays too; `=abc` of lower case is an escape; blanks before a line end were
 * added on the way and go (the last LIMIT_BLANKS of them), also behind the `=` of a soft line break and at the end of all.
 * A strict reader refuses such a `=`, lower case, a CR alone and other controls and bytes above 126; lines may have any length.
 * *out grows by at most the bytes given and 1100.
 */
struct qp_decoder {
	long long at;           /* bytes taken so far */
	long long wrong;        /* offset of the first one that a strict reader refuses, or -1 */

	bool begun;
	size_t held;            /* bytes whose successor decides what becomes of them */
	char tail[LIMIT_BLANKS + 2];
};

void qp_decode(struct qp_decoder *, slice bytes, buf *out);
void qp_decode_finish(struct qp_decoder *, buf *out);

/* The Q of an encoded word, safe in a phrase too (RFC 2047 §5 (3)), and what it would take; and back, leniently. */
void q_add(buf *out, slice bytes);
size_t q_length(slice bytes);
void q_decode_add(buf *out, slice text);

#endif
