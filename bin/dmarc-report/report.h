/* What the files of dmarc-report share. */
#ifndef REPORT_FILES_H
#define REPORT_FILES_H

#include "dns.h"
#include "feedback.h"

/* What a line of auth-check has: the first ones are the same in all rows of a report, and all up to the client are there. */
enum column {
	DOMAIN, P, SP, ADKIM, ASPF, PCT, POLICY_COLUMNS,
	CLIENT = POLICY_COLUMNS, REQUIRED, DONE = REQUIRED, DISPOSITION, ALIGNED, FROM, SPF, SPF_DOMAIN, SPF_SCOPE, DKIM, COLUMNS,
};

/* A report of one domain and policy, as XML (RFC 7489 appendix C). */
void report_begin(struct feedback *, const slice *value);
void report_row(struct feedback *, const slice *value, unsigned long long count);
void report_end(struct feedback *);

/* Mails it to whom the domain names, and prints a line: an exit status. */
int report_mail(const struct feedback *, struct dns *);

#endif
