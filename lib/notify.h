/* notify: a letter that a list writes of its own, into the queue. */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "texts.h"

/* Slices are borrowed. */
struct notification {
	const char *text;               /* its name (texts.h) */
	slice to;                       /* the recipient; or empty: */
	const char *members;            /* each of this file of the list, such as "moderators" */
	slice sender;                   /* of the envelope; empty, as in what answers: the null reverse-path */
	slice reply_to;                 /* or empty */
	slice answered;                 /* the fields of the letter that this one answers, or empty */
	int enclosed;                   /* a message at the start of a file, to go with it; or -1 */
	const struct text_value *values;        /* as texts_add has them */
};

/*
 * 0 when it is in the queue, with a line in the log, or where nobody is to have it; -1 and errno as letter_begin and the others
 * have it. It is Auto-Submitted (RFC 3834 §5), so that no program answers it.
 */
int notify(const struct conf *, const struct list *, const struct notification *);

#endif
