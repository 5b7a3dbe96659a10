/*
 * maildir: a folder of letters, one file each, that any number of programs on any
 * number of hosts may use at once without locks (https://cr.yp.to/proto/maildir.html).
 *
 *	maildir_begin, writer_put on m.out (any number), maildir_commit
 *
 * The letter is written in tmp/, synced, renamed into new/, and new/ synced: what is
 * not there after maildir_commit was never delivered. Names are
 * TIME.MmicrosecondsPprocessRrandom.host,S=size (`/` and `:` of the host as \057 and
 * \072), so that hosts which share the folder never meet.
 */
#ifndef MAILDIR_H
#define MAILDIR_H

#include <time.h>

#include "buf.h"
#include "io.h"

struct maildir {
	int tmp, new, cur;      /* folders */
};

/*
 * Makes the folder, mode 0700, and its cur, new and tmp where they are missing, but nothing
 * above it; removes what was left in tmp/ 36 hours ago. 0; -1 and errno. Close it whatever the status.
 */
int maildir_open(struct maildir *, const char *path);
void maildir_close(struct maildir *);

/* Appends a name for a letter of this time, that no other has. */
void maildir_add_name(buf *, time_t when);

struct maildir_letter {
	struct maildir in;
	buf name;
	struct writer out;
};

/* Opens the Maildir and begins a letter in it: 0; -1 and errno, to be abandoned. */
int maildir_begin(struct maildir_letter *, const char *path);
int maildir_commit(struct maildir_letter *);

/* Leaves no trace of the letter; keeps errno. */
void maildir_abandon(struct maildir_letter *);

#endif
