/* crlf: cut anywhere, the same comes out; and never a CR that was not alone in its text. */
#include <stdint.h>
#include <stdlib.h>

#include "crlf.h"

static enum crlf_status decode(slice in, bool dotted, size_t piece, buf *out, size_t *used)
{
	struct crlf c = { .dotted = dotted };
	enum crlf_status status = CRLF_MORE;
	size_t whole = in.n;

	while (in.n && status == CRLF_MORE) {
		slice some = slice_upto(in, piece);
		size_t given = some.n;

		status = crlf_decode(&c, &some, out);
		in = slice_from(in, given - some.n);
	}
	*used = whole - in.n;
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	size_t piece = n ? p[0] % 8 + 1 : 1, used, used_whole;
	slice in = slice_from((slice){ (const char *)p, n }, 1);
	buf whole = { NULL, 0, 0 }, cut = { NULL, 0, 0 };
	enum crlf_status status = decode(in, n & 1, n + 1, &whole, &used_whole);

	if (decode(in, n & 1, piece, &cut, &used) != status)
		abort();
	if (status <= CRLF_END && (used != used_whole || !slice_same(buf_slice(&whole), buf_slice(&cut))))
		abort();
	if (slice_find(buf_slice(&whole), '\r') < whole.n)
		abort();
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
