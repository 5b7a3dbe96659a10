/* tap: what the tests of library modules print, for prove(1). */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>

#include "buf.h"

static int tap_count, tap_failures;

static inline void ok(bool good, const char *name)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_count, name);
	tap_failures += !good;
}

/* A test named by its input; where it fails, what came instead. */
static inline void same(slice got, const char *want, const char *name)
{
	buf line = { NULL, 0, 0 };

	buf_addfield(&line, slice_of(name));
	ok(slice_is(got, want), line.p ? line.p : "");
	if (!slice_is(got, want))
		printf("# got  %.*s\n# want %s\n", (int)got.n, got.p, want);
	buf_free(&line);
}

static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures != 0;
}

#endif
