/* mail-header: what its files share. See mail-header(1). */
#ifndef HEADER_H
#define HEADER_H

#include "head.h"
#include "io.h"

struct column {
	struct field first;     /* of the name, if there is one */
	size_t count;           /* of such fields */
};

/* Which fields are printed, and how. */
struct request {
	char *const *names;
	size_t count;           /* of them */
	struct column *columns; /* a line a message, a column a name; NULL: a line a field */
	bool several;           /* the name of the message is the first column */
	bool raw, dates;
	int addresses;          /* 1: of fields that hold them only these; 2: with their names and groups */
};

/* A message_each of messages.h; the context is a struct request. */
int print_fields(void *request, const char *name, struct reader *in);

/* What becomes of a message on its way through. */
struct edit {
	char option;            /* a, s, i: field; d, k: names */
	slice names;            /* separated by blanks or commas; of a field its one name */
	buf field;              /* as it is written: encoded and folded, LF at its ends */
	bool placed;            /* s: it has taken the place of a field; then others of that name go */
};

struct edits {
	struct edit *list;
	size_t count;
	bool without_header, without_body;
};

/* Takes an option; what cannot be written ends the program. */
void edits_add(struct edits *, char option, const char *text);

/* A message_each of messages.h; the context is a struct edits. */
int edit_message(void *edits, const char *name, struct reader *in);

#endif
