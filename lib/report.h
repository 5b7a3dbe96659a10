/*
 * report: the parts of a report that are for programs, field by field as they come.
 *
 *	message/delivery-status         RFC 3464 §2, with the addresses of RFC 6533 §3
 *	message/feedback-report         RFC 5965 §3
 *	text/rfc822-headers             RFC 6522: the header of the letter
 *
 *	report_begin; report_line for each line; report_end
 *
 * A field that is longer than LIMIT_NOTICE_LINE is cut there.
 */
#ifndef REPORT_H
#define REPORT_H

#include "buf.h"
#include "failures.h"

struct report {
	struct failures *failures;
	buf field;              /* unfolded as far as it came */

	/* Of a recipient; they end at a blank line. */
	buf original, final, other, said;
	char status[VERDICT_STATUS];
	enum failure_action action;

	bool feedback;          /* a Feedback-Type was said: */
	bool complaint;         /* of a reader */
	buf reporter;           /* of the letter complained of, or that comes back: the recipient it names; a return path, or empty */
	buf return_path;
	buf to;                 /* the only address of its To */
};

void report_begin(struct report *, struct failures *);         /* NULL: the header of a letter, which names none */
void report_line(struct report *, slice line);  /* with or without its end */
void report_end(struct report *);
void report_free(struct report *);

/* Whether a line in a text for people begins what is said of a recipient: then the report stands there, as some gateways leave it. */
bool report_is_field(slice line);

#endif
