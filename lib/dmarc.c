#include "dmarc.h"

/* `name = value`, up to the next semicolon; the name is empty where nothing is said. */
static bool take_tag(slice *rest, slice *name, slice *value)
{
	slice tag;
	size_t n;

	if (!slice_cut(rest, ';', &tag))
		return false;
	n = slice_find(tag, '=');
	*name = slice_trim(slice_upto(tag, n));
	*value = slice_trim(slice_from(tag, n + 1));
	return true;
}

/* Whether the value is a policy, which then counts if it is stricter. */
static bool take_policy(slice value, enum dmarc_policy *policy)
{
	static const char *const names[] = { "none", "quarantine", "reject" };

	for (enum dmarc_policy i = DMARC_NONE; i <= DMARC_REJECT; i++)
		if (slice_case_is(value, names[i])) {
			if (i > *policy)
				*policy = i;
			return true;
		}
	return false;
}

bool dmarc_read(struct dmarc *d, slice record)
{
	bool subdomains = false, good = true;
	slice name, value;

	*d = (struct dmarc){ .policy = DMARC_NONE };
	if (!take_tag(&record, &name, &value) || !slice_case_is(name, "v") || !slice_is(value, "DMARC1"))
		return false;
	while (take_tag(&record, &name, &value))
		if (slice_case_is(name, "p")) {
			good &= take_policy(value, &d->policy);
		} else if (slice_case_is(name, "sp")) {
			good &= take_policy(value, &d->subdomains);
			subdomains = true;
		}
	if (!good)
		*d = (struct dmarc){ .policy = DMARC_NONE };
	else if (!subdomains)
		d->subdomains = d->policy;
	return true;
}
