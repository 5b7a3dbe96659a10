/*
 * crlf: a message as SMTP carries it, made into what we keep (RFC 5321 §4.5.2, RFC 3030).
 *
 * CRLF becomes LF. A CR or LF that is not part of a CRLF is never taken for a line
 * end, nor passed on: that is how letters are smuggled into letters. All other bytes, NUL
 * among them, and lines of any length stay as they are. Input may be cut anywhere.
 */
#ifndef CRLF_H
#define CRLF_H

#include "buf.h"

struct crlf {
	enum { CRLF_LINE_START, CRLF_IN_LINE, CRLF_AFTER_CR, CRLF_AFTER_DOT, CRLF_AFTER_DOT_CR } state;
	bool dotted;            /* DATA: dots are stuffed, and CRLF.CRLF is the end; else BDAT */
};

enum crlf_status {
	CRLF_MORE,              /* all of *in was taken */
	CRLF_END,               /* *in begins behind the end of data */
	CRLF_BARE_CR,
	CRLF_BARE_LF,
};

/* Takes what it can from *in and appends what it means to *out. */
enum crlf_status crlf_decode(struct crlf *, slice *in, buf *out);

/* Whether a message of chunks may end here: not between CR and LF. */
bool crlf_complete(const struct crlf *);

#endif
