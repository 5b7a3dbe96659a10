/*
 * request: a letter to an address of a list that a program answers, such as news-subscribe@.
 *
 * Who delivers it runs the program with the letter on standard input and says in its environment, as mail-deliver(1) and
 * Postfix do, SENDER and EXTENSION: what stands in the address behind `news-subscribe-`.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "io.h"

struct request {
	slice sender;           /* of the envelope; empty: the null reverse-path */
	slice extension;        /* or empty */
	buf fields;             /* the header, owned */
};

/* 0; -1 with what is wrong in *why. */
int request_read(struct request *, struct reader *, buf *why);

/* Whether a person wrote it, to us: no program, no list, no bounce (RFC 3834 §2). */
bool request_is_personal(const struct request *);

#endif
