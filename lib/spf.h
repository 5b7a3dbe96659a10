/*
 * spf: whether a host may send mail in the name of a domain (RFC 7208).
 *
 *	struct spf spf;
 *
 *	spf_begin(&spf, dns, &question);
 *	…                                       other questions of the same dns are answered meanwhile
 *	result = spf_end(&spf);
 *	spf_free(&spf);
 *
 * All that the first records will ask of DNS is asked at once, within the limits of LIMIT_SPF_…; the result is that of asking
 * one thing after the other.
 */
#ifndef SPF_H
#define SPF_H

#include "limit.h"
#include "spf-answer.h"
#include "spf-macro.h"

enum spf_result { SPF_NONE, SPF_NEUTRAL, SPF_PASS, SPF_FAIL, SPF_SOFTFAIL, SPF_TEMPERROR, SPF_PERMERROR };

extern const char *const spf_names[];           /* "none", "neutral", … */

struct spf_question {
	struct address ip;      /* of the client; IPv4-mapped is IPv4 */
	slice sender;           /* the reverse-path; empty: the null one, and postmaster at `helo` is checked (§2.4) */
	slice helo;
	slice receiver;         /* our own host, for the macro r */
};

/* Must stay where it is from spf_begin to spf_free. */
struct spf {
	buf sender;             /* that was checked, `postmaster@` put in front where it had no local part */
	buf domain;             /* in A-labels; empty: it is no name of two labels or more */
	bool is_helo;           /* the identity is that of HELO */
	buf mechanism;          /* that decided, as written, or `default`; empty with none and errors */
	buf explanation;        /* with fail: what the domain says, printable ASCII, or empty (§6.2) */
	buf why;                /* with errors: in words, which may be a stranger's */

	struct spf_macros macros;       /* from here on the check's own */
	struct spf_answers answers;
	size_t terms, voids;            /* counted so far, as LIMIT_SPF_TERMS and LIMIT_SPF_VOID have it, */
	size_t asked_ahead;             /* and those whose questions were asked before they were counted */
	int64_t deadline;
	bool validated;                 /* names[] are known: those of the client's address that are true */
	const char *names[LIMIT_SPF_NAMES];
	size_t name_count;
};

/* The slices of the question must stay until spf_free. */
void spf_begin(struct spf *, struct dns *, const struct spf_question *);
enum spf_result spf_end(struct spf *);
void spf_free(struct spf *);

#endif
