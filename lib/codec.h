/*
 * codec: base64 and quoted-printable (RFC 2045 §6.7-6.8), B and Q of RFC 2047.
 *
 * Encoders are streams: zeroed to begin, `more` with the bytes in any cuts, `finish`
 * once. They append to *out, which never grows by more than 3.1 times the bytes
 * given plus a line. Line ends of the output are LF.
 */
#ifndef CODEC_H
#define CODEC_H

#include "buf.h"

/* No byte above 127, no NUL and no CR. */
bool seven_bit(slice);

/* Lines of 76 characters, each with its LF; nothing at all for no bytes. */
struct base64 {
	unsigned char held[3];  /* bytes that do not make a group yet */
	unsigned count;         /* of them, 0-2 */
	unsigned column;
};

void base64_more(struct base64 *, slice bytes, buf *out);
void base64_finish(struct base64 *, buf *out);

/* Lines of at most 76 characters. The output ends in LF only where the input does. */
struct qp {
	bool binary;            /* set to begin: LF is data, as anything else, and not the end of a line */
	char held;              /* a blank or CR whose successor decides what becomes of it */
	unsigned column;
};

/* LF and CRLF end a line, unless binary; any other CR is data. No line begins with `--` that did not in the input. */
void qp_more(struct qp *, slice bytes, buf *out);
void qp_finish(struct qp *, buf *out);

/* All of it in one line, padded: the B of an encoded word. */
void base64_add(buf *out, slice bytes);

/* The Q of an encoded word, safe in a phrase too (RFC 2047 §5 (3)), and what it would take. */
void q_add(buf *out, slice bytes);
size_t q_length(slice bytes);

#endif
