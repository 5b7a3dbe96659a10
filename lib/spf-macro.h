/*
 * spf-macro: the macros in a domain or an explanation of SPF (RFC 7208 §7).
 *
 *	%{ir}.%{v}._spf.%{d2}   ->      1.2.0.192.in-addr._spf.example.com
 */
#ifndef SPF_MACRO_H
#define SPF_MACRO_H

#include "network.h"

/* What the letters stand for. */
struct spf_macros {
	slice sender;           /* s: local part and domain */
	slice local;            /* l */
	slice domain_of_sender; /* o */
	slice domain;           /* d: whose record it is */
	struct address ip;      /* i, v; c */
	slice validated;        /* p: a name of the address, or `unknown` */
	slice helo;             /* h */
	slice receiver;         /* r: our own host */
};

/* Whether it is a macro-string of which no byte is outside 0x21-0x7e; in a text (explain-string) blanks and c, r, t may stand too. */
bool spf_macro_valid(slice spec, bool text);

/* Whether it is a domain-spec: a macro-string that ends with a macro, or with a label that is no number. */
bool spf_domain_valid(slice spec);

/* Whether a valid one has this macro, in either case. */
bool spf_macro_uses(slice spec, char letter);

/* Appends what a valid one stands for: of a long text the beginning, of a long domain the end, LIMIT_SPF_TEXT bytes or somewhat more. */
void spf_macro_expand(buf *to, slice spec, const struct spf_macros *, bool text);

#endif
