/*
 * twice: what is left of an input, for those who read it twice and get it once.
 *
 * It is read again where it is: in the buffer of the reader, if it fits in, or in its file; else in a copy (io_spool).
 */
#ifndef TWICE_H
#define TWICE_H

#include "io.h"

struct twice {
	struct reader *in;
	bool buffered;
	size_t start, end;      /* of the buffer */
	off_t at;               /* of the file */
	int copy;               /* its descriptor; -1: there is none */
};

/* EX_OK, the reader where it was; EX_CANTCREAT where the copy failed, EX_IOERR where the input of this name did: both were said. */
int twice_begin(struct twice *, struct reader *in, const char *name);

/* Back to where it began: 0, -1. */
int twice_again(struct twice *);

/* Closes the copy. */
void twice_end(struct twice *);

#endif
