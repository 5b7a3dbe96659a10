/*
 * selection: which letters of a queue a person means, for queue-list and queue-edit.
 *
 * Ids, or conditions that must all hold; neither: every letter. Patterns are those
 * of fnmatch(3) and compare without case; `<>` is the null sender.
 */
#ifndef SELECTION_H
#define SELECTION_H

#include "queue.h"

#define SELECTION_OPTIONS "a:d:f:r:"
#define SELECTION_USAGE "[-a age] [-d domain] [-f sender] [-r recipient] [id ...]"

struct selection {
	const char *sender, *recipient, *domain;
	bool by_age;
	long long age;          /* seconds since arrival, at least */
	char **ids;             /* of argv */
	size_t id_count;
};

/* Takes one option of SELECTION_OPTIONS: 0, -1 if its argument is wrong. */
int selection_option(struct selection *, int option, const char *argument);

/* Whether it was given anything to select by. */
bool selection_is_narrow(const struct selection *);

/*
 * Calls each(context, letter, status) for the letters selected, in the order of
 * their ids, opened for `access` and at their first recipient; status is QUEUE_OK,
 * QUEUE_BUSY, QUEUE_CORRUPT or QUEUE_ERROR, with the letter's id and folder known
 * in every case. Letters that are no longer there are passed over, except ids that
 * were asked for: QUEUE_GONE. Stops at the first that returns other than 0, and
 * returns that; -1 where the queue itself cannot be read.
 */
int selection_each(const struct selection *, const struct queue *, enum queue_access,
    int (*each)(void *context, struct queued *, enum queue_status), void *context);

#endif
