/*
 * replies: how many automatic answers an address gets, whatever the list: who forges requests in somebody's name fills no mailbox.
 *
 *	lists/.replies  `2026-11-24T17:00:00Z TAB address`, a line each; those older than LIMIT_REPLIES_TIME go
 */
#ifndef REPLIES_H
#define REPLIES_H

#include "list.h"
#include "request.h"

/*
 * Whether the sender of a request may have an answer: a person who had not too many. It is noted. 1; 0, and why not is in the
 * log; -1 and errno.
 */
int replies_allow(const struct conf *, const struct list *, const struct request *);

#endif
