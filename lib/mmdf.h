/*
 * mmdf: mailboxes whose messages stand between lines of four ^A.
 *
 * Behind the first of them there may be a `From ` line, which belongs to the mailbox. A line of a message that begins
 * with four ^A, or with any number of > and then these, is written with a > in front: MMDF itself has no way to write it.
 */
#ifndef MMDF_H
#define MMDF_H

#include "scan.h"

#define MMDF_DELIMITER "\1\1\1\1"

bool mmdf_step(struct scan *, slice in, bool end);

#endif
