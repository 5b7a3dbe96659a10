/*
 * transfer: the encodings in which a body is sent (RFC 2045 §6), and the way back.
 *
 *	transfer_decoder_begin, transfer_decode (any number, the bytes in any cuts), transfer_decode_rest, transfer_decoder_end
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "base64.h"
#include "buf.h"
#include "qp.h"
#include "uu.h"

enum transfer_encoding {
	TRANSFER_IDENTITY,      /* 7bit, 8bit, binary, or nothing said */
	TRANSFER_BASE64,
	TRANSFER_QP,
	TRANSFER_UU,            /* x-uuencode, of no RFC */
	TRANSFER_UNKNOWN,       /* what nobody can decode, taken as it is */
};

/* What the body of a Content-Transfer-Encoding says. */
enum transfer_encoding transfer_encoding(slice body);

struct transfer_decoder {
	enum transfer_encoding encoding;
	union {
		struct base64_decoder base64;
		struct qp_decoder qp;
		struct uu_decoder uu;
	};
	buf out;
};

void transfer_decoder_begin(struct transfer_decoder *, enum transfer_encoding);

/* What these bytes, or the end, add: valid until the next call, and as long as the bytes given are. */
slice transfer_decode(struct transfer_decoder *, slice bytes);
slice transfer_decode_rest(struct transfer_decoder *);
void transfer_decoder_end(struct transfer_decoder *);   /* frees */

#endif
