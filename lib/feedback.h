/* feedback: a report for a domain of what came in its name, or how letters came to it, mailed to whom it names. */
#ifndef FEEDBACK_H
#define FEEDBACK_H

#include <time.h>

#include "conf.h"

struct feedback {
	const struct conf *conf;
	slice domain;
	buf id;                         /* the same whenever it is made of the same; owned by who uses it, as is */
	time_t begin, end;              /* what it covers */
	unsigned long long count;       /* of what it tells of */
	buf text;                       /* it */
	const char *type, *suffix;      /* once it is gzipped: application/gzip, xml.gz */
	slice options;                  /* of the letter */
	const char *before, *after;     /* what stands around that part in the letter: fields and other parts */
};

/* Who sends it: our postmaster, to whom bounces go. */
void feedback_add_sender(const struct conf *, buf *to);

/* Appends the address of a mailto: URI, if it is one to which a letter in ASCII can go: whether it is. */
bool feedback_address(slice uri, buf *to);

/*
 * Mails the report, which is gzipped already, to recipients, a line each, if there are any, and prints a line: the domain,
 * the count, the recipients, the id in the queue. An exit status; what fails is said.
 */
int feedback_mail(const struct feedback *, slice zipped, slice recipients);

#endif
