/* magic: any file is read without harm. Before the first NUL the bytes to be recognized, behind it the file. */
#include <stdint.h>
#include <stdlib.h>

#include "magic.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice all = { (const char *)p, n }, bytes = slice_upto(all, slice_find(all, '\0'));
	const char *type = magic_type(slice_from(all, bytes.n + 1), bytes, n % 2);

	free((char *)(uintptr_t)type);
	return 0;
}
