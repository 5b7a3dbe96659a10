/* mail-trace: what its files share. See mail-trace(1). */
#ifndef TRACE_H
#define TRACE_H

#include "buf.h"
#include "received.h"

/* A Received field. */
struct hop {
	size_t number;          /* from the oldest, which is 1 */
	buf body;
	struct received said;
	bool delayed;           /* there is a time before it */
	long long delay;        /* seconds */
	buf notes;
};

/* Appends what a message says as a field of a line: valid UTF-8 without controls. */
void add_said(buf *to, slice text);

/* The address of the client, if it is known. */
void add_client_address(buf *to, const struct received *said);

/* A hop as people see it: from `before`, the host of the last one, to its own. */
void draw_hop(const struct hop *h, slice before);

#endif
