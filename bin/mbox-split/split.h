/* What the files of mbox-split share: where a mailbox comes from, and where its messages go. */
#ifndef SPLIT_H
#define SPLIT_H

#include <sys/types.h>

#include "mailbox.h"
#include "separator.h"

/*
 * A mailbox as it is read: files, pipes and everything else by the same reads into one window of LIMIT_WINDOW bytes.
 * What mboxcl asks about bytes behind the window is looked up in a file, and read ahead of a pipe into a temporary one.
 */
struct input {
	const char *name;
	int fd;
	off_t origin;           /* of the mailbox in a file that can be read at any place; -1 */
	char *window;
	size_t start, end;      /* bytes read and not yet taken */
	long long at;           /* of the window's end in the mailbox */
	bool eof;
	int ahead;              /* the temporary file, or -1 */
	off_t ahead_start, ahead_end;   /* in it: what the window has not seen yet */
};

void input_open(struct input *, int fd, const char *name);

/* Reads more behind what is left, in one read or (fill) as much as there is room for. Errors end the program. */
void input_more(struct input *, bool fill);
size_t input_peek(void *input, long long at, char *p, size_t n);
void input_close(struct input *);

/* Before the program ends for what is wrong with the input: no part of a message is left. */
void split_abandon(void);

/* The message at hand. */
struct message {
	long long number;       /* from 1; 0: what stands before the first, with -k */
	long long at, end;      /* where it begins, with its separator; when it is over, where it ends */
	bool dated;             /* by a `From ` line: `from` is it */
	struct separator from;
	buf line;               /* owned, what `from` points into */
	buf head;               /* for an outlet that wants it: the text, as far as a header may reach */
};

/* Where messages go. What goes wrong ends the program, and leaves no part of a message. */
struct outlet {
	bool wants_head;
	void (*begin)(const struct message *);
	void (*text)(slice);    /* valid until settle or end */
	void (*settle)(void);
	void (*end)(const struct message *);
	int (*finish)(void);    /* after the last: an exit status */
	void (*abandon)(void);  /* the input failed in a message */
};

void files_open(const char *folder);
void maildir_outlet_open(const char *path);
void command_open(char *const *argv, long long jobs, bool verbose);
extern const struct outlet count_outlet, index_outlet, files_outlet, maildir_outlet, command_outlet;

/* The date of a message, by its separator or its Date field: false where it has none. */
bool message_date(const struct message *, time_t *);

/*
 * The file of the message at hand, which gets its bytes in few system calls: slices that lie side by side are one, and valid
 * until gather_settle writes them all. Where that fails, `when_broken` is called; if it returns, what is left is dropped.
 */
void gather_into(int fd, void (*when_broken)(void));
void gather_text(slice);
void gather_settle(void);

#endif
