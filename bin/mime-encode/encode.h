/*
 * What the parts of mime-encode share: the tree of parts that the command line describes.
 *
 *	main (build the tree), examine (read each file once and decide), boundary, write (read it again)
 */
#ifndef ENCODE_H
#define ENCODE_H

#include <sys/types.h>

#include "buf.h"
#include "io.h"
#include "survey.h"

enum encoding { ENCODING_AUTO, ENCODING_7BIT, ENCODING_8BIT, ENCODING_QP, ENCODING_BASE64, ENCODING_UU };

/* Texts are arguments of main, or constants, where nothing else is said; NULL where not given. */
struct part {
	struct part *parent, *next, *first, *last;      /* children: of a multipart alone */

	const char *type;               /* `text/html`, with parameters if -t has them; owned by nobody */
	const char *charset;
	const char *name;               /* -n; "" for none */
	enum encoding encoding;
	const char *disposition;
	bool inlined;                   /* has a Content-ID */
	bool kept;                      /* a multipart though it has one part alone */
	bool digested;                  /* its type need not be said (RFC 2046 §5.1.5) */

	unsigned number;                /* of a multipart, from 1: its boundary */

	const char *path;               /* of a leaf; "-" */
	int fd;                         /* of what cannot be opened again, or -1 */
	off_t start;                    /* where it begins there; -1: cannot be read twice */
	struct survey survey;
};

/* Opens each file, looks at it and decides what was left open; ends the program where one cannot be sent. */
void examine(struct part *root);

/* The prefix of all boundaries, which none of the lines begins with that are sent as they are. */
void find_boundary(struct part *root, buf *boundary);

/* The message body, with the fields of MIME; `words`: names of files as encoded words too. */
void write_message(const struct part *root, slice header, slice boundary, bool words);

/* Calls each for the leaves in their order. */
void each_leaf(struct part *root, void (*each)(struct part *, void *context), void *context);

/*
 * Opens a leaf for the first time, and copies it into a temporary file if it will be read twice and cannot be: how many
 * bytes it has, -1 for a pipe that was not copied.
 */
long long leaf_begin(struct part *, bool twice);

/* A leaf that is read from its start. */
struct leaf {
	const struct part *part;
	int fd;
	char *bytes;                    /* owned */
};

/* Each ends the program where it cannot be read. Bytes are valid until the next call; false at the end. */
void leaf_open(struct leaf *, const struct part *);
bool leaf_next(struct leaf *, slice *bytes);
void leaf_close(struct leaf *);

/* Whether it is text, and whether a message: that is never encoded (RFC 2046 §5.2.1). */
bool is_text(const struct part *);
bool is_message(const struct part *);

/* What a file is by its name, or NULL; and by its first bytes. Constants, or kept for ever. */
const char *type_by_name(const char *path);
const char *type_by_content(slice bytes);

/* Fields of a file, or of a message, for the top, in 7-bit lines; without those that are ours to say. Ends the program where it has none. */
void read_header(const char *path, buf *fields);

/* -d: one file, or standard input, as a bare stream: the exit status. */
int encode_stream(const char *encoding, const char *path, const char *name);

/* The name of a file without its folders; NULL for standard input. */
const char *base_name(const char *path);

/* A file as diagnostics name it. */
const char *input_name(const char *path);

#endif
