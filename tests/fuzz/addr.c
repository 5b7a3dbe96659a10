/* addr: what is found lies within what was given, and a found address is found again as itself. */
#include <stdint.h>
#include <stdlib.h>

#include "addr.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static bool within(slice part, slice whole)
{
	return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void read_again(const struct addr *a)
{
	struct addr_list list = addr_list(buf_slice(&a->address));
	struct addr b = { 0 };

	check(addr_next(&list, &b) == 1 && slice_same(buf_slice(&a->address), buf_slice(&b.address)));
	check(addr_next(&list, &b) == 0);
	addr_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice text = { (const char *)p, n };
	struct addr_list list = addr_list(text);
	struct addr a = { 0 };
	int got;

	while ((got = addr_next(&list, &a)) != 0) {
		check(within(a.whole, text) && within(a.name, text) && within(a.spec, text) && within(a.comment, text));
		if (got > 0 && a.spec.n)
			read_again(&a);
	}
	addr_free(&a);
	return 0;
}
