/* spf-record: the record by which a domain says who sends its mail (RFC 7208 §4.6, §5, §6, §12). */
#ifndef SPF_RECORD_H
#define SPF_RECORD_H

#include "network.h"

enum spf_kind {
	SPF_ALL, SPF_INCLUDE, SPF_A, SPF_MX, SPF_PTR, SPF_IP4, SPF_IP6, SPF_EXISTS,
	SPF_REDIRECT, SPF_EXP, SPF_UNKNOWN,             /* modifiers */
};

/* Slices of the record. */
struct spf_term {
	slice text;             /* the whole */
	enum spf_kind kind;
	char qualifier;         /* + - ~ ? of a mechanism */
	slice domain;           /* a domain-spec with macros; or empty */
	struct network network; /* of ip4 and ip6 */
	unsigned bits4, bits6;  /* of a and mx: as IPv4 has them, 0-32, and IPv6 */
};

struct spf_record {
	slice text, terms;
	bool all;               /* there is an `all`: no redirect counts */
	slice redirect, exp;    /* or empty */
};

/* Whether a text is a record of this version, well-formed or not (§4.5). */
bool spf_record_is(slice text);

/* Reads such a text: false where it is malformed anywhere, and the term that is in *wrong. */
bool spf_record_read(struct spf_record *, slice text, slice *wrong);

/* Takes the next term of well-formed ones. */
bool spf_term_next(slice *terms, struct spf_term *);

#endif
