/*
 * aliases: who stands for whom, aliases(5).
 *
 * The file is `aliases` in the Pennypost folder, read as it is: there is no
 * data base to rebuild. A name is compared without regard to case, the first of
 * two equal ones counts, and a line that cannot be read harms only itself.
 */
#ifndef ALIASES_H
#define ALIASES_H

#include <sys/types.h>

#include "buf.h"
#include "conf.h"

struct aliases {
	char *path;             /* owned, as the text */
	buf text;               /* at most LIMIT_ALIASES bytes */
	bool there;             /* a missing file is no aliases */
	uid_t owner;            /* of the file, where it is there */
};

/* 0; -1 with `file: what` in *why. Free it whatever the status. */
int aliases_read(struct aliases *, const struct conf *, buf *why);
void aliases_free(struct aliases *);

/*
 * What stands behind `name:`, continuation lines joined, into *members (cleared
 * first): the number of the line it begins on, or 0 where nobody has this name.
 */
int aliases_find(const struct aliases *, slice name, buf *members);

/* The first line that is no alias: 0, or -1 with `file: line N: what` in *why. */
int aliases_check(const struct aliases *, buf *why);

/*
 * Takes the next member off a list, which ends at a comma or line end outside of quotes
 * and brackets: 1; 0 at the end; -1 where quotes or brackets do not close (the list
 * is used up). In *member, cleared first, quotes around a whole `|command`, `/file` or
 * `:include:/file` are gone and blanks trimmed; lines that begin with # are skipped.
 */
int aliases_member(slice *list, buf *member);

/* What a member is, by its beginning. */
enum member_kind {
	MEMBER_ADDRESS,         /* with or without @domain, as in a header */
	MEMBER_MAILBOX,         /* \user: that mailbox, whatever aliases and .forward say */
	MEMBER_COMMAND,         /* |command */
	MEMBER_FILE,            /* /file, or a Maildir where it ends in a slash */
	MEMBER_INCLUDE,         /* :include:/file */
	MEMBER_ERROR,           /* error:5.1.6 text */
};

/* The kind of a member and, in *rest, what stands behind its mark (`user`, `command`, `/file`, `/file`, `5.1.6 text`). */
enum member_kind aliases_kind(slice member, slice *rest);

#endif
