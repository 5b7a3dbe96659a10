/* sts: records and a policy from strangers: what is read of them is in bounds, and no exchange is allowed that no line names. */
#include <stdint.h>
#include <stdlib.h>

#include "limit.h"
#include "sts.h"
#include "tlsrpt.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static bool holds(slice text, const char *word)
{
	for (; text.n; text = slice_from(text, 1))
		if (slice_starts(text, word))
			return true;
	return false;
}

static bool within(slice part, slice text)
{
	return !part.n || (part.p >= text.p && part.p + part.n <= text.p + text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice text = { (const char *)p, n }, id, where, rest = text, pattern;
	struct sts s;

	check(tlsrpt_read(text, &where) || !where.n);
	check(within(where, text));
	check(sts_record(text, &id) || !id.n);
	check(id.n <= 32 && within(id, text));
	if (!sts_read(&s, text)) {
		check(s.mode <= STS_ENFORCE && holds(text, sts_modes[s.mode]) && holds(text, "STSv1"));
		check(s.max_age >= 0 && s.max_age <= LIMIT_STS_AGE);
		check(s.mode == STS_NONE || sts_next_exchange(&rest, &pattern));
	}
	check(!sts_allows(&s, SLICE("mx.example.com")) || holds(text, "mx"));
	check(!sts_allows(&s, SLICE("")));
	return 0;
}
