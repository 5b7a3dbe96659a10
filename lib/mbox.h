/*
 * mbox: many letters in one file, each behind a line `From sender date` and before
 * an empty line. Written as mboxrd: a line of the letter that begins with any number
 * of > and then `From ` gets one > more, so that every letter can be read back exactly.
 *
 *	mbox_begin, mbox_write (any number), mbox_commit
 */
#ifndef MBOX_H
#define MBOX_H

#include <stdint.h>

#include "buf.h"
#include "io.h"
#include "quote.h"

struct mbox_letter {
	int fd;
	char *path;             /* owned */
	char *lock;             /* `path.lock` while it is ours, or NULL */
	off_t before;           /* length of the file without the letter */
	bool made;              /* the file is new */
	struct quote quote;
	struct writer out;
};

/*
 * Opens the file, made with mode 0600 if it is missing, and locks it by fcntl(2) and by `path.lock`
 * (by fcntl alone where that may not be made), trying until the deadline (clock_ms; ETIMEDOUT). A lock file
 * whose process of this host is gone, or that is LIMIT_DOT_LOCK seconds old, is removed; what a delivery
 * that was killed had written of its letter is taken out of the mbox before.
 * What is no plain file with one name is refused (ELOOP, EMLINK, EINVAL). An empty sender
 * becomes MAILER-DAEMON. 0; -1 and errno, to be abandoned.
 */
int mbox_begin(struct mbox_letter *, const char *path, slice sender, int64_t deadline);
int mbox_write(struct mbox_letter *, slice bytes);

/* Ends the letter, syncs the file, and its folder if the file is new. */
int mbox_commit(struct mbox_letter *);

/* The file as it was before, unlocked; keeps errno. */
void mbox_abandon(struct mbox_letter *);

#endif
