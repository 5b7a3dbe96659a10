/* charset: a name, a NUL and bytes: whatever they are, they become valid UTF-8; the same in other cuts, where it is not iconv's doing. */
#include <stdint.h>
#include <stdlib.h>
#include <unistr.h>

#include "charset.h"

/* Whether iconv alone read it. */
static bool to_utf8(slice name, slice in, size_t step, buf *out)
{
	struct charset s;

	if (charset_open(&s, name))
		charset_guess(&s);
	for (; in.n; in = slice_from(in, step))
		charset_more(&s, slice_upto(in, step), out);
	charset_finish(&s, out);
	return s.kind == CHARSET_ICONV;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice input = { (const char *)p, n };
	slice name = slice_upto(input, slice_find(input, '\0')), bytes = slice_from(input, name.n + 1);
	buf whole = { NULL, 0, 0 }, cut = { NULL, 0, 0 };
	bool foreign = to_utf8(name, bytes, SIZE_MAX, &whole);

	to_utf8(name, bytes, name.n % 3 + 1, &cut);
	if (!foreign && !slice_same(buf_slice(&whole), buf_slice(&cut)))
		abort();
	if (whole.n && u8_check((const uint8_t *)whole.p, whole.n))
		abort();
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
