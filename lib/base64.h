/*
 * base64: the encoding of RFC 2045 §6.8 and RFC 4648 §4, and B of RFC 2047.
 *
 * Encoder and decoder are streams: zeroed to begin, then the bytes in any cuts, then
 * `finish`, once. They append to *out, and give the same however the bytes are cut.
 */
#ifndef BASE64_H
#define BASE64_H

#include "buf.h"

/*
 * Lines of 76 characters, each with its LF; nothing at all for no bytes. *out grows by
 * at most 1.36 times the bytes given and a line.
 */
struct base64 {
	unsigned char held[3];  /* bytes that do not make a group yet */
	unsigned count;         /* of them, 0-2 */
	unsigned column;
};

void base64_more(struct base64 *, slice bytes, buf *out);
void base64_finish(struct base64 *, buf *out);

/*
 * Whatever comes is decoded: what is no digit is passed over, padding may lack, and what
 * follows it is the next block. A strict reader takes lines of any length that end in LF or CRLF,
 * and nothing else besides digits and the padding at the very end, with no bit set that nobody reads (RFC 4648 §3.5).
 * *out grows by at most the bytes given and 64.
 */
struct base64_decoder {
	long long at;           /* bytes taken so far */
	long long wrong;        /* offset of the first one that a strict reader refuses (`at` where more should follow), or -1 */

	bool begun;
	bool padded;            /* nothing but line ends may follow */
	bool cr;                /* the byte before */
	unsigned bits;          /* of the digits of the group that is not full yet */
	unsigned count;         /* of these digits, 0-3 */
	unsigned owed;          /* `=` that must follow */
};

void base64_decode(struct base64_decoder *, slice bytes, buf *out);
void base64_decode_finish(struct base64_decoder *, buf *out);

/* All of it in one line, padded: the B of an encoded word; and back, leniently. */
void base64_add(buf *out, slice bytes);
void base64_decode_add(buf *out, slice text);

#endif
