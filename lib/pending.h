/*
 * pending: messages to a list that wait for a moderator, each a file pending/ID in its folder, as it came.
 *
 *	pending_begin, writer_put on p.out (any number), pending_commit
 */
#ifndef PENDING_H
#define PENDING_H

#include "io.h"
#include "list.h"

enum { PENDING_ID = 16 };       /* hexadecimal digits: 13 of microseconds, 3 at random; ids sort by arrival */

struct pending {
	const struct list *list;
	char id[PENDING_ID + 1];
	int folder;
	struct writer out;
};

/* 0; -1 and errno, EDQUOT where LIMIT_PENDING wait already: then pending_abandon. */
int pending_begin(struct pending *, const struct list *);

/* On the disk, or not there at all. */
int pending_commit(struct pending *);
void pending_abandon(struct pending *);         /* leaves no trace; keeps errno */

bool pending_is_id(slice);

/* Opens the one of this id for reading, and waits for its lock: a descriptor; -1 and errno, ENOENT: it does not wait any more. */
int pending_open(const struct list *, slice id);
int pending_remove(const struct list *, slice id);

/* Calls each(context, id) for all in the order of their arrival, until one returns other than 0, which is returned; -1 and errno. */
int pending_each(const struct list *, int (*each)(void *context, const char *id), void *context);

#endif
