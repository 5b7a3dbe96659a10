/* smtp: a reply is the same however its lines are cut, its code and text stay within bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "smtp.h"

static void check(const struct reply *r)
{
	if (r->code < 200 || r->code > 599 || r->text.n > LIMIT_REPLY + 1 || strlen(r->enhanced) < 5)
		abort();
	for (size_t i = 0; i < r->text.n; i++)
		if (ascii_control(r->text.p[i]))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct smtp_features features = { .size = 0 };
	struct reply r = { .code = 0 };
	slice in = { (const char *)p, n };

	while (in.n) {
		/* Pieces of at most 40, as of lines that are longer than a buffer. */
		slice line = slice_upto(slice_upto(in, slice_find(in, '\n') + 1), 40);

		if (reply_line(&r, line) < 0)
			break;
		check(&r);
		smtp_feature(&features, r.line);
		in = slice_from(in, line.n);
	}
	if (features.size < 0)
		abort();
	reply_free(&r);
	return 0;
}
