/*
 * texts: what a list writes of its own, each text a file that its owner may change.
 *
 *	lists/NAME/texts/confirm-subscribe      Subject: Please confirm…
 *
 *	                                        To subscribe $address, answer …
 *
 * A subject, an empty line, and the letter, in UTF-8. `$word` stands for a value, `$$` for a dollar. Where the file is
 * missing there is one of ours.
 */
#ifndef TEXTS_H
#define TEXTS_H

#include "list.h"

struct text_value {
	const char *name;
	slice value;
};

/* What every text knows without being told: $list, the address to post to, $name, $owner and $help. */

/* The name of the i-th text that there is, NULL behind the last; and ours of that name. */
const char *texts_name(size_t i);
slice texts_ours(const char *name);

/*
 * Appends one with its values in their places. Those up to the first without a name are taken; NULL is none. 0; -1 and errno where its file
 * cannot be read.
 */
int texts_add(const struct list *, const char *name, const struct text_value *values, buf *to);

#endif
