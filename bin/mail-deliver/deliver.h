/*
 * mail-deliver: what its files share.
 *
 * A recipient is delivered to in steps, each done as the person whom its files
 * belong to: the aliases are opened out as whom the queue belongs to, their commands and files
 * run as the owner of the aliases, a mailbox and its .forward as the user; what is to be
 * forwarded goes to the queue last, when nothing else has to be tried again.
 */
#ifndef DELIVER_H
#define DELIVER_H

#include <stdint.h>
#include <sys/types.h>

#include "conf.h"
#include "io.h"
#include "local.h"

/* A message that is read from its start as often as it is needed, or once where it comes from a pipe. */
struct message {
	int fd;
	off_t start;
	bool plain;             /* a file, read again from start */
	bool in_header;         /* of the pass: not plain, and header not given yet */
	buf header;
	struct reader in;
};

void message_open(struct message *, int fd, off_t start);       /* start -1: where fd stands */
void message_close(struct message *);                           /* closes fd too */

/* Reads the header: 0, -1 (EMSGSIZE: larger than LIMIT_HEADER). Comes first. */
int message_read_header(struct message *);

/* So that it can be read more than once: what comes from a pipe goes to a file without a name. 0, -1. */
int message_keep(struct message *);

/* A pass over the whole message: 0, -1; then each piece of it: 1, 0 at the end, -1. */
int message_rewind(struct message *);
int message_some(struct message *, slice *bytes);

/* What became of a step or of the whole recipient: code and enhanced code as SMTP has them. */
struct outcome {
	int code;
	char enhanced[12];
	buf text;
	bool stop;              /* a command said 99: the members after it count as done */
};

void outcome_set(struct outcome *, int code, const char *enhanced, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* What the system refused: for a time, with the class of RFC 3463 that fits the error. */
void outcome_errno(struct outcome *, const char *what);
int outcome_status(const struct outcome *);     /* of <sysexits.h> */

struct delivery {
	const struct conf *conf;
	struct message *message;
	slice sender;           /* empty: null */
	slice options;          /* of the letter: smtputf8 and the like */
	slice recipient;        /* user@domain, as the envelope has it */
	slice recipient_options;
	long long deadline;     /* seconds for a command, and for a lock */
	bool trace;             /* -n: say it, do nothing */

	struct local who;       /* the recipient; then each user that a member names */
	slice member;           /* the command or file at hand */
	buf owner;              /* the sender instead of `sender`, where an alias has an owner */
	buf forwards;           /* addresses, each ended by LF */
	struct outcome outcome; /* of the last step, and at the end of all */
	buf lines;              /* what a step hands back besides: members, addresses, ids; each ended by LF */
};

slice delivery_domain(const struct delivery *);
slice delivery_sender(const struct delivery *);         /* the owner's address where an alias has one */

/* The lines that final delivery puts above a message (RFC 5321 §4.4), by the second of which a loop is found. */
void put_above(const struct delivery *, buf *lines);

/* One line of -n: what would be done, TAB, to what. Nothing without -n. */
void trace(const struct delivery *, const char *step, slice what);

/* Whom a step is done as. */
struct person {
	const char *name;       /* for the groups, or NULL */
	uid_t uid;
	gid_t gid;
};

struct person person_user(const struct delivery *);     /* of d->who */
struct person person_queue(const struct conf *);        /* the owner of the queue, or who we are */
struct person person_aliases(const struct conf *);      /* the owner of the aliases; nobody where that is root */

/*
 * Does a step as this person, in a process of its own where that takes becoming somebody else; outcome and
 * lines of *d are the step's. Whom we cannot become fails for a time.
 */
void person_does(const struct person *, struct delivery *, void (*step)(struct delivery *));

/* The members of an alias (d->who) into d->lines, one a line: includes opened, addresses bare of comments and qualified. */
void expand_alias(struct delivery *);

/* The same of the .forward of d->who; false where there is none. */
bool expand_forward(struct delivery *);

/* A line of them. */
void add_line(buf *lines, slice line);

/* Deliveries of d->member and to the mailbox of d->who. */
void to_command(struct delivery *);
void to_file(struct delivery *);
void to_mailbox(struct delivery *);

/* d->forwards into the queue, as one letter; d->lines becomes its id. */
void to_queue(struct delivery *);

/* Appends user@domain: without a domain, the first local one. */
void qualify(buf *address, slice user, const struct conf *);

/* All of it, for the recipient. */
void deliver(struct delivery *);

/* What deliver needs freed. */
void delivery_free(struct delivery *);

/* Jobs of pennypost-transport(5) on standard input: the exit status. */
int serve_jobs(const struct conf *, long long deadline);

#endif
