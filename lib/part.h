/*
 * part: a message taken apart while it streams by (RFC 2045-2046, RFC 5322): the one MIME parser.
 *
 *	part_walk_begin, part_walk_more (any number, the bytes in any cuts), part_walk_finish
 *
 * Events say when a part begins, what bytes it has, and when it ends. The bytes of all events whose part is not
 * `decoded`, put together, are the message again; those inside an encoded message are what it decodes to.
 *
 * Read as real mail is: a header may lack its blank line, and a multipart its last boundary; an outer boundary
 * ends what is inside; a `From ` line before the first field belongs to the header. Multiparts without a boundary,
 * and what is past LIMIT_PARTS or LIMIT_PART_DEPTH, are leaves. A header larger than LIMIT_HEADER ends there.
 */
#ifndef PART_H
#define PART_H

#include "boundary.h"
#include "buf.h"
#include "charset.h"
#include "io.h"
#include "limit.h"
#include "transfer.h"

enum part_kind {
	PART_LEAF,
	PART_MULTIPART,
	PART_MESSAGE,           /* message/rfc822, global, news: a message is inside it */
};

/* One that has begun. What is a slice is valid during `begin` only. */
struct part {
	const struct part *parent;      /* NULL: the message itself */
	size_t depth;                   /* how many it is in, below LIMIT_PART_DEPTH */
	size_t index;                   /* among the parts of its multipart, from 1; else 0 */
	size_t parts;                   /* that were in it so far */
	size_t level;                   /* of a multipart: its place in the boundaries that are open */
	enum part_kind kind;
	enum transfer_encoding encoding;
	size_t decoded;                 /* how many encoded messages it is inside */
	slice header;                   /* as it came, with its blank line */
	slice fields;                   /* of it, without a `From ` line before them */
	slice type, subtype;            /* text and plain, message and rfc822 where nothing is said */
	slice content_type, disposition, transfer_encoding, id;         /* bodies of these fields, or empty */
};

enum part_bytes {
	PART_HEADER,            /* right behind `begin` */
	PART_BODY,              /* of a leaf, as it was sent */
	PART_OUTSIDE,           /* of a multipart: boundaries with the line ends before them, preamble, epilogue */
	PART_ENCODED,           /* of a message that was sent encoded: what is in it follows as parts of its own */
};

struct part_events {
	void (*begin)(void *context, const struct part *);
	void (*bytes)(void *context, const struct part *, enum part_bytes, slice);
	void (*end)(void *context, const struct part *);
};

struct part_walk {
	const struct part_events *events;
	void *context;
	size_t depth;                   /* of the stack */
	size_t *parts;                  /* all that began; in the outermost walk, own_parts */
	size_t own_parts;

	bool in_header;                 /* of the innermost part; else in its body, preamble or epilogue */
	buf header;
	buf line;                       /* a header line that has no end yet */
	bool at_start;                  /* of a line of a body */
	buf held;                       /* a line end that may belong to a boundary, and what may be one behind it */
	size_t line_end;                /* bytes of that line end, 0-2; a CR alone is none yet */
	struct boundaries open;

	/* The innermost part is a message that is sent encoded: decoded, it is walked by a walk of its own. */
	struct part_walk *inside;
	struct transfer_decoder decoder;

	struct part stack[LIMIT_PART_DEPTH];    /* the parts that are open, outermost first; not zeroed */
};

void part_walk_begin(struct part_walk *, const struct part_events *, void *context);
void part_walk_more(struct part_walk *, slice bytes);
void part_walk_finish(struct part_walk *);      /* ends all parts, and frees */

/* All three, with a message to its end: 0; -1 and errno where it could not be read on, after its parts were ended. */
int part_walk_message(const struct part_events *, void *context, struct reader *);

/*
 * Appends the number of a part as IMAP has it (RFC 9051 §6.4.5.1): `2.1` is the first part of the second, or
 * the body of the message that the second is. IMAP has no number for a multipart that is the whole body of a
 * message: it is 0, or 2.0 in the message that is part 2.
 */
void part_number(buf *to, const struct part *);

/* Appends the file name that a part asks for, as a person reads it: of its disposition, else of its type. Valid during `begin`. */
void part_filename(buf *to, const struct part *);

/* Opens the character set of a part of text, or one that guesses it. Valid during `begin`, as the next is. */
void part_charset(const struct part *, struct charset *);

/* An attachment as a reader sees it (RFC 2183 §2). */
bool part_is_attachment(const struct part *);

/* Whether it was sent in an encoding, and what is in it is decoded first. */
bool part_is_encoded_message(const struct part *);

/* Whether the bytes of a part are of the content, decoded, of a multipart or message that has not ended; its own header is not. */
bool part_holds(const struct part *container, const struct part *, enum part_bytes);

#endif
