/* list-explode: what its files share. See list-explode(1). */
#ifndef EXPLODE_H
#define EXPLODE_H

#include "head.h"
#include "letter.h"
#include "list.h"
#include "maildir.h"

struct posting {
	struct conf conf;
	struct list list;
	const char *sender;             /* of the envelope, empty for the null reverse-path; NULL where nobody said */
	buf fields;                     /* the header as it came, without the line that ends it */
	buf why;                        /* it is not taken */
};

/* admit.c */
enum admission {
	ADMIT_POST,
	ADMIT_DROP,             /* of a program to which nobody should answer */
	ADMIT_LOOP,             /* it was on this list */
	ADMIT_NOBODY,           /* who wrote it may not post */
	ADMIT_ERROR,            /* errno, of a file of the list */
};

/* What is wrong stands in p->why. */
enum admission admit(struct posting *p);

/* header.c: appends the header as subscribers get it. */
void rewrite_header(const struct posting *p, buf *to);

/* munge.c: the same header, From and what belongs to it changed where the list's setting says so. DNS may be asked. */
void munge_header(const struct posting *p, buf *header);

/* copies.c: the message on its way into the queue and, where these folders are, into the Maildirs of the list. */
struct copies {
	struct letter letter;
	struct copy {
		struct maildir_letter letter;
		bool open;
	} archive, digest;
	long long room;                 /* bytes that the list still takes, -1: any number */
};

/* 0, or -1 and errno as letter_begin and the others have it; then copies_abandon. */
int copies_begin(struct copies *, const struct posting *);
int copies_put(struct copies *, slice bytes);
int copies_commit(struct copies *);
void copies_abandon(struct copies *);   /* keeps errno */

#endif
