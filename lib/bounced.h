/*
 * bounced: what a message that came back to us says of whom, whoever wrote it.
 *
 *	bounced_begin, bounced_more (any number, the bytes in any cuts), bounced_finish; bounced_next (until false); bounced_free
 *
 * One pass over the message (part.h). A report for programs goes before the text for people, which completes it; the
 * address that the bounce came to, where it names a recipient (verp.h), goes before both.
 */
#ifndef BOUNCED_H
#define BOUNCED_H

#include "charset.h"
#include "failures.h"
#include "io.h"
#include "markup.h"
#include "notice.h"
#include "origin.h"
#include "part.h"
#include "report.h"

enum bounced_kind { BOUNCED_NOT, BOUNCED_FAILURES, BOUNCED_REPLY, BOUNCED_COMPLAINT };

struct bounced {
	enum bounced_kind kind;
	bool overflow;                  /* more recipients than failures.h has room for */

	struct origin origin;           /* what the header says */
	bool report_type;               /* it is that of a delivery status */

	/* What the parts say. */
	struct failures told, reported; /* by the text, by the report */
	struct notice notice;
	struct report report, letter;

	/* The part that is read. */
	struct part_walk walk;
	enum { BOUNCED_PASS, BOUNCED_TEXT, BOUNCED_REPORT, BOUNCED_HEADER } reading;
	bool is_html, in_report;
	size_t wrapped;                 /* depth of a bounce inside the message, or 0 */
	struct transfer_decoder decoder;
	struct charset charset;
	struct markup markup;
	buf utf8, text, line;

	const struct failures *rows;    /* those of the two that count, */
	size_t best;                    /* and the one that does where all are of `verp` */
};

struct bounced_row {
	slice recipient;                /* empty: it does not say */
	const char *action;             /* failed, delayed, or empty */
	const char *status;
	const char *class;              /* hard, soft, policy, delayed, auto-reply, complaint */
	slice reason;                   /* UTF-8, one line */
};

/* A struct of zeros, or one that read another message. */
void bounced_begin(struct bounced *);
void bounced_more(struct bounced *, slice bytes);
void bounced_finish(struct bounced *);

/* Behind bounced_begin: the message came to an address that names this recipient, whatever the message says. */
void bounced_came_for(struct bounced *, slice recipient);

/* All three, with a message to its end, which came for somebody unless that is empty: 0; -1 and errno where it could not be read on. */
int bounced_read(struct bounced *, slice recipient, struct reader *);

/* The next row from *i on, which begins with 0; valid until the next message is read. */
bool bounced_next(const struct bounced *, size_t *i, struct bounced_row *);
void bounced_free(struct bounced *);

#endif
