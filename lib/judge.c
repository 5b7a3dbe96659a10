#include "addr.h"
#include "author.h"
#include "judge.h"

const char *const judge_names[] = { [JUDGE_NONE] = "none", [JUDGE_PASS] = "pass", [JUDGE_FAIL] = "fail",
	[JUDGE_TEMPERROR] = "temperror", [JUDGE_PERMERROR] = "permerror" };

void judge_begin(struct judge *j, struct dns *dns, slice fields)
{
	int found;

	*j = (struct judge){ .result = JUDGE_NONE };
	found = author_of(fields, &j->author);
	policy_begin(&j->policy, dns, addr_domain(buf_slice(&j->author)));
	if (found == 0)
		buf_addtext(&j->why, "no From");
	else if (found < 0)
		buf_addtext(&j->why, "From names not exactly one author");
	else if (!j->policy.domain.n)
		buf_addtext(&j->why, "the author has no domain");
}

void judge_wait(struct judge *j)
{
	policy_end(&j->policy);
}

void judge_spf_passed(struct judge *j, slice domain)
{
	j->spf |= j->policy.record && policy_aligned(&j->policy, domain, j->policy.record->strict_spf);
}

void judge_dkim_passed(struct judge *j, slice domain)
{
	j->dkim |= j->policy.record && policy_aligned(&j->policy, domain, j->policy.record->strict_dkim);
}

void judge_unknown(struct judge *j, slice domain)
{
	j->unknown |= j->policy.record && policy_aligned(&j->policy, domain, false);
}

/* §6.6.4: of those that pct spares quarantine is wanted instead of refusal, and nothing instead of quarantine. */
static enum dmarc_policy sampled(struct dns *dns, enum dmarc_policy asked, unsigned percent)
{
	return asked != DMARC_NONE && dns_random(dns) % 100 >= percent ? asked - 1 : asked;
}

void judge_decide(struct judge *j)
{
	if (j->why.n) {
		j->result = JUDGE_PERMERROR;
	} else if (j->policy.why.n) {
		buf_addslice(&j->why, buf_slice(&j->policy.why));
		j->result = JUDGE_TEMPERROR;
	} else if (j->spf || j->dkim) {
		j->result = JUDGE_PASS;
	} else if (j->unknown) {
		buf_addtext(&j->why, "what may prove it could not be checked");
		j->result = JUDGE_TEMPERROR;
	} else if (j->policy.record) {
		j->result = JUDGE_FAIL;
		j->disposition = sampled(j->policy.dns, j->policy.asked, j->policy.record->percent);
	}
}

void judge_free(struct judge *j)
{
	policy_free(&j->policy);
	buf_free(&j->author), buf_free(&j->why);
}

void judge_add_result(const struct judge *j, struct authres *a)
{
	buf comment = { NULL, 0, 0 };

	if (j->policy.record)
		buf_print(&comment, "p=%s", dmarc_policies[j->policy.asked]);
	authres_result(a, "dmarc", judge_names[j->result], comment.n ? comment.p : "");
	if (j->why.n)
		authres_property(a, "reason", buf_slice(&j->why));
	if (j->policy.domain.n)
		authres_property(a, "header.from", buf_slice(&j->policy.domain));
	buf_free(&comment);
}

void judge_add_log(const struct judge *j, buf *line)
{
	const struct dmarc *d = j->policy.record;

	buf_print(line, "dmarc=%s", judge_names[j->result]);
	if (j->policy.domain.n)
		buf_print(line, " from=%s", j->policy.domain.p);
	if (d)
		buf_print(line, " domain=%s p=%s sp=%s adkim=%c aspf=%c pct=%u disposition=%s aligned=%s", j->policy.where,
		    dmarc_policies[d->policy], dmarc_policies[d->subdomains], d->strict_dkim ? 's' : 'r',
		    d->strict_spf ? 's' : 'r', d->percent, dmarc_policies[j->disposition],
		    j->spf && j->dkim ? "spf,dkim" : j->spf ? "spf" : j->dkim ? "dkim" : "none");
}
