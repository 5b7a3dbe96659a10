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

#include "downgrade.h"

struct facts {
	long long size;         /* on the wire, without stuffed dots */
	bool eight_bit;         /* anywhere */
	bool eight_bit_head;    /* in its header */
	bool unfit;             /* NUL, bare CR or a line of more than LIMIT_TEXT_LINE */

	bool tried;             /* the next two are known */
	const char *refusal;    /* why it cannot be converted, or NULL */
	long long converted_size;
};

struct content {
	int fd;
	bool borrowed;          /* fd is not ours to close */
	buf above;              /* fields that go before what the file holds; set after content_open */
	buf ahead;              /* what goes before all that, in the form of the wire */
	bool ahead_due;
	off_t begin, at;        /* of the message in the file; of the next byte to read */
	buf block;              /* the last bytes read: all of them if `whole` */
	bool whole;
	char last;              /* byte sent */
	enum { AS_IT_IS, TO_CONVERT, CONVERTING, CONVERTED } conversion;        /* to what any server takes: lib/downgrade */
	struct downgrade downgrade;
	buf converted;
};

/* Zeroed to begin. Opens path, or borrows fd where that is not -1: 0, -1 and errno. */
int content_open(struct content *, slice path, int fd, off_t begin);
void content_close(struct content *);
void content_free(struct content *);

/* Reads all of it, the first five facts: 0, -1 and errno. */
int content_learn(struct content *, struct facts *);

/* Learns whether it can be converted, and what it becomes: 0, -1 and errno. */
int content_try(struct content *, struct facts *);

/* Takes over fields that go ahead of it from the next content_rewind on. */
void content_put_ahead(struct content *, buf *fields);

/* Back to its first byte, to be sent as it is or converted. */
void content_rewind(struct content *, bool convert);
bool content_converts(const struct content *);

/* Appends the next bytes in the form of the wire, with dots stuffed (RFC 5321 §4.5.2) or not: 1, 0 at the end, -1 and errno. */
int content_next(struct content *, bool stuffed, buf *wire);

/* The header, in the form of the wire, with its last line end; what of the body came with it is behind the blank line. */
struct content_head {
	buf text;
	slice fields, body;
};

/* Zeroed to begin, and from the first byte on. 1; 0 where no blank line ends it within LIMIT_HEADER; -1 and errno. The text is to be freed. */
int content_read_head(struct content *, struct content_head *);

#endif
