/*
 * replace: a file, replaced by a new one that is on the disk before it has the name: at any moment it is the old one or
 * the new.
 *
 *	replace_begin, writer_put on r.out (any number), replace_commit
 *
 * Who does so holds a lock, for the new one is called FILE.new until then.
 */
#ifndef REPLACE_H
#define REPLACE_H

#include "io.h"

struct replacement {
	struct writer out;
	char *path, *new;       /* owned */
};

/* Its permissions and owner are those of the old one; or, where there is none, 0600 and the owner of its folder. 0, -1. */
int replace_begin(struct replacement *, const char *path);

/* 0; -1 and errno, to be abandoned. */
int replace_commit(struct replacement *);

/* Leaves no trace; keeps errno. */
void replace_abandon(struct replacement *);

#endif
