/*
 * helper: a program of ours that runs beside this one, and answers a line with a line.
 *
 * What knows passwords is such a program, started before its asker shuts itself in: that one talks to the network, and
 * can ask, but neither read nor start anything.
 */
#ifndef HELPER_H
#define HELPER_H

#include <stdint.h>

#include "io.h"

struct helper {
	bool runs;
	struct reader in;
	struct writer out;
};

/* Zeroed to begin. 0; -1 and errno. It ends when we do. */
int helper_start(struct helper *, const char *program);

/* A line without its LF, for one, within `ms`; which is borrowed until the next. 0; -1 and errno, and it runs no more. */
int helper_ask(struct helper *, slice line, int64_t ms, slice *answer);

/* What was said is secret, and over. */
void helper_forget(struct helper *);
void helper_stop(struct helper *);

#endif
