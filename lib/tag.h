/*
 * tag: lists of `name=value; name=value;`, as DKIM has them (RFC 6376 §3.2), and ARC and DMARC after it.
 *
 * Slices point into the list.
 */
#ifndef TAG_H
#define TAG_H

#include "buf.h"
#include "limit.h"

struct tag {
	slice name, value;      /* without the blanks and folds around them */
	slice written;          /* the value with these: all from the `=` to the semicolon */
	bool equals;            /* there is a `=` */
};

/* Takes what stands before the next semicolon, whatever it is: its name is empty where nothing is. False at the end. */
bool tag_next(slice *rest, struct tag *);

/*
 * Of a record that begins `v=version;`, the value of its first tag of this name; empty where there is none. False where it is no
 * such record.
 */
bool tag_record(slice record, const char *version, const char *name, slice *value);

struct tags {
	size_t count;
	struct tag tag[LIMIT_TAGS];
};

/*
 * A whole list, as strictly as signatures and keys are read: 0; -1 where a tag has no `=` or no name, a name is said twice, a value
 * holds controls other than folds, or there are more than LIMIT_TAGS. UTF-8 is taken (RFC 8616).
 */
int tags_read(struct tags *, slice list);

/* A tag by its name, in its case; NULL where there is none. */
const struct tag *tags_find(const struct tags *, const char *name);

/* Its value; an empty one with p NULL where there is none. */
slice tags_value(const struct tags *, const char *name);

/* Whether one of the words of a list, between colons, is this one: `sha1 : sha256` (without regard to case). */
bool tag_lists(slice list, const char *word);

#endif
