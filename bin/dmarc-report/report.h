/* What the files of dmarc-report share: what the log says, sorted and counted, and a report of one domain. */
#ifndef REPORT_FILES_H
#define REPORT_FILES_H

#include <time.h>

#include "conf.h"
#include "dns.h"

/* The fields of a row, TABs between them: the first ones are the same in all rows of a report. */
enum column {
	DOMAIN, P, SP, ADKIM, ASPF, PCT, POLICY_COLUMNS,
	CLIENT = POLICY_COLUMNS, DONE, DISPOSITION, ALIGNED, FROM, SPF, SPF_DOMAIN, SPF_SCOPE, DKIM, COLUMNS,
};

struct row {
	char *key;              /* the fields */
	unsigned long long count;
};

struct table {
	void *rows;             /* a tsearch(3) tree by key */
	time_t begin, end;      /* of the first and last message; 0: there is none */
};

/* Takes what a line of the log says of a message, if it does. */
void table_line(struct table *, slice line);

void row_fields(const struct row *, slice field[COLUMNS]);

/* The rows of one domain and policy, as XML (RFC 7489 appendix C). */
struct report {
	const struct conf *conf;
	const struct table *table;
	slice domain;
	buf id;                 /* the same whenever the same log is read */
	unsigned long long messages;
	buf xml;
};

void report_begin(struct report *, const struct row *first);
void report_row(struct report *, const struct row *);
void report_end(struct report *);
void report_free(struct report *);

/* Who may send and get it: what bounces goes to our postmaster. */
void report_add_sender(const struct conf *, buf *to);

/* Mails it to whom the domain names, and prints a line: its exit status. */
int report_mail(struct report *, struct dns *);

#endif
