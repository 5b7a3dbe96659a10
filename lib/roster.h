/*
 * roster: who subscribes to a list, changed.
 *
 *	roster_add, any number; then roster_subscribe or roster_unsubscribe; roster_free
 *
 * The file is read, merged with the changes and replaced by a new one, which is on the disk before it has the name: at any
 * moment it is the old one or the new. A lock keeps others from changing it meanwhile, so that of many at once none is
 * lost. It is kept sorted by address, each there once; comments go to its top. Memory is the file and 16 bytes a line.
 */
#ifndef ROSTER_H
#define ROSTER_H

#include "buf.h"
#include "list.h"

struct roster {
	buf lines;              /* of those named, owned */
};

/*
 * Names a subscriber, `address` or `address TAB options`; the domain gets its ASCII form in lower case. 0; -1 where it is no
 * address that a letter can go to.
 */
int roster_add(struct roster *, slice line);

/*
 * The same for each of a NULL-ended array or, where it is empty, each line of standard input but empty ones and comments.
 * 0; 1 where some, which are warned of, were no addresses; -1 and errno where the input cannot be read.
 */
int roster_read(struct roster *, char *const *addresses);
void roster_free(struct roster *);

/*
 * Puts those named on the list who are not; one who is gets the options he was named with, if any. Calls
 * changed(context, line) for each line that is new. 0; -1 and errno, and the file is as it was.
 */
int roster_subscribe(struct roster *, const struct list *, void (*changed)(void *context, slice line), void *context);

/* Takes those named off the list; changed() gets the lines that are gone. */
int roster_unsubscribe(struct roster *, const struct list *, void (*changed)(void *context, slice line), void *context);

/* One of them, named as in roster_add, joins or leaves: 1; 0 where there is nothing to do; -1 and errno, EINVAL: no address. */
int roster_change_one(const struct list *, slice line, bool joins);

#endif
