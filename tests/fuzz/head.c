/* head: fields follow each other without a gap, and refolding loses nothing but adds line ends and blanks. */
#include <stdint.h>
#include <stdlib.h>

#include "head.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static size_t solid(slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] != '\n' && s.p[i] != ' ';
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice rest = { (const char *)p, n };
	const char *at = rest.p;
	struct field f;
	buf b = { NULL, 0, 0 };

	while (head_next(&rest, &f)) {
		check(f.whole.p == at && f.name.n && f.body.p + f.body.n <= at + f.whole.n);
		at += f.whole.n;
		check(at == rest.p);
		buf_clear(&b);
		head_refold(&b, &f, n & 1);
		check(solid(buf_slice(&b)) == solid(f.whole));
		buf_clear(&b);
		head_unfold(&b, f.body);
		buf_clear(&b);
		head_add_phrase(&b, f.body);
		check(slice_find(buf_slice(&b), '\r') == b.n);
	}
	buf_free(&b);
	return 0;
}
