/*
 * phrase: finds in a text what mail systems say in words, as phrasebook.h has it.
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
#include "phrasebook.h"

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
