/*
 * routes: which way a domain's mail goes, pennypost-routes(5).
 *
 * `routes` in the Pennypost folder has `domain transport` lines. A domain is
 * looked for as itself, then as each `.suffix` from the longest; then it is local
 * if local-domains lists it; then `*` is looked for. What is left goes to the
 * smarthost if there is one, else to the domain's mail exchanges.
 */
#ifndef ROUTES_H
#define ROUTES_H

#include "buf.h"
#include "conf.h"

enum route_kind {
	ROUTE_LOCAL,            /* mail-deliver */
	ROUTE_EXCHANGES,        /* smtp-send by MX of the recipient's domain */
	ROUTE_SMTP,             /* target: `[host]:port`, `host:port`, `host`; behind `smtps:` for implicit TLS (RFC 8314 §3) */
	ROUTE_LMTP,             /* target: a path, or as for SMTP */
	ROUTE_PIPE,             /* target: a command that speaks pennypost-transport(5), split at blanks */
	ROUTE_ERROR,            /* target: `5.1.2 text` */
};

/* Before a server that is to be talked to by TLS from the first byte (RFC 8314 §3). */
#define ROUTE_IMPLICIT_TLS "smtps:"

/* The protection that a route by SMTP or LMTP asks for, beside what DANE and MTA-STS do. */
enum route_tls {
	ROUTE_TLS_OFFERED,      /* TLS where it is offered and succeeds, and any certificate (RFC 7435) */
	ROUTE_TLS_OFF,
	ROUTE_TLS_MAY,          /* as offered, whatever DANE and MTA-STS ask for */
	ROUTE_TLS_REQUIRE,      /* TLS, and any certificate */
	ROUTE_TLS_VERIFY,       /* and a certificate with the right name by an authority that we trust */
};

struct route {
	enum route_kind kind;
	enum route_tls tls;
	slice target;           /* points into the routes */
	bool listed;            /* a line of `routes` said so, not `*` or the defaults: it is ours to forward */
};

struct routes {
	buf text;
	struct route_line {
		slice domain;           /* as domain_plain has it */
		struct route route;
		buf labels;
	} *lines;
	size_t count;
	struct route others;    /* of domains that no line has and that are not local: the smarthost, or their exchanges */
	const struct conf *conf;
};

/* 0; -1 with `file: line N: what` in *why, for EX_CONFIG. No file is no routes. */
int routes_read(struct routes *, const struct conf *, buf *why);
void routes_free(struct routes *);

/* Reads a transport as it stands behind a domain: 0, -1. The target points into text. */
int route_parse(slice text, struct route *);

/* `off`, `require`, `verify`: 0, -1. */
int route_parse_tls(slice text, enum route_tls *);
const char *route_tls_name(enum route_tls);     /* the same back; of ROUTE_TLS_OFFERED: NULL */

struct route routes_find(const struct routes *, slice domain);

#endif
