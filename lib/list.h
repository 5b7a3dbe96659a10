/*
 * list: a mailing list, a folder of text files, pennypost-list(5).
 *
 *	lists/NAME/conf         its settings
 *	lists/NAME/subscribers  an address a line, then TAB and options: digest, nomail
 *	lists/NAME/owners moderators    addresses, the same way
 *	lists/NAME/archive digest       Maildirs for what was posted, where they are
 *	lists/NAME/pending bounces      what waits for a moderator (pending.h), and what came back (list-bounce)
 *	lists/NAME/texts key            texts that it sends (texts.h), and the secret of its confirmations (confirm.h)
 *
 * A line that begins with # says nothing.
 */
#ifndef LIST_H
#define LIST_H

#include "buf.h"
#include "conf.h"

/* Texts are NUL-terminated, owned by the list, and live as long as the process. */
struct list {
	const char *name;               /* borrowed */
	char *folder;                   /* absolute */
	char *address;                  /* to post to */
	char *description;
	char *post;                     /* "open", "subscribers" or "moderators": who may */
	char *others;                   /* "refuse" or "hold": what becomes of messages of those who may not */
	char *prefix;                   /* of subjects, or empty */
	char *reply_to;                 /* "author" or "list" */
	char *archive;                  /* a URL, or empty, as the next */
	char *unsubscribe;              /* of list-post-unsubscribe */
	char *to;                       /* "author" or "subscriber": what To says */
	char *archive_addresses;        /* "hidden" or "shown": what list-archive does with them */
	char *verp;                     /* "yes" or "no", as the next */
	char *seal;
	long long bounce_limit;         /* the score at which a subscriber is probed, 0: never */
	long long bounce_half_life;     /* seconds in which a score is halved */
	char *munge;                    /* "auto", "always" or "never": From becomes the list's */
	long long size_limit;           /* bytes of a message, 0: as conf has it */
	long long digest_age;           /* seconds; a digest is due when its oldest message is so old, or, as the next two, never: 0 */
	long long digest_count;         /* or when there are so many; no digest has more */
	long long digest_size;          /* or so many bytes */
};

/* Reads its settings; else the end of the program, with EX_NOINPUT where there is no such list, and EX_CONFIG. */
void list_load(struct list *, const struct conf *, const char *name);

bool list_exists(const struct conf *, const char *name);

/* Whether a list may be called that: letters, digits, `-`, `_` and `.`, none of the last three first. */
bool list_is_name(const char *name);

/* The folder of a list of that name, absolute; the path of a file of it. Owned by the caller. */
char *list_folder(const struct conf *, const char *name);
char *list_path(const struct list *, const char *file);

/* Waits for the lock on a file of it, which is made if it is missing: a descriptor, whose end is that of the lock; -1. */
int list_lock(const struct list *, const char *file);

/* Appends an address of it: `news@lists.example.org` with `-owner` is `news-owner@lists.example.org`. */
void list_add_address(buf *to, const struct list *, const char *suffix);

/* Appends what List-Id calls it (RFC 2919 §2): `<news.lists.example.org>`. */
void list_add_id(buf *to, const struct list *);

/* A line of a file of addresses. */
struct member {
	slice address;          /* borrowed until the next call, as the options */
	slice options;          /* words */
};

/* A line of such a file: false where it says nothing. */
bool member_read(slice line, struct member *);

/*
 * Calls each(context, member) for every line of a file of the list until it returns other than 0, and returns that; a
 * missing file has none. -1 and errno on errors of the file. Nobody checked the addresses.
 */
int list_members(const struct list *, const char *file, int (*each)(void *context, const struct member *), void *context);

bool member_has(const struct member *, const char *option);

/* Whether an address stands in such a file, as addr_same has it: 1, 0, -1. */
int list_has(const struct list *, const char *file, slice address);

#endif
