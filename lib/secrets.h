/*
 * secrets: the passwords and tokens with which we log in elsewhere, pennypost-secrets(5).
 *
 *	host[:port] user password
 *	host[:port] user |command
 *	host[:port] user oauth token
 *	host[:port] user oauth |command
 */
#ifndef SECRETS_H
#define SECRETS_H

#include "buf.h"

/* Owned; zeroed to begin. */
struct secret {
	buf user;
	buf text;               /* the password or token; wiped */
	bool oauth;             /* it is a token */
};

/*
 * What the file holds for a server, `host`, `host:port` or a path: of the first line that has it as it is, else of the first that
 * has its host. A command is run, without a shell, and its first line is the secret. 1, 0 where there is none, no
 * file included, -1 with why. Wipe it whatever the status.
 */
int secrets_find(const char *path, slice server, struct secret *, buf *why);
void secret_wipe(struct secret *);

/* Whether a line is one of these; all but `host`, which is its first word, may be NULL. Exported for the fuzz target. */
bool secrets_read_line(slice line, slice *host, slice *user, slice *text, bool *oauth);

#endif
