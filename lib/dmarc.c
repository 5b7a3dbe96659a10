#include "dmarc.h"
#include "tag.h"

const char *const dmarc_policies[] = { [DMARC_NONE] = "none", [DMARC_QUARANTINE] = "quarantine", [DMARC_REJECT] = "reject" };

/* Whether the value is a policy, which then counts if it is stricter. */
static bool take_policy(slice value, enum dmarc_policy *policy)
{
	for (enum dmarc_policy i = DMARC_NONE; i <= DMARC_REJECT; i++)
		if (slice_case_is(value, dmarc_policies[i])) {
			if (i > *policy)
				*policy = i;
			return true;
		}
	return false;
}

/* What is no use to anyone is passed over (§6.3), and its default counts. */
static void take_other(struct dmarc *d, slice name, slice value)
{
	long long number = slice_number(value);

	if (slice_case_is(name, "adkim"))
		d->strict_dkim = slice_case_is(value, "s");
	else if (slice_case_is(name, "aspf"))
		d->strict_spf = slice_case_is(value, "s");
	else if (slice_case_is(name, "pct") && number >= 0 && number <= 100)
		d->percent = (unsigned)number;
	else if (slice_case_is(name, "rua"))
		d->reports = value;
}

bool dmarc_read(struct dmarc *d, slice record)
{
	bool subdomains = false, good = true;
	struct tag t;

	*d = (struct dmarc){ .percent = 100 };
	if (!tag_next(&record, &t) || !slice_case_is(t.name, "v") || !slice_is(t.value, "DMARC1"))
		return false;
	while (tag_next(&record, &t))
		if (slice_case_is(t.name, "p")) {
			good &= take_policy(t.value, &d->policy);
		} else if (slice_case_is(t.name, "sp")) {
			good &= take_policy(t.value, &d->subdomains);
			subdomains = true;
		} else {
			take_other(d, t.name, t.value);
		}
	if (!good)
		d->policy = d->subdomains = DMARC_NONE;
	else if (!subdomains)
		d->subdomains = d->policy;
	return true;
}
