/* qp: any bytes decode, the same however they are cut; what is encoded comes back, as text and as bytes. */
#include "../lib/streams.h"

static void check(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice in = { (const char *)p, n };
	buf out = { NULL, 0, 0 };
	struct decoded whole = from_qp(in, SIZE_MAX), back;

	check(whole.wrong >= -1 && whole.wrong <= (long long)n);
	check(same_decoded(whole, from_qp(in, 1 + n % 7)));
	buf_free(&whole.out);
	for (enum lines lines = TEXT; lines <= BINARY; lines++) {
		buf_clear(&out);
		to_qp(in, SIZE_MAX, lines, &out);
		back = from_qp(buf_slice(&out), 1 + n % 100);
		check(back.wrong == -1 && (lines == TEXT || slice_same(buf_slice(&back.out), in)));
		buf_free(&back.out);
	}
	buf_free(&out);
	return 0;
}
