/* file: the files that parts become. */
#ifndef FILE_H
#define FILE_H

#include "buf.h"

struct files {
	int folder;
	unsigned long taken;    /* names that were: no number behind a name is tried twice */
	buf last_taken;         /* the last of them: messages of one kind have parts of one name */
};

/* The folder that they are made in, made if it is missing; else the end of the program. */
void files_open(struct files *, const char *path);

/*
 * Makes a new file in the folder, with a number in its name where that is taken; *name is what it is
 * called, at most LIMIT_FILE_NAME bytes. A descriptor, -1.
 */
int file_create(struct files *, slice wanted, buf *name);

#endif
