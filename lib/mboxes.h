/*
 * mboxes: mailboxes whose messages begin with a `From ` line behind an empty line, in their four dialects.
 *
 * mboxo and mboxrd quote lines of a message that begin with `From `, and mboxrd those with `>From ` too, by one >.
 * mboxcl and mboxcl2 say in Content-Length how long a body is, and mboxcl quotes as mboxo does. A length is
 * believed where at its end the next message begins, or the mailbox ends; else the message ends at a separator.
 */
#ifndef MBOXES_H
#define MBOXES_H

#include "scan.h"

/* Notes what comes next: false where that depends on more than is there. */
bool mboxo_step(struct scan *, slice in, bool end);
bool mboxrd_step(struct scan *, slice in, bool end);
bool mboxcl_step(struct scan *, slice in, bool end);
bool mboxcl2_step(struct scan *, slice in, bool end);

/* The first `F` at or behind in.p[i], i > 0, that has a line end or > before it; in.n: none. */
size_t mboxes_find(slice in, size_t i);

#endif
