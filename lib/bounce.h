/*
 * bounce: what tells a sender how it went, as multipart/report (RFC 3461-3464, 6522, 6533).
 *
 *	bounce_open, bounce_add (once or more), bounce_write, bounce_free
 *
 * A report has a text for people, a message/delivery-status for programs, and the
 * letter or its header. What came from outside (addresses, replies, the letter)
 * cannot add a header field to it or end one of its parts.
 * Memory is a few hundred bytes for each recipient, whatever the size of the letter.
 */
#ifndef BOUNCE_H
#define BOUNCE_H

#include <sys/types.h>
#include <time.h>

#include "buf.h"

enum bounce_kind {
	BOUNCE_FAILED,          /* nobody will try again */
	BOUNCE_DELAYED,         /* a first notice: it is still tried */
	BOUNCE_DELIVERED,       /* NOTIFY=SUCCESS, and it is in the mailbox */
	BOUNCE_RELAYED,         /* NOTIFY=SUCCESS, but from here on nobody will tell */
};

/* Texts are borrowed; set them after bounce_open and leave them until bounce_free. */
struct bounce {
	enum bounce_kind kind;
	slice host;             /* who reports */
	slice to;               /* the sender of the letter, or the postmaster */
	slice options;          /* of the letter's envelope: envid=, ret=, body=, smtputf8 */
	time_t arrived;
	bool second;            /* a bounce of a bounce; bounce_is_second finds it again */
	size_t count;           /* recipients added */
	bool utf8;              /* one of them is not ASCII */
	buf text, status;       /* owned */
};

struct bounce_recipient {
	slice address;
	slice options;          /* of the recipient's envelope line: orcpt= */
	slice host;             /* who gave the reply, or empty: we */
	slice reply;            /* `550 5.1.1 text` */
	slice status;           /* our own verdict, such as `5.4.7`; empty: as in the reply */
	time_t tried;
	time_t until;           /* BOUNCE_DELAYED: when it will be given up */
};

void bounce_open(struct bounce *, enum bounce_kind, slice host);
void bounce_add(struct bounce *, const struct bounce_recipient *);
void bounce_free(struct bounce *);

/*
 * The whole report, LF line ends, by put(context, bytes), which returns 0 or -1 as
 * this does (errno). The letter stands in fd from `message` on. Of it the header alone
 * is enclosed where ret=hdrs or `whole` is false: bounce_wants_whole has our default.
 */
int bounce_write(const struct bounce *, int fd, off_t message, bool whole, int (*put)(void *, slice), void *context);

/* ret=full, or without ret= a letter of at most LIMIT_ENCLOSED bytes; never what binarymime or requiretls (RFC 8689 §5) carries. */
bool bounce_wants_whole(slice options, off_t size);

/* Appends the options of the report's own envelope: body=, and smtputf8 where `to` needs it (RFC 6533 §5). */
void bounce_options(const struct bounce *, int fd, off_t message, bool whole, buf *options);

/* Whether the letter whose message stands in fd from there on is a `second` one of ours. */
bool bounce_is_second(int fd, off_t message);

#endif
