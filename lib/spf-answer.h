/*
 * spf-answer: what DNS says while SPF asks: each question once, and the addresses of the hosts in an MX or PTR answer as soon as
 * it comes.
 */
#ifndef SPF_ANSWER_H
#define SPF_ANSWER_H

#include "dns.h"

struct spf_answers;

struct spf_answer {
	struct spf_answers *all;        /* NULL: nobody waits for it any more */
	struct spf_answer *next;
	char *name;             /* as dns.h has it; owned, as all here */
	ns_type type;
	buf domain;             /* for records of SPF: the same as plain text, */
	size_t terms;           /* and the terms that were counted before it */
	bool done;
	enum dns_status status;
	buf why;                /* for DNS_AGAIN */
	buf *entry;             /* A and AAAA: the 16 bytes of an address; TXT: the text; MX and PTR: a name, by preference */
	size_t entries;
};

typedef void spf_arrival(void *context, struct spf_answer *);

struct spf_answers {
	struct dns *dns;
	ns_type family;         /* ns_t_a or ns_t_aaaa */
	spf_arrival *text;      /* called once with each answer of type TXT, which may ask more */
	void *context;
	struct spf_answer *first;
};

/* Asks, if nobody has; the answer stays until spf_answers_free. */
struct spf_answer *spf_ask(struct spf_answers *, const char *name, ns_type type, slice domain, size_t terms);

/* The answer once it has come. */
struct spf_answer *spf_answer(struct spf_answers *, const char *name, ns_type type, slice domain, size_t terms);

/* The answer about the addresses of a host. */
struct spf_answer *spf_addresses(struct spf_answers *, const char *name);

/* What is still asked is nobody's from then on: it is freed when its answer comes, if dns_close is not earlier. */
void spf_answers_free(struct spf_answers *);

/*
 * Appends a domain as dns.h has it: without a final dot, its first labels cut off where it is longer than 253 bytes (RFC 7208 §7.3),
 * whatever bytes are in it. False where a label is empty or longer than 63.
 */
bool spf_add_name(buf *name, slice domain);

#endif
