/*
 * phrase: what mail systems say in words, and what they mean by it: one table for all makes and languages.
 *
 *	struct phrase_scan scan = phrase_scan(text);
 *
 *	while ((p = phrase_next(&scan)))
 *		…
 *
 * Text is UTF-8 as phrase_fold leaves it. A phrase begins and ends with a word: `spam` is not in a@spam.example.
 */
#ifndef PHRASE_H
#define PHRASE_H

#include "buf.h"

enum phrase_meaning {
	PHRASE_FAILED,          /* a letter could not be delivered */
	PHRASE_DELAYED,         /* not yet */
	PHRASE_LETTER,          /* what follows, from a line that begins so on, is the letter that came back */
	PHRASE_CONTACT,         /* addresses beside it are not those of recipients */
	PHRASE_ALIAS,           /* the address behind it is the one that was written to */
	PHRASE_REPLY,           /* in a subject: an answer by a program, such as a vacation notice */
	PHRASE_CHALLENGE,       /* the sender is asked to prove that he is a person */
	PHRASE_COMPLAINT,       /* in a subject: a reader calls it spam */
	PHRASE_HARD,            /* the three reasons of a failure, as in verdict.h */
	PHRASE_SOFT,
	PHRASE_POLICY,
};

/* Of two phrases in a reason the one that stands first in the table says what it is: exceptions stand before what they are of. */
struct phrase {
	const char *text;
	enum phrase_meaning meaning;
	const char *status;     /* of a reason, where the mail system says none; or NULL */
};

struct phrase_scan {
	slice text;
	size_t at;              /* where the phrase that was found begins */
	unsigned row;           /* one that may be there too, plus one; 0: none */
};

struct phrase_scan phrase_scan(slice folded);
const struct phrase *phrase_next(struct phrase_scan *);         /* NULL: no more */

/* Whether the first of two reasons stands before the second in the table. */
bool phrase_before(const struct phrase *, const struct phrase *);

/* Appends text with its ASCII letters small and one SP for each run of blanks; none at its ends. */
void phrase_fold(buf *to, slice text);

#endif
