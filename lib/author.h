/* author: who wrote a message, as all who decide by it have to see it (RFC 7489 §6.6.1). */
#ifndef AUTHOR_H
#define AUTHOR_H

#include "buf.h"

/*
 * Appends the address in From, complete or bare: 1. 0 where there is no such field. -1 where there are two, or the one has not
 * exactly one mailbox: readers might show another than the one that is looked at.
 */
int author_of(slice fields, buf *address);

/* The same of another field that has one mailbox. */
int mailbox_of(slice fields, const char *name, buf *address);

/* And of the first of those that each resending puts in front of the others (RFC 5322 §3.6.6). */
int first_mailbox_of(slice fields, const char *name, buf *address);

#endif
