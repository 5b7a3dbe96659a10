/*
 * dns: questions to a recursive DNS server, many at once (c-ares carries them; RFC 1035, 6891, 6840).
 *
 * A question is asked with a function that is called once with its answer, from
 * within dns_wait. A truncated answer is asked again over TCP, a lost one is
 * repeated, an alias is followed, also where the server does not do it. Questions
 * above LIMIT_QUESTIONS wait for their turn, so that no burst overruns a socket.
 */
#ifndef DNS_H
#define DNS_H

#include <arpa/nameser.h>
#include <stdint.h>

#include "buf.h"
#include "network.h"

struct dns;

enum dns_status {
	DNS_OK,                 /* there are records of this type */
	DNS_NO_DATA,            /* the name exists, such records do not */
	DNS_NO_DOMAIN,          /* NXDOMAIN */
	DNS_AGAIN,              /* nothing is known: no answer, SERVFAIL, REFUSED, nonsense */
};

#define DNS_MALFORMED "malformed answer"

/* Valid only within the function that is called with it. */
struct dns_answer {
	enum dns_status status;
	const char *why;        /* for DNS_AGAIN: "SERVFAIL", "no answer", …; else NULL */
	ns_type type;           /* that was asked for */
	const char *name;       /* of the records: the name asked for, or what it is an alias of */
	bool secure;            /* the server vouches for it by DNSSEC, and is one we may believe */
	ns_msg message;
	int at;                 /* the next record to look at */
};

typedef void dns_reader(void *context, struct dns_answer *);

/*
 * A resolver for the server `address`, `address:port` or `[address]:port`; where that is empty, for the
 * servers in resolv.conf(5). `timeout` is for one question and all its repetitions, in milliseconds.
 * It believes AD (`secure`) of servers on loopback, or with `trust-ad` in resolv.conf. NULL with why.
 */
struct dns *dns_open(const char *server, int64_t timeout, buf *why);
void dns_close(struct dns *);   /* what is still asked is never answered */

/* Asks for records of a type (ns_t_…) of a name, as ns_name_ntop writes it: one that is valid by domain.h is written as it is. */
void dns_ask(struct dns *, const char *name, ns_type type, dns_reader *, void *context);

/* Until *done, or until there is no question left. */
void dns_wait(struct dns *, const bool *done);

/* The next record of the type and name of the answer: its data is ns_rr_rdata() as it came, of any length; false after the last. */
bool dns_record(struct dns_answer *, ns_rr *record);

/*
 * Appends the text of a TXT record: it is published in strings of at most 255 bytes, which are one with nothing between them
 * (RFC 1035 §3.3.14, RFC 7208 §3.3, RFC 6376 §3.6.2.2); with the record's 64 KB it ends. False where it is malformed.
 */
bool dns_text(const ns_rr *record, buf *text);

/*
 * What `read` finds in the one TXT record of the answer that it takes for its own, in place of what is in *found; nothing
 * where it takes none, or more than one.
 */
void dns_only_text(struct dns_answer *, bool (*read)(slice record, slice *part), buf *found);

/* A number that nobody can guess. */
unsigned dns_random(struct dns *);

/* The addresses that /etc/hosts gives for a name, at most `most`: how many. */
size_t dns_hosts_file(struct dns *, const char *name, struct address *list, size_t most);

#endif
