/*
 * settings: files of `name value` lines, one setting a line, # comments: `conf`, and that of a list.
 *
 * A table says which there are and into which fields of a struct they go. An unknown one is an error.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stddef.h>

#include "buf.h"

enum setting_kind {
	SETTING_TEXT,           /* char *, owned by the struct */
	SETTING_COUNT,          /* long long, as the next two: not negative */
	SETTING_SIZE,           /* bytes */
	SETTING_TIME,           /* seconds */
};

struct setting {
	const char *name;
	enum setting_kind kind;
	size_t offset;          /* of its field */
	const char *initial;    /* NULL: the field stays NULL or 0 */
};

struct setting_table {
	const struct setting *list;
	size_t count;
};

/* Sets all fields to their initial values; *to is zeroed before. */
void settings_begin(const struct setting_table *, void *to);

/* What the file sets; where it is missing, nothing. 0; -1 with `file: line N: what is wrong` in *why. */
int settings_read(const struct setting_table *, void *to, const char *path, buf *why);

/* `10M` to bytes, `4h` to seconds, `off` to 0; -1 where it is neither. Binary K M G T; s m h d w. */
long long setting_size(slice text);
long long setting_time(slice text);

#endif
