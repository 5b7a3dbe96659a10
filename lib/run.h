/* run: the other programs of Pennypost. */
#ifndef RUN_H
#define RUN_H

#include <sys/types.h>

#include "buf.h"

/*
 * The path of the program of this name: beside the one that runs, so that a build
 * tree and an installation each use their own; in a set-id program, where it was installed.
 */
void run_path(buf *path, const char *program);

/*
 * Starts a program with its descriptors 0 and 1 at `in` and `out` (-1: /dev/null;
 * standard error is shared, nothing else is) and argv[0] as its path: its process, or -1.
 * A pipe that nobody reads ends it, whether or not it ends us.
 */
pid_t run_start(char *const argv[], int in, int out);

/* The same, with its standard error at `error`. */
pid_t run_start_with(char *const argv[], int in, int out, int error);

/* The same, with a pipe for what it prints: its process, or -1, and in *out where to read; the caller closes that. */
pid_t run_reading(char *const argv[], int in, int *out);

/* Waits for it: its exit status, EX_TEMPFAIL where a signal ended it. */
int run_wait(pid_t child);

#endif
