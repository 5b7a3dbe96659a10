/*
 * content: a message on its way from its file to the wire.
 *
 * LF and CRLF end its lines in the file, CRLF does on the wire; a last line without an
 * end gets one. It is read once to learn what it needs (and that is kept if it is
 * small), and once to be sent.
 */
#ifndef CONTENT_H
#define CONTENT_H

#include <sys/types.h>

#include "buf.h"

struct facts {
	long long size;         /* on the wire, without stuffed dots */
	bool eight_bit;         /* anywhere */
	bool eight_bit_head;    /* in its header */
	bool unfit;             /* NUL, bare CR or a line of more than LIMIT_TEXT_LINE */
};

struct content {
	int fd;
	bool borrowed;          /* fd is not ours to close */
	off_t begin, at;        /* of the message in the file; of the next byte to read */
	buf block;              /* the last bytes read: all of them if `whole` */
	bool whole;
	char last;              /* byte sent */
};

/* Opens path, or borrows fd where that is not -1: 0, -1 and errno. */
int content_open(struct content *, slice path, int fd, off_t begin);
void content_close(struct content *);

/* Reads all of it: 0, -1 and errno. */
int content_learn(struct content *, struct facts *);

/* Back to its first byte. */
void content_rewind(struct content *);

/* Appends the next bytes in the form of the wire, with dots stuffed (RFC 5321 §4.5.2) or not: 1, 0 at the end, -1 and errno. */
int content_next(struct content *, bool stuffed, buf *wire);

#endif
