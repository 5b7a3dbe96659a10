/*
 * security: how the connection to a host has to be protected, who says so, and what came of it.
 *
 * A route may ask for TLS or for a proof of who the server is; the policy of the domain does that it publishes by HTTPS
 * (MTA-STS, RFC 8461), and TLSA records of the host for which DNSSEC vouches do (DANE, RFC 7672), which come first. No one
 * can talk us out of what was asked for: then the host does not get the letter.
 */
#ifndef SECURITY_H
#define SECURITY_H

#include "mx.h"
#include "send.h"
#include "sts.h"
#include "tls.h"

struct security {
	const char *policy;             /* who decides: "opportunistic", "off", "require", "verify", "mta-sts", "dane"; NULL: a Unix socket */
	bool off;                       /* no TLS */
	bool implicit;                  /* TLS from the first byte (RFC 8314 §3) */
	bool must;                      /* no letter without TLS */
	enum tls_proof proof;           /* what the server has to have */
	bool named;                     /* its name is the one that we were told, or vouched for by DNSSEC */
	buf trouble;                    /* why it must not be talked to now; empty: it may */
	const char *trouble_enhanced;
	struct tls_session *session;

	char *host;                     /* a name in A-labels, or an address */
	char *canonical;                /* what that name is an alias of, or NULL */
	struct dns *dns;                /* whom to ask, borrowed, and for which port */
	unsigned short port;
	const char *base;               /* host or canonical: whose TLSA records were asked for last, and are these */
	const char *domain;             /* in A-labels, borrowed; NULL where the server was given */
	struct tlsa *tlsa;
	size_t tlsa_count;
};

/* Whether what the domain and its hosts ask for counts. */
bool security_heeds(struct place);

/* For one exchange of the place, before it is called. */
void security_decide(struct security *, struct place, const char *domain, const struct exchange *);

/* What the policy of the domain asks for. */
void security_apply(struct security *, const struct sts *);

/* Asks for the TLSA records of the host, where they count: known after dns_wait. */
void security_ask(struct security *, struct dns *, unsigned short port);
void security_free(struct security *);

/* TLS on a connection: NULL, and why. */
struct tls *security_begin(struct security *, int fd, buf *why);

/* Whether it has the proof that it needs. */
bool security_satisfied(const struct security *, const struct tls *, buf *why);

/*
 * One word for results and logs: `TLSv1.3,TLS_AES_256_GCM_SHA384,proof=dane,policy=dane`; without TLS `none,policy=…`, and
 * nothing where it was not asked for, nor tried in vain.
 */
void security_describe(const struct security *, const struct tls *, buf *);

#endif
