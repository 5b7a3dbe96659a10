/*
 * quote: a message as it may stand in a mailbox: what would begin another one there gets a > in front.
 *
 *	struct quote q = { .what = "From ", .out = &out };
 *
 *	quote_put (any number), quote_end
 */
#ifndef QUOTE_H
#define QUOTE_H

#include "io.h"

struct quote {
	const char *what;       /* the beginning of such a line */
	bool once;              /* mboxo: lines that have a > in front already stay; else (mboxrd) they get another */
	struct writer *out;
	int held;               /* bytes of `what` seen at the start of a line, or -1 inside a line */
	bool open;              /* what came last is no line end */
};

void quote_put(struct quote *, slice bytes);
void quote_end(struct quote *);

/* Ends the last line, where it has no end. */
void quote_end_line(struct quote *);

#endif
