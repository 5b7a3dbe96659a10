/*
 * history: the bounces of a subscriber, a file of text: bounces/ADDRESS in the folder of the list.
 *
 *	2026-11-24T16:40:12Z	hard	5.1.1	550 5.1.1 no such user
 *	2026-11-26T08:12:00Z	probe
 *
 * The score is not stored: it is worked out of the lines.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <time.h>

#include "list.h"

struct history {
	const struct list *list;
	int fd;                 /* locked */
	char *path;
	buf lines;              /* as they stand */
	double score;           /* days on which a letter bounced hard, each halved with every half-life that passed */
	time_t probed;          /* the last time, or 0 */
};

/* Opens that of an address, which is made where there is none, and waits for its lock: 0; -1 and errno. */
int history_open(struct history *, const struct list *, slice address);

/* One line more, its fields, the first of them its class, separated by TABs, unless the day has one of the class: 0; -1 and errno. */
int history_note(struct history *, slice fields);

/* It is over: the lines go to bounces/removed, each with the address before it. */
int history_remove(struct history *, slice address);
void history_close(struct history *);

/* Calls each(context, address, history) for all that there are: 0; -1 and errno. */
int history_each(const struct list *, void (*each)(void *context, slice address, const struct history *), void *context);

#endif
