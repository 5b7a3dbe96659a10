/*
 * tally: what a program of ours says in the log, in lines of `name=value` words, alike ones counted.
 *
 *	tally_read, then tally_walk
 */
#ifndef TALLY_H
#define TALLY_H

#include <time.h>

#include "io.h"

enum { TALLY_COLUMNS = 16 };

struct tally {
	const char *program;            /* who says it, */
	const char *begins;             /* in lines that begin so: `dmarc=` */
	const char *const *names;       /* of the words that count, */
	size_t columns;                 /* of them, at most TALLY_COLUMNS */
	size_t required;                /* so many, the first, must have a value, and a `time` there must be */

	void *rows;                     /* from here on its own: a tsearch(3) tree */
	time_t begin, end;              /* the times of the first and last line that counts; 0: there is none */
};

/* Reads files, NULL-ended, or without any standard input: an exit status; of what cannot be read it is said. */
int tally_read(struct tally *, char *const *names);

/* Of several words of a name all values count, with blanks between. They live as long as the tally. */
struct tally_reader {
	void (*begin)(void *context, const slice *value);
	void (*row)(void *context, const slice *value, unsigned long long count);
	void (*end)(void *context);
};

/* All rows in the order of their values, group by group: those with the same first so many values. */
void tally_walk(const struct tally *, size_t same, const struct tally_reader *, void *context);

#endif
