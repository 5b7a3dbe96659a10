/*
 * judge: whether a message is by whom its From names (DMARC, RFC 7489 §6.6).
 *
 *	struct judge j;
 *
 *	judge_begin(&j, dns, fields);
 *	…                                       other questions of the same dns are answered meanwhile
 *	judge_wait(&j);
 *	judge_spf_passed(&j, domain);           any number of these
 *	judge_dkim_passed(&j, domain);
 *	judge_decide(&j);
 *	judge_free(&j);
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "authres.h"
#include "policy.h"

/*
 * JUDGE_NONE: the domain asks for nothing. JUDGE_TEMPERROR: DNS fails, and a retry may help. JUDGE_PERMERROR: From does not name exactly one author
 * with a domain.
 */
enum judgement { JUDGE_NONE, JUDGE_PASS, JUDGE_FAIL, JUDGE_TEMPERROR, JUDGE_PERMERROR };

extern const char *const judge_names[];         /* "none", "pass", … */

/* Must stay where it is from judge_begin to judge_free. */
struct judge {
	enum judgement result;
	enum dmarc_policy disposition;  /* with fail: what the domain wants done, one step milder for those that pct spares */
	bool spf, dkim;                 /* this one passed for the author's domain */
	bool unknown;                   /* one that could not be checked may have */
	buf author;                     /* the address in From, where there is exactly one */
	struct policy policy;
	buf why;                        /* with errors, in words; else empty */
};

void judge_begin(struct judge *, struct dns *, slice fields);
void judge_wait(struct judge *);
void judge_spf_passed(struct judge *, slice domain);
void judge_dkim_passed(struct judge *, slice domain);
void judge_unknown(struct judge *, slice domain);       /* SPF or DKIM may have passed for it, and could not be checked */
void judge_decide(struct judge *);
void judge_free(struct judge *);

/* dmarc=… for Authentication-Results. */
void judge_add_result(const struct judge *, struct authres *);

/* What the line in the log has of it, from which dmarc-report makes reports: `dmarc=fail from=… domain=… …`. */
void judge_add_log(const struct judge *, buf *line);

#endif
