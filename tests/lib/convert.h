/* convert: a message through downgrade, in pieces of this many bytes. */
#ifndef CONVERT_H
#define CONVERT_H

#include "downgrade.h"

static int convert(slice in, size_t step, buf *out, const char **why)
{
	struct downgrade d;
	int got;

	downgrade_begin(&d);
	for (; in.n; in = slice_from(in, step))
		if (downgrade_more(&d, slice_upto(in, step), out))
			break;
	got = downgrade_finish(&d, out);
	*why = d.why;
	return got;
}

#endif
