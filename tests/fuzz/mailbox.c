/* mailbox: the pieces are the mailbox, byte for byte, and the same however it is cut; mbox-join adds nothing between them. */
#include <stdint.h>
#include <stdlib.h>

#include "../lib/taken.h"

static void check(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	size_t step = n ? p[0] % 8 + 1 : 1;
	slice in = slice_from((slice){ (const char *)p, n }, 1);
	struct taken whole, cut;
	enum mailbox_format format = mailbox_detect(slice_upto(in, LIMIT_WINDOW), peek_slice, &in);

	if (n && p[0] >= 128)
		format = p[0] / 8 % MAILBOX_UNKNOWN;
	take_apart(&whole, in, format, in.n + 1);
	take_apart(&cut, in, format, step);
	check(!whole.wrong && !cut.wrong);
	check(slice_same(buf_slice(&whole.pieces), in) && slice_same(buf_slice(&cut.pieces), in));
	check(slice_same(buf_slice(&whole.texts), buf_slice(&cut.texts)));
	taken_free(&whole);
	taken_free(&cut);
	return 0;
}
