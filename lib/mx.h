/*
 * mx: where the mail of a domain goes (RFC 5321 §5.1).
 *
 *	struct mx mx;
 *
 *	mx_exchanges(&mx, &setup, domain);
 *	mx_wait(&mx);
 *	if (mx.status == MX_OK)
 *		for (i < mx.exchanges) for (j < mx.exchange[i].addresses) …
 *	mx_free(&mx);
 *
 * Any number of look-ups may go on at once: begin several, then wait for each.
 */
#ifndef MX_H
#define MX_H

#include "dns.h"

/* What look-ups have in common; must outlive them. */
struct mx_setup {
	struct dns *dns;
	const char *ourselves;  /* our own host's name: mail must not be sent to it, nor past it */
	bool only_v4, only_v6;  /* addresses of the other family do not count; not both */
};

/* All but MX_AGAIN are for good, for DNS itself says so; the reply that suits is (RFC 3463, RFC 7505): */
enum mx_status {
	MX_OK,
	MX_NO_DOMAIN,           /* 5.1.2: NXDOMAIN, or not a domain name */
	MX_NULL,                /* 5.1.10: takes no mail (null MX, RFC 7505) */
	MX_NO_ADDRESS,          /* 5.4.4: neither MX nor address, or its exchanges have none */
	MX_LOOP,                /* 5.4.6: we are the best exchange ourselves */
	MX_AGAIN,               /* 4.4.3: DNS fails */
};

struct exchange {
	unsigned preference;
	char *host;             /* in A-labels, lower case, without final dot; or an address literal in brackets; owned by the mx */
	struct address *address; /* at least one, in the order to try: the families alternate, IPv6 first (RFC 8305 §4) */
	size_t addresses;       /* at most 2 * LIMIT_ADDRESSES */
	char *canonical;        /* the name that its own is an alias of (CNAME), or NULL; owned by the mx */
	bool secure;            /* DNSSEC covers the way from the domain to each of these addresses */
	struct mx *mx;
};

/* Must stay where it is between the beginning of the look-up and mx_free. */
struct mx {
	enum mx_status status;
	buf why;                /* for all but MX_OK: in words, safe to print */
	struct exchange *exchange; /* in the order to try; at most LIMIT_EXCHANGES */
	size_t exchanges;       /* 0 but for MX_OK */

	const struct mx_setup *setup; /* from here on the look-up's own */
	bool done;
	size_t pending;         /* questions about addresses */
};

/*
 * Begins to look for the exchanges of a domain: a name in A-labels (domain_ascii), or an address literal
 * `[192.0.2.1]`, `[IPv6:2001:db8::1]`. Without MX records the domain itself is the exchange. Our own host,
 * by its name or as localhost, drops out with all exchanges that are not preferred to it. Equal ones are shuffled.
 */
void mx_exchanges(struct mx *, const struct mx_setup *, slice domain);

/* Begins to look for the addresses of one host: a name (/etc/hosts is asked first), or an address with or without brackets. */
void mx_host(struct mx *, const struct mx_setup *, slice host);

void mx_wait(struct mx *);
void mx_free(struct mx *);      /* after mx_wait, or after dns_close */

#endif
