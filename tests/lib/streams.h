/* streams: codecs under test, fed in pieces. */
#ifndef STREAMS_H
#define STREAMS_H

#include <stdint.h>
#include <stdlib.h>

#include "base64.h"
#include "qp.h"
#include "uu.h"

/* What a decoder gives, and the offset that a strict reader complains of. */
struct decoded {
	buf out;
	long long wrong;
};

/* The size of the next piece: `step` bytes, or with 0 up to 150 at random. */
static inline size_t piece(size_t step)
{
	return step ? step : (size_t)rand() % 150;
}

#define FEED(call, state, in, step, out) \
	for (slice rest = (in); rest.n;) { \
		size_t n_ = piece(step); \
		call(state, slice_upto(rest, n_), out); \
		rest = slice_from(rest, n_); \
	}

static inline void to_base64(slice in, size_t step, buf *out)
{
	struct base64 s = { .count = 0 };

	FEED(base64_more, &s, in, step, out)
	base64_finish(&s, out);
}

/* What line ends are to the encoder. */
enum lines { TEXT, EXACT, BINARY };

static inline void to_qp(slice in, size_t step, enum lines lines, buf *out)
{
	struct qp s = { .binary = lines == BINARY, .exact = lines == EXACT };

	FEED(qp_more, &s, in, step, out)
	qp_finish(&s, out);
}

static inline void to_uu(slice in, size_t step, buf *out)
{
	struct uu s = { .count = 0 };

	FEED(uu_more, &s, in, step, out)
	uu_finish(&s, out);
}

static inline struct decoded from_base64(slice in, size_t step)
{
	struct base64_decoder d = { .begun = false };
	buf out = { NULL, 0, 0 };

	FEED(base64_decode, &d, in, step, &out)
	base64_decode_finish(&d, &out);
	return (struct decoded){ out, d.wrong };
}

static inline struct decoded from_qp(slice in, size_t step)
{
	struct qp_decoder d = { .begun = false };
	buf out = { NULL, 0, 0 };

	FEED(qp_decode, &d, in, step, &out)
	qp_decode_finish(&d, &out);
	return (struct decoded){ out, d.wrong };
}

static inline struct decoded from_uu(slice in, size_t step)
{
	struct uu_decoder d = { .begun = false };
	buf out = { NULL, 0, 0 };

	FEED(uu_decode, &d, in, step, &out)
	uu_decode_finish(&d, &out);
	return (struct decoded){ out, d.wrong };
}

static inline bool same_decoded(struct decoded a, struct decoded b)
{
	bool good = slice_same(buf_slice(&a.out), buf_slice(&b.out)) && a.wrong == b.wrong;

	buf_free(&b.out);
	return good;
}

#endif
