#include <string.h>

#include "report.h"
#include "tlsrpt.h"

static bool is_wanted(const struct sts_find *sts)
{
	return sts->domain.n && strcmp(settings.conf.tls_report, "on") == 0;
}

static bool is_dane(const struct security *s)
{
	return strcmp(s->policy, "dane") == 0;
}

/* As a zone file has them. */
static void add_records(buf *to, const struct security *s)
{
	for (size_t i = 0; i < s->tlsa_count; i++) {
		const struct tlsa *t = &s->tlsa[i];

		buf_print(to, "%d %d %d ", t->usage, t->selector, t->matching);
		buf_addhex(to, t->data.p, t->data.n);
		buf_addchar(to, '\n');
	}
}

static void record(const struct security *s, const struct sts_find *sts, bool dane, struct tlsrpt_outcome *o)
{
	buf records = { NULL, 0, 0 };

	o->domain = buf_slice(&sts->domain);
	o->exchange = slice_of(s->host);
	if (dane) {
		o->policy = "tlsa";
		add_records(&records, s);
		o->text = buf_slice(&records);
	} else if (sts->sts.mode != STS_NONE) {
		o->policy = "sts";
		o->text = sts->sts.text;
	} else {
		o->policy = "no-policy-found";
	}
	tlsrpt_record(o);
	buf_free(&records);
}

/* Success, or how it failed the policy, also where that is only tested. */
static const char *judge(const struct session *s, const struct sts_find *sts, slice *reason)
{
	static const char *const flaws[] = { [TLS_SOUND] = "certificate-not-trusted", [TLS_UNTRUSTED] = "certificate-not-trusted",
		[TLS_EXPIRED] = "certificate-expired", [TLS_OTHER_NAME] = "certificate-host-mismatch" };
	const struct security *security = s->security;
	bool dane = is_dane(security), ca = !dane && sts->sts.mode != STS_NONE;

	if (!s->tls) {
		*reason = buf_slice(&s->why_text);
		return s->handshake_failed ? "validation-failure" : "starttls-not-supported";
	}
	if (ca && !sts_allows(&sts->sts, slice_of(security->host))) {
		*reason = SLICE("not named by the policy");
		return "validation-failure";
	}
	if ((ca && tls_proof(s->tls) != TLS_BY_CA) || (dane && security->tlsa_count && tls_proof(s->tls) != TLS_BY_DANE)) {
		*reason = slice_of(tls_flaw_text(s->tls));
		return flaws[tls_flaw(s->tls)];
	}
	return "success";
}

void report_session(const struct session *s, const struct sts_find *sts, const struct net_address *to)
{
	struct net_address self = { .length = sizeof self.to };
	struct address ours, theirs;
	struct tlsrpt_outcome o = { .from = &ours, .to = &theirs };

	if (!is_wanted(sts) || s->security->off || (!s->tls && s->state != SHUT_OUT && !s->finished)
	    || getsockname(s->out.fd, (struct sockaddr *)&self.to, &self.length))
		return;
	ours = net_bytes(&self);
	theirs = net_bytes(to);
	o.result = slice_of(judge(s, sts, &o.reason));
	record(s->security, sts, is_dane(s->security), &o);
}

/* Its trouble is that the policy of the domain does not name it, or else that its TLSA records cannot be known. */
void report_host(const struct security *s, const struct sts_find *sts)
{
	bool unnamed = sts->sts.mode == STS_ENFORCE && !sts_allows(&sts->sts, slice_of(s->host));
	struct tlsrpt_outcome o = { .result = unnamed ? SLICE("validation-failure") : SLICE("dnssec-invalid"),
		.reason = buf_slice(&s->trouble) };

	if (is_wanted(sts))
		record(s, sts, !unnamed, &o);
}

void report_policy(const struct sts_find *sts)
{
	struct tlsrpt_outcome o = { .domain = buf_slice(&sts->domain), .policy = "sts", .result = sts->failure, .reason = sts->why };

	if (is_wanted(sts) && sts->failure.n)
		tlsrpt_record(&o);
}
