/* file: the files that parts become. */
#ifndef FILE_H
#define FILE_H

#include "part.h"

struct files {
	int folder;
	unsigned long taken;    /* names that were: no number behind a name is tried twice */
	buf last_taken;         /* the last of them: messages of one kind have parts of one name */
};

/* The folder that they are made in, made if it is missing; else the end of the program. */
void files_open(struct files *, const char *path);

/*
 * Appends a name made safe: what stands behind its last slash, in UTF-8, U+FFFD for controls and marks of direction; no
 * hidden file and no option of a command: a dot or dash at its beginning becomes `_`. May be empty.
 */
void file_safe_name(buf *to, slice name);

/* Appends the name that a part asks for, made safe, with the extension of its type where it has none; `part-1.2` where it asks for none. */
void file_name(buf *to, const struct part *);

/*
 * Makes a new file in the folder, with a number in its name where that is taken; *name is what it is
 * called, at most LIMIT_FILE_NAME bytes. A descriptor, -1.
 */
int file_create(struct files *, slice wanted, buf *name);

#endif
