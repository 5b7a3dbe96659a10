/*
 * local: who a local address is.
 *
 * In this order: an alias; a user, which is a folder under `mailboxes` where conf
 * sets it and else an entry of the system's passwd; then the same for what stands
 * before an extension, `user+extension` (cut at the first +) and then
 * `user-extension` (cut at the last of LIMIT_DASHES dashes that leaves a name somebody has; then at the first of them that leave
 * an alias, for `news-bounce-a-b-c=example.com` may have any number behind it).
 *
 * Aliases compare without regard to case. A user is looked for as written and then
 * in lower case. `postmaster` always exists (RFC 5321 §4.5.1): what conf's `postmaster`
 * names stands in for it where there is neither alias nor user; where that says
 * `postmaster` too, root does, or with `mailboxes` a folder that is made at the first letter.
 *
 * That a look-up failed (the directory service is down, `aliases` cannot be read,
 * `mailboxes` is not mounted) is never taken for "no such user".
 */
#ifndef LOCAL_H
#define LOCAL_H

#include <sys/types.h>

#include "buf.h"
#include "conf.h"

enum local_kind { LOCAL_NOBODY, LOCAL_ALIAS, LOCAL_USER };

/* All texts are owned and NUL-terminated, empty where they do not apply. */
struct local {
	enum local_kind kind;
	buf name;               /* as the folder, passwd or the address spells it */
	buf extension;          /* without its mark */
	buf members;            /* of an alias: a list for aliases_member */
	int line;               /* of the alias in its file; 0: postmaster by default */
	buf home;               /* of a user: absolute; with `mailboxes` the folder itself */
	buf shell;
	uid_t uid;              /* with `mailboxes`: the folder's owner */
	gid_t gid;
};

/*
 * The local part as it stands in an address, quoted or not. 0: see kind; -1 where
 * it cannot be told now, with why. Free it whatever the status.
 */
int local_find(struct local *, const struct conf *, slice local_part, buf *why);

/* The same without aliases and extensions: the mailbox of this name. */
int local_user(struct local *, const struct conf *, slice name, buf *why);
void local_free(struct local *);

#endif
