/* received: whatever a field says, what is read of it lies within it. */
#include <stdint.h>
#include <stdlib.h>

#include "received.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice body = { (const char *)p, n };
	struct received r;

	received_read(&r, body);

	const slice parts[] = { r.helo, r.name, r.by, r.with, r.id, r.recipient };

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].n && (parts[i].p < body.p || parts[i].p + parts[i].n > body.p + body.n))
			abort();
	return 0;
}
