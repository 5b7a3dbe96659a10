/*
 * letter: the one door into the queue.
 *
 *	letter_begin, letter_recipient (once or more), letter_write (any number), letter_commit
 *
 * Nothing is visible in the queue before letter_commit, which returns 0 only
 * after the file and its folder are on the disk. Whatever fails gives -1 and errno
 * (EINVAL: an address or option that cannot stand in an envelope; EFBIG: more than
 * size-limit; ENOSPC also where queue-reserve would be used up), and nothing is left.
 */
#ifndef LETTER_H
#define LETTER_H

#include "conf.h"
#include "io.h"
#include "queue.h"

struct letter {
	char id[QUEUE_ID + 1];          /* known from letter_begin on, for a Received field */
	struct queue queue;
	int folder;
	bool named;                     /* in tmp/ under its id, not O_TMPFILE */
	bool in_message;
	size_t recipients;
	long long room;                 /* bytes of message that size-limit still allows */
	struct writer out;
};

/* options: words as in struct queued. An empty sender is the null reverse-path. */
int letter_begin(struct letter *, const struct conf *, slice sender, slice options);

/* The same of a letter that begins here: where there are keys for such (signers.h), it is signed on its way out. */
int letter_begin_own(struct letter *, const struct conf *, slice sender, slice options);

/* Right behind letter_begin: it will stand in hold/, which no runner touches. letter_release puts it into the queue. */
int letter_hold(struct letter *);

/*
 * Its file: the first recipient opens it in any case. Who has to wait for that one anyway opens
 * it meanwhile, which is a good part of what a letter costs beside its two fsyncs. 0, -1.
 */
int letter_open(struct letter *);

/* `address` or `address option…`, as in a recipient line. */
int letter_recipient(struct letter *, slice recipient);

/* Bytes of the message, in any cuts; the first call ends the recipients. */
int letter_write(struct letter *, slice bytes);
int letter_commit(struct letter *);

/* Leaves no trace. Also what to call after any failure. */
void letter_abandon(struct letter *);

/* A letter in hold/ into the queue, or removed, durably; where it is not there, that was done. 0; -1: EAGAIN, somebody has it. */
int letter_release(const struct queue *, const char *id);
int letter_drop_held(const struct queue *, const char *id);

/* Whether a mailbox may stand in an envelope: no blanks outside quotes, no controls, no leading `-`, within bounds. */
bool letter_takes(slice address);

/* The same of one that is complete: with a local part and a domain. */
bool letter_takes_complete(slice address);

/* Whether a word is an option of a letter, as struct queued lists them. */
bool letter_takes_option(slice option);

#endif
