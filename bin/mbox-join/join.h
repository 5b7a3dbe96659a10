/* What the files of mbox-join share. */
#ifndef JOIN_H
#define JOIN_H

#include "io.h"
#include "mailbox.h"

extern enum mailbox_format format;      /* of the mailbox */

/* To standard output, of which the end is remembered: whether it is inside a line, or behind an empty one (or at its start). */
void put(slice);
bool mid_line(void);
bool behind_empty_line(void);

/* Says what is wrong with a message that cannot be read (errno): an exit status. */
int broken(const char *name);

/* Whether a file is in this folder, `cur` or `new`, of a Maildir: one beside its tmp/. */
bool in_maildir(const char *name, const char *folder);

/* Adds a message: an exit status, and what is wrong was said. */
int add_letter(const char *name, struct reader *in);

#endif
