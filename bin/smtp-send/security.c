#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fail.h"
#include "limit.h"
#include "mx.h"
#include "security.h"

/* A literal in brackets as its address is written. */
static char *name_of(const struct exchange *e)
{
	char text[NETWORK_TEXT];

	if (e->host[0] != '[')
		return mem_text(slice_of(e->host));
	address_text(&e->address[0], text);
	return mem_text(slice_of(text));
}

bool security_heeds(struct place place)
{
	return place.tls != ROUTE_TLS_OFF && place.tls != ROUTE_TLS_MAY;
}

void security_decide(struct security *s, struct place place, const char *domain, const struct exchange *e)
{
	*s = (struct security){ .policy = "opportunistic", .host = name_of(e), .domain = domain };
	if (e->canonical)
		s->canonical = mem_text(slice_of(e->canonical));
	s->named = e->secure || place.server.n;
	s->implicit = slice_starts(place.server, ROUTE_IMPLICIT_TLS);
	s->off = place.tls == ROUTE_TLS_OFF && !s->implicit;
	s->must = place.tls == ROUTE_TLS_REQUIRE || place.tls == ROUTE_TLS_VERIFY || s->implicit;
	s->proof = place.tls == ROUTE_TLS_VERIFY ? TLS_BY_CA : TLS_NO_PROOF;
	if (route_tls_name(place.tls))
		s->policy = route_tls_name(place.tls);
}

/* The certificate has to have the exchange's name, and the domain's will not do (RFC 8461 §4.2). */
static void use_own_name(struct security *s)
{
	s->named = true;
	s->domain = NULL;
}

/* What is only tested is looked at as if it counted, for reports. */
void security_apply(struct security *s, const struct sts *sts)
{
	if (sts->mode == STS_NONE)
		return;
	if (sts->mode == STS_TESTING) {
		if (s->proof == TLS_NO_PROOF && sts_allows(sts, slice_of(s->host)))
			use_own_name(s);
		return;
	}
	s->policy = "mta-sts";
	s->must = true;
	s->proof = TLS_BY_CA;
	use_own_name(s);
	if (!sts_allows(sts, slice_of(s->host))) {
		buf_print(&s->trouble, "the MTA-STS policy of the domain does not name %s", s->host);
		s->trouble_enhanced = "4.7.5";
	}
}

/* Usages 0 and 1 are not for mail (RFC 7672 §3.1.3); what is unknown or malformed cannot be used either. */
static bool is_usable(const unsigned char *p, size_t n)
{
	static const size_t digest[] = { [1] = 32, [2] = 64 };

	if (n < 4 || (p[0] != 2 && p[0] != 3) || p[1] > 1 || p[2] > 2)
		return false;
	return p[2] == 0 || n - 3 == digest[p[2]];
}

static void add_tlsa(struct security *s, const unsigned char *p, size_t n)
{
	slice data = { (const char *)p + 3, n - 3 };

	s->tlsa = mem_grow(s->tlsa, s->tlsa_count + 1, sizeof *s->tlsa);
	s->tlsa[s->tlsa_count++] = (struct tlsa){ p[0], p[1], p[2], { mem_text(data), data.n } };
}

static void ask(struct security *, const char *base);

/*
 * Records that DNSSEC vouches for demand TLS, those that can be used a proof (RFC 7672 §2.2); what cannot be known is no
 * reason to do without (§2.1.1): somebody may have kept the answer back. An alias has its own where its target has none (§2.2.2).
 */
static void read_tlsa(void *context, struct dns_answer *answer)
{
	struct security *s = context;
	bool found = answer->status == DNS_OK && answer->secure;
	ns_rr r;

	if (answer->status == DNS_AGAIN && !s->trouble.n) {
		buf_print(&s->trouble, "DNS look-up of TLSA records of %s: %s", s->base, answer->why);
		s->trouble_enhanced = "4.4.3";
	} else if (!found && s->base == s->canonical) {
		ask(s, s->host);
	}
	while (found && dns_record(answer, &r)) {
		s->must = true;
		s->policy = "dane";
		if (is_usable(ns_rr_rdata(r), ns_rr_rdlen(r)) && s->tlsa_count < LIMIT_TLSA)
			add_tlsa(s, ns_rr_rdata(r), ns_rr_rdlen(r));
	}
	if (s->tlsa_count)
		s->proof = TLS_BY_DANE;
}

static void ask(struct security *s, const char *base)
{
	buf name = { NULL, 0, 0 };

	s->base = base;
	buf_print(&name, "_%d._tcp.%s", s->port, base);
	dns_ask(s->dns, name.p, ns_t_tlsa, read_tlsa, s);
	buf_free(&name);
}

void security_ask(struct security *s, struct dns *dns, unsigned short port)
{
	s->dns = dns;
	s->port = port;
	ask(s, s->canonical ? s->canonical : s->host);
}

void security_free(struct security *s)
{
	for (size_t i = 0; i < s->tlsa_count; i++)
		free((char *)s->tlsa[i].data.p);
	free(s->tlsa);
	free(s->host);
	free(s->canonical);
	buf_free(&s->trouble);
	tls_session_free(s->session);
}

/* Made once it is needed: it costs as much as all of a letter without TLS. */
static struct tls_context *context(void)
{
	static struct tls_context *made;
	const char *certificate = settings.conf.tls_client_certificate, *key = settings.conf.tls_client_key;
	buf why = { NULL, 0, 0 };

	if (!made)
		made = tls_for_clients(settings.conf.tls_ca, certificate[0] ? certificate : NULL, key[0] ? key : certificate, &why);
	if (!made)
		fail(EX_CONFIG, "%s", why.p);
	return made;
}

/* Which names do: the host's where we know that it is the right one, and the domain's, which the letter names (RFC 7672 §3.2.2). */
static struct tls_wish wish(const struct security *s)
{
	struct tls_wish w = { .host = s->tlsa_count ? s->base : s->host, .proof = s->proof != TLS_NO_PROOF,
		.tlsa = s->tlsa, .tlsa_count = s->tlsa_count };
	size_t n = 0;

	if (s->named)
		w.name[n++] = w.host;
	if (s->domain)
		w.name[n++] = s->domain;
	return w;
}

struct tls *security_begin(struct security *s, int fd, buf *why)
{
	struct tls_wish wanted = wish(s);
	struct tls *t = tls_client(context(), fd, &wanted, &s->session);

	if (tls_handshake(t, clock_ms() + settings.wait[WAIT_TLS], why) == 0)
		return t;
	tls_close(t);
	return NULL;
}

bool security_satisfied(const struct security *s, const struct tls *t, buf *why)
{
	enum tls_proof proof = t ? tls_proof(t) : TLS_NO_PROOF;

	if (!t && s->must)
		buf_print(why, "no TLS, and %s asks for it", s->policy);
	else if (s->proof != TLS_NO_PROOF && proof != s->proof && proof != TLS_BY_DANE)
		buf_print(why, "certificate not trusted: %s (%s)", tls_flaw_text(t), s->policy);
	else
		return true;
	return false;
}

void security_describe(const struct security *s, const struct tls *t, buf *text)
{
	static const char *const proofs[] = { "none", "ca", "dane" };

	if (!t && (!s->policy || (!s->must && !s->off)))
		return;
	if (t)
		buf_print(text, "%s,%s,proof=%s", tls_version(t), tls_cipher(t), proofs[tls_proof(t)]);
	else
		buf_addtext(text, "none");
	buf_print(text, ",policy=%s", s->policy);
}
