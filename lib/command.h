/*
 * command: what an SMTP client says, taken apart (RFC 5321 §4.1, RFC 3461, 6531, 1870, 6152, 3030).
 *
 * Pure functions on one line without its CRLF. A parser returns NULL, or the
 * reply (`501 5.5.4 …`) that refuses the command. Slices point into the line.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "buf.h"

/* `verb argument`: the verb up to the first blank, the argument without blanks at its ends. */
void command_split(slice line, slice *verb, slice *argument);

/* A path, its source route dropped (RFC 5321 §C). `<>` and `<postmaster>` have no domain. */
struct path {
	slice address;          /* as written, quotes of the local part included; empty: the null reverse-path */
	slice local;
	slice domain;           /* empty, a domain, or a literal with its brackets */
	bool utf8;              /* it has characters beyond ASCII */
};

/* Takes a path from the start of *rest, also without its angle brackets: whether it is one. */
bool command_path(slice *rest, struct path *);

struct mail_command {
	struct path from;
	long long size;         /* as the client announces it, or 0 */
	bool utf8;              /* SMTPUTF8 was given */
	bool requires_tls;      /* REQUIRETLS was (RFC 8689) */
	buf options;            /* words as in struct queued; owned */
};

/* The argument of MAIL and of RCPT; `utf8`: whether MAIL gave SMTPUTF8. Free the options whatever is returned. */
const char *command_mail(slice argument, struct mail_command *);

struct rcpt_command {
	struct path to;
	buf options;            /* words for a recipient line; owned */
};

const char *command_rcpt(slice argument, bool utf8, struct rcpt_command *);

/* `size [LAST]`. */
const char *command_bdat(slice argument, long long *size, bool *last);

#endif
