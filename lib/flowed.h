/*
 * flowed: text of format=flowed (RFC 3676) with each paragraph on one line, as a stream.
 *
 * Lines that end in a blank go on in the next one of the same depth of quoting. What was stuffed loses its blank;
 * quoting becomes `> ` once for each depth. The signature line `-- ` never flows. Line ends stay LF or CRLF.
 */
#ifndef FLOWED_H
#define FLOWED_H

#include "buf.h"

struct flowed {
	bool delsp;             /* the blank at which a line flows is no part of the text */
	enum { FLOWED_QUOTES, FLOWED_STUFFING, FLOWED_TEXT } state;
	size_t quotes;          /* of the line that is read */
	size_t depth;           /* of the paragraph */
	bool open;              /* the paragraph may go on: its last line ended in a blank */
	bool blank;             /* held: it may be the last of its line */
	bool cr;                /* held: it may begin a line end */
	size_t signature;       /* characters of the line that are those of `-- `, or more than 3 */
};

void flowed_begin(struct flowed *, bool delsp);
void flowed_more(struct flowed *, slice text, buf *out);        /* in any cuts */
void flowed_finish(struct flowed *, buf *out);

#endif
