/*
 * smtp: what a client reads of an SMTP or LMTP dialogue (RFC 5321 §4.2, RFC 2034).
 *
 * A reply is taken line by line, from any server and with any nonsense in it: it may
 * be of any length, what is kept of it is bounded.
 */
#ifndef SMTP_H
#define SMTP_H

#include "buf.h"

/* Zeroed to begin; its memory is used again for the next reply. */
struct reply {
	int code;               /* 200-599, of the line read last */
	char enhanced[12];      /* `5.1.1`; where the server gave none that fits its code, `5.0.0` */
	bool explicit;          /* the server gave it */
	buf text;               /* without the codes; lines joined by a blank, controls as `?`, at most LIMIT_REPLY */
	slice line;             /* what stands behind the code in the line read last, borrowed from it */
	bool inside;            /* the last piece had no line end */
	bool more;              /* another line of this reply follows */
};

/*
 * Takes one line with its LF, or a piece of one that is longer than a buffer: 1 when the
 * reply is complete, 0 when more of it is to come, -1 when this is no reply line.
 */
int reply_line(struct reply *, slice line);
void reply_free(struct reply *);

/* What a server announced. */
enum smtp_extension {
	SMTP_PIPELINING = 1,
	SMTP_SIZE = 2,
	SMTP_8BITMIME = 4,
	SMTP_UTF8 = 8,
	SMTP_DSN = 16,
	SMTP_CHUNKING = 32,
	SMTP_STARTTLS = 64,
	SMTP_REQUIRETLS = 128,
};

struct smtp_features {
	unsigned extensions;
	unsigned mechanisms;    /* of AUTH, as in mechanism.h */
	long long size;         /* the largest message it takes, in bytes; 0: not said */
};

/* One line of an EHLO reply, after the first. */
void smtp_feature(struct smtp_features *, slice line);

#endif
