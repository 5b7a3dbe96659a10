/*
 * phrasebook: what mail systems say in words, and what they mean by it: one table for all makes and languages.
 *
 * Phrases are as phrase_fold leaves a text, of three bytes at least; a `*` at the end: the word may go on.
 */
#ifndef PHRASEBOOK_H
#define PHRASEBOOK_H

#include <stddef.h>

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

extern const struct phrase phrasebook[];
extern const size_t phrasebook_count;

#endif
