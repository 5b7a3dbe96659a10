/* dkim-verify: what its files share. */
#ifndef VERIFY_H
#define VERIFY_H

#include "dkim-verify.h"
#include "twice.h"

struct message {
	buf separator, fields, blank;           /* a `From ` line, the header, the line that ends it */
	struct twice body;
	struct dkim_verify verify;
	buf part;                               /* the header of the first part of the body, if it has parts */
	bool wrapped[LIMIT_SIGNATURES];         /* of each signature: the body that it is of is that of this part */
	buf edits[LIMIT_SIGNATURES];            /* of each signature: edits that broke it, or empty */
};

/* Adds the edits without which a signature of the body would be good, which is read once more: 0, -1 and errno. */
int explain_body(struct message *);

/* Then the same of the header. */
void explain_header(struct message *);

void add_edit(buf *edits, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
