/*
 * queue: the folder of text files that letters wait in, pennypost-queue(5).
 *
 *	queue/SHARD/ID          a letter; SHARD is the last character of ID
 *	queue/SHARD/ID.log      its failed or postponed attempts, one line each
 *	queue/tmp/              letters being written where O_TMPFILE is not to be had
 *	queue/hold/ dead/ corrupt/      letters that no runner touches
 *
 * An entry's mtime is when it is next due. Whoever works on it holds flock(2).
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <sys/stat.h>
#include <time.h>

#include "buf.h"
#include "conf.h"
#include "io.h"

enum { QUEUE_ID = 16 };         /* characters of an id: 11 of time, 4 at random, the shard; ids sort by arrival */

#define QUEUE_SHARDS "0123456789abcdefghjkmnpqrstvwxyz"
#define QUEUE_MAGIC "pennypost-queue 1"

/* States of a recipient, the first byte of its line. */
enum { RCPT_TODO = '-', RCPT_DELIVERED = '+', RCPT_FAILED = '!', RCPT_REPORTED = '*' };

struct queue {
	int fd;                 /* the folder */
	char *path;             /* absolute, owned */
};

/* Opens the queue folder that conf names, made (and made durable) if it is missing: 0, -1. */
int queue_open(struct queue *, const struct conf *);

/* A folder inside it, made (and made durable) if it is missing: a descriptor, -1. */
int queue_folder(const struct queue *, const char *name);

/* Removes what runners noted of destinations that did not answer. */
void queue_forget_down(const struct queue *);

bool queue_is_id(slice name);

/*
 * Calls each(context, folder, id, stat) for every letter in the shards, or in the
 * one folder named (hold, dead, corrupt); stops when it returns other than 0 and
 * returns that; -1 on errors of the folder itself. Order is that of the folders.
 */
int queue_scan(const struct queue *, const char *folder,
    int (*each)(void *context, const char *folder, const char *id, const struct stat *), void *context);

/* An envelope that stands in the queue. */
struct queued {
	int fd;                 /* open for reading and, where permitted, writing */
	char id[QUEUE_ID + 1];
	char folder[16];
	time_t arrived;
	time_t due;             /* mtime */
	off_t size;             /* of the whole file */
	buf sender;             /* empty: the null reverse-path */
	buf options;            /* words, such as `smtputf8 body=8bitmime ret=hdrs envid=x` */
	off_t first;            /* where the first recipient line begins */
	buf only;               /* what it holds, once read: few letters have another */
	struct reader lines;
	off_t at;               /* where the next recipient line begins */
	off_t message;          /* where the message begins; 0 until the last recipient was read */
	const char *why;        /* with QUEUE_CORRUPT: what is wrong */
};

enum queue_status {
	QUEUE_OK,
	QUEUE_GONE,             /* delivered, moved or removed meanwhile */
	QUEUE_BUSY,             /* another runner has it */
	QUEUE_CORRUPT,
	QUEUE_ERROR,            /* errno */
};

enum queue_access { QUEUE_READ, QUEUE_LOCK };

/* Opens queue/folder/id (folder NULL: its shard) and reads what precedes the recipients. Close it whatever the status. */
enum queue_status queued_open(struct queued *, const struct queue *, const char *folder, const char *id,
    enum queue_access);
void queued_close(struct queued *);

struct queue_rcpt {
	char state;
	off_t at;               /* of the line, whose first byte is the state */
	slice address;          /* borrowed until the next call */
	slice options;          /* words: notify=, orcpt= */
	slice both;             /* address and options as they stand, for a job line */
};

/* The next recipient: 1; 0 after the last, when q->message is known; -1 on errors (errno; EBADMSG: damaged). */
int queued_next(struct queued *, struct queue_rcpt *);
void queued_rewind(struct queued *);

/* The address and options of one recipient line that queued_next has shown, by its place: 0, -1. */
int queued_recipient(const struct queued *, off_t at, buf *both);

/* Splits `address option…` (a quoted local part may hold blanks). */
slice rcpt_address(slice both);
slice rcpt_options(slice both);

/* The value of word `name=` among options, or {NULL, 0}; bare words give an empty slice. */
slice option_value(slice options, const char *name);

/* Overwrites the state of the recipient at this place. Durable after queued_sync. 0, -1. */
int queued_mark(const struct queued *, off_t at, char state);
int queued_sync(const struct queued *);

/* Sets when it is next due: 0, -1. */
int queued_postpone(const struct queued *, time_t due);

/* One line more in the log of a letter: time, recipient, host, reply. 0, -1. */
int queued_log(const struct queued *, const struct queue *, slice recipient, slice host, slice reply);

/* The log as it stands, empty where there is none; at most LIMIT_HEADER bytes of its end. 0, -1. */
int queued_read_log(const struct queued *, const struct queue *, buf *log);

/* Removes a letter with its log; the folder is not synced: a crash may bring it back. 0, -1. */
int queued_remove(const struct queued *, const struct queue *);

/* Moves it with its log to another folder of the queue, durably: 0, -1. */
int queued_move(struct queued *, const struct queue *, const char *folder);

#endif
