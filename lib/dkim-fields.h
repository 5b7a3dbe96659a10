/* dkim-fields: the fields of a header as a signature chooses from them: by name, from the bottom up (RFC 6376 §5.4.2). */
#ifndef DKIM_FIELDS_H
#define DKIM_FIELDS_H

#include <stdint.h>

#include "head.h"

struct dkim_fields {
	struct dkim_field {
		struct field field;
		uint32_t mark;          /* of its name: different where the names are, nearly always */
	} *row;                 /* owned */
	size_t count;
};

/* The slices are those of the header. 0; -1 where it has more than LIMIT_FIELDS. */
int dkim_fields_begin(struct dkim_fields *, slice fields);
void dkim_fields_free(struct dkim_fields *);

/* The next field of a name from row *at down (count: from the bottom), which is then its row; NULL: there is none. */
const struct field *dkim_fields_above(const struct dkim_fields *, slice name, size_t *at);

/*
 * Appends the canonical form of the fields that `names`, a list between colons, chooses: the first time that a name is said it is the
 * last such field, the second time the one above, and nothing where there is none left. `self`, the bytes of the signature itself,
 * is never chosen.
 */
void dkim_fields_add(const struct dkim_fields *, slice names, slice self, bool relaxed, buf *to);

#endif
