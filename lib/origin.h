/*
 * origin: who sent back a message, and for whom, as its header says.
 *
 *	origin_begin, origin_read (once a message); origin_free
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include "buf.h"
#include "failures.h"

struct origin {
	buf verp;               /* the recipient that the address it came to names (verp.h), or empty */
	buf from, to;           /* addresses of From and To, or empty */
	buf about;              /* the subject, in UTF-8, */
	unsigned subject;       /* and its meanings, bits of enum phrase_meaning: none in an answer */
	bool daemon;            /* it is from a mail system, */
	bool null_sender;       /* or has no return path */
	bool automatic;         /* it is from a program; */
	bool replies;           /* from one that answers */
	bool listed;            /* X-Failed-Recipients names some: */
	struct failures *told;  /* here, borrowed */
};

/* A struct of zeros, or one that read another message. */
void origin_begin(struct origin *, struct failures *told);

/* A `From ` line before the header, or empty, and the fields. */
void origin_read(struct origin *, slice from_line, slice fields);

/* The recipient whom another return path names, where none is known yet. */
void origin_note_path(struct origin *, slice address);
void origin_free(struct origin *);

static inline bool origin_means(const struct origin *o, int meaning)
{
	return o->subject >> meaning & 1;
}

#endif
