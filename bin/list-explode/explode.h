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
	bool approved;                  /* a moderator let it pass */
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

/* hold.c: keeps the message, which is read to its end, for a moderator, who is told: 0; -1 and errno, EDQUOT: too many wait. */
int hold(const struct posting *);

/* header.c: appends the header as subscribers get it. */
void rewrite_header(const struct posting *p, buf *to);

/* munge.c: the same header, From and what belongs to it changed where the list's setting says so. DNS may be asked. */
void munge_header(const struct posting *p, buf *header);

/*
 * copies.c: the message on its way into the queue, into the archive, where it is, and into the Maildir of digests, where a
 * subscriber gets digests.
 */
struct copies {
	struct letter letter;
	struct copy {
		struct maildir_letter letter;
		bool open;
	} archive, digest;
	bool has_digests;               /* a subscriber gets digests */
	const struct list *sealed;      /* the list whose letters are, or NULL: then the letter waits in */
	struct writer spool;
	long long room;                 /* bytes that the list still takes, -1: any number */
};

/*
 * seal.c: the message for the queue, once it is whole, through arc-seal. 0, or -1 and errno; *status is arc-seal's, which said why
 * it is not EX_OK.
 */
int seal_begin(struct writer *spool);
int seal_end(struct writer *spool, const struct list *, struct letter *, int *status);

/* 0, or -1 and errno as letter_begin and the others have it; then copies_abandon. Each byte that is put goes into all. */
int copies_begin(struct copies *, const struct posting *);
int copies_put(struct copies *, slice bytes);
int copies_commit(struct copies *);
void copies_abandon(struct copies *);   /* keeps errno */

/*
 * footer.c: what a footer may be added to, and how; the header changes with it.
 *
 *	footer_begin, footer_header, footer_body (any number, the bytes in any cuts), footer_end
 *
 * add.c: the message on its way with its footer: to the end of its text; as the last part of the multipart/mixed
 * that it is; or as the second of one that is made, in which the message that was is the first.
 */
struct footer {
	enum { FOOTER_NONE, FOOTER_TEXT, FOOTER_PART, FOOTER_WRAP } way;
	buf text;                       /* in UTF-8; of FOOTER_TEXT encoded as the message is; LF line ends, as the next two */
	buf part;                       /* the same as a part: its header, and its body */
	buf fields;                     /* of FOOTER_WRAP: of the part that the message becomes */
	buf boundary;
	bool eight_bit;                 /* of FOOTER_TEXT: the message has not said that it may be, and now is */
	bool quoted;                    /* of FOOTER_TEXT: quoted-printable */

	struct copies *to;
	int error;                      /* errno of what the copies could not take, or 0 */
	buf tail;                       /* what was put last */
	bool begun;                     /* bytes of the body came */
	bool sealed;                    /* of FOOTER_PART: a part is signed or encrypted */
	bool closed;                    /* its last boundary came */
	struct part_walk *walk;
};

/* Decides by the header, and changes it; the end of the program where texts/footer cannot be read. */
void footer_begin(struct footer *, const struct list *, buf *header);

/* Whether something of this type falls to pieces, or is no longer what somebody signed, if anything is added. */
bool footer_is_sealed(slice type, slice subtype);

/* 0, or -1 and errno as copies_put has it. */
int footer_header(struct footer *, struct copies *, slice header);
int footer_body(struct footer *, slice bytes);
int footer_end(struct footer *);

#endif
