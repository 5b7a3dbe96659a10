/* downgrade: what comes out has no byte above 127, no NUL, no CR and no long line, and is the same however the input is cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/convert.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_lines(slice text)
{
	slice line;

	check(seven_bit(text));
	while (slice_cut(&text, '\n', &line))
		check(line.n <= LIMIT_TEXT_LINE);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice in = { (const char *)p, n };
	buf whole = { NULL, 0, 0 }, cut = { NULL, 0, 0 };
	const char *why, *why_cut;
	int got = convert(in, SIZE_MAX, &whole, &why);

	check(got == convert(in, 1 + n % 7, &cut, &why_cut));
	check(got == 0 || why == why_cut);
	if (got == 0) {
		check_lines(buf_slice(&whole));
		check(slice_same(buf_slice(&whole), buf_slice(&cut)));
	}
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
