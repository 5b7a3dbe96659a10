/* masthead: what all letters of a list to its subscribers have. */
#ifndef MASTHEAD_H
#define MASTHEAD_H

#include "letter.h"
#include "list.h"

/*
 * letter_begin with the return path of the list: what bounces comes to NAME-bounce, by verp with the recipient's address behind.
 * By verp each letter also has a List-Unsubscribe of its own (personal.h), and a To where the list says so.
 */
int masthead_begin(struct letter *, const struct conf *, const struct list *);

/* letter_recipient of a subscriber; what is no address harms only itself, and is warned of. */
int masthead_recipient(struct letter *, const struct member *);

/* Whether each letter has a To of its own. */
bool masthead_has_to(const struct list *);

/* Appends the fields of RFC 2369 and RFC 2919, Precedence, and Reply-To where answers go to the list. */
void masthead_add_fields(buf *to, const struct list *);

#endif
