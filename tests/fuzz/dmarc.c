/* dmarc: whatever a record says, a policy comes out, as strict as the strictest word in it and no stricter. */
#include <stdint.h>
#include <stdlib.h>

#include "dmarc.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static bool says(slice record, const char *word)
{
	for (; record.n; record = slice_from(record, 1))
		if (slice_case_starts(record, word))
			return true;
	return false;
}

static void check_policy(enum dmarc_policy policy, slice record)
{
	check(policy <= DMARC_REJECT);
	check(policy != DMARC_REJECT || says(record, "reject"));
	check(policy != DMARC_QUARANTINE || says(record, "quarantine"));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice record = { (const char *)p, n };
	struct dmarc d;

	check(!dmarc_read(&d, record) || says(record, "DMARC1"));
	check(d.percent <= 100);
	check_policy(d.policy, record);
	check_policy(d.subdomains, record);
	return 0;
}
