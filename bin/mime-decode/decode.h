/* decode: what the files of mime-decode share. */
#ifndef DECODE_H
#define DECODE_H

#include "block.h"
#include "file.h"
#include "leaf.h"
#include "messages.h"

/* What was asked for. */
struct request {
	const char *target;     /* the part, the type or the folder */
	bool raw;               /* text stays in the charset that it was sent in */
	bool unflow;            /* paragraphs of format=flowed on one line */
	bool attachments;       /* only these become files */
	bool several;           /* messages: output says which it is of */
	struct files files;     /* that were made */
};

/* What a leaf means, on its way to a writer. */
struct copy {
	struct leaf leaf;
	struct writer *to;
};

void copy_begin(struct copy *, const struct part *, const struct request *, struct writer *to);
void copy_more(struct copy *, slice bytes);
void copy_end(struct copy *);           /* the rest of it; frees */

/* Sends a message through a walk: EX_OK, or EX_IOERR where it could not be read, which was said. */
int walk(const struct part_events *, void *context, const char *name, struct reader *);

/* Text in which uuencoded files may stand as they were written. */
bool is_plain_text(const struct part *);

/* For messages_each; the context is struct request. Each is one way in which the program is called. */
message_each print_part;                /* -p */
message_each print_best;                /* -t */
message_each extract;                   /* -x */
message_each recode;                    /* -c */

/*
 * -d: standard input, a bare stream in one of the encodings, to standard output: an exit status. Strict: what is
 * not well-formed is refused, at its offset; EX_USAGE where there is no such encoding.
 */
int decode_stream(const char *encoding, bool strict);

#endif
