/* roles: the addresses of a list, and what takes the mail of each: lines of aliases(5). */
#ifndef ROLES_H
#define ROLES_H

#include "list.h"

/* What stands behind the list's own name in the i-th, such as "-owner"; NULL behind the last. */
const char *roles_suffix(size_t i);

/* Appends the member of its alias: `"|/usr/local/bin/list-explode news"`, `:include:/etc/pennypost/lists/news/owners`. */
void roles_add_member(buf *to, const struct list *, size_t i);

#endif
