/*
 * digest: one message that holds others.
 *
 * multipart/digest (RFC 2046 §5.1.5), also as a part of another multipart: each of its parts, and what else is of
 * type message/rfc822. A part of a digest that has another type is a message with the fields of the part.
 * RFC 1153: messages between lines of 30 hyphens, behind one of 70.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include "scan.h"

bool digest_step(struct scan *, slice in, bool end);
bool rfc1153_step(struct scan *, slice in, bool end);

/* Whether the start of a message shows that it is one of these. */
bool digest_is(slice start);
bool rfc1153_is(slice start);

#endif
