/* list-digest: what its files share. See list-digest(1). */
#ifndef ISSUE_H
#define ISSUE_H

#include "io.h"
#include "letter.h"
#include "list.h"

/*
 * digest.c: a digest in one of two forms, as its messages come:
 *
 *	multipart/mixed         a table of contents, and a multipart/digest (RFC 2046 §5.1.5) with the messages to the byte
 *	text/plain              the same as RFC 1153 has it
 *
 * The messages wait in a temporary file, whatever their size; a topic is kept of each.
 */
struct digest {
	bool plain;
	size_t count;           /* messages */
	bool eight_bit;         /* in one of them, as it will stand, or in the topics */
	buf topics;             /* a line each, UTF-8 */
	buf chance;             /* of the boundaries */
	struct writer body;
};

/* 0; -1 and errno: no temporary file. */
int digest_begin(struct digest *, bool plain);

/* A message, at the first byte of a file that can be read twice. 0; -1 and errno: it cannot be read, or body.error. */
int digest_add(struct digest *, struct reader *in);

/*
 * All of it by put(context, bytes), which returns 0 or -1 as this does. `fields` are those of its header that do not say what
 * its form is; the title is that of the table of contents, without a line end; `about` is its second line, or empty.
 */
int digest_write(struct digest *, slice fields, slice title, slice about, int (*put)(void *, slice), void *context);
void digest_free(struct digest *);

/* plain.c: a message as it stands in the second form. */
int plain_add(struct digest *, struct reader *in);

/* topic.c: appends what a field says to people: UTF-8 in one line, of which LIMIT_TOPIC bytes are kept; the author's name or address. */
void topic_add_subject(buf *to, slice fields);
void topic_add_author(buf *to, slice fields);

/* backlog.c: the messages in the Maildir of a list, in the order in which they came. */
struct waiting {
	size_t name;            /* of its file in names: new/…, cur/… */
	time_t since;
	long long bytes;
};

struct backlog {
	buf names;              /* each NUL-ended */
	struct waiting *rows;
	size_t count;
	int status;             /* EX_OK, or what went wrong with one of the others, which was said */
};

/* 0; -1 and errno. No Maildir has no messages. */
int backlog_read(struct backlog *, const struct list *);
bool backlog_is_due(const struct backlog *, const struct list *);

/* How many of them, the first ones, go into the next digest: one at least, and at most LIMIT_PARTS. */
size_t backlog_portion(const struct backlog *, const struct list *);
const char *backlog_name(const struct backlog *, size_t i);
void backlog_free(struct backlog *);

/*
 * state.c: how far the list is, a text file of it that people can read:
 *
 *	issue 7                 the number of the last digest; or, where more follows, of the one that is being sent:
 *	letter ID               in hold/ of the queue, or to come there
 *	file new/NAME           a message that is in it
 *	ready                   the letters are whole; without this line all begins again
 */
struct state {
	long long issue;
	buf letters;            /* ids, each NUL-ended */
	buf files;              /* the same */
	bool ready;
};

/* Ends the program with EX_CONFIG where it is none. */
void state_read(struct state *, const struct list *);

/* 0 once it is on the disk; -1 and errno. */
int state_write(const struct state *, const struct list *);

/* issue.c: the next digest, of the first `portion` messages, for all who get digests; and the end of one that was not. */
struct run {
	struct conf conf;
	struct list list;
	struct queue queue;
	struct state state;
	buf ids;                /* of the letters that were sent, with blanks between them */
};

/* EX_OK, or what went wrong, which was said: then the next run goes on. */
int issue_send(struct run *, const struct backlog *, size_t portion);
int issue_settle(struct run *);

#endif
