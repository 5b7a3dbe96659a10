/*
 * head: the header of a message, field by field (RFC 5322 §2.2, obsolete forms of §4.5).
 *
 * A field is a name of printable ASCII, a colon and a body that goes on in every
 * line that begins with a blank. Lines end in LF or CRLF. Bytes are kept as they
 * are; what is no field ends the header.
 */
#ifndef HEAD_H
#define HEAD_H

#include "buf.h"
#include "io.h"

/*
 * Appends the fields at the start of a message to *fields and leaves the reader at
 * what ended them: the blank line, or the first line that is no field. 0; -1 and
 * errno, EMSGSIZE where they are larger than LIMIT_HEADER.
 */
int head_read(struct reader *, buf *fields);

/*
 * After head_read: appends the blank line that ends the header; the reader is at the body. 0, -1. Where a line that is no field
 * ends it, one that was not there: others would look for fields behind it, or take it for the end of one put before it.
 */
int head_read_blank(struct reader *, buf *blank);

/* The blank line that ends a header: `\n` or `\r\n`. */
bool head_ends(slice line);

/* "\r\n" where the first line ends so, else "\n": for fields that are added. */
const char *head_line_end(slice fields);

/* A line `From ` of a mailbox before the header (RFC 4155), and no field that is written `From :` (§4.5). */
bool head_is_from_line(slice line);

/* A line that begins a field. */
bool head_begins_field(slice line);

struct field {
	slice whole;            /* from the name to the line end */
	slice name;
	slice body;             /* behind the colon, folds as they are, without the last line end */
};

/* Takes the first field from *rest: true; false at the end, or where *rest holds no field. */
bool head_next(slice *rest, struct field *);

/* The first field of this name, without regard to case. */
bool head_find(slice fields, const char *name, struct field *);
bool field_is(const struct field *, const char *name);

/* The next one of this name: *rest is then what follows it. */
bool head_find_next(slice *rest, const char *name, struct field *);

/* Appends a body on one line: its folds undone (§2.2.3), no blanks at its ends. */
void head_unfold(buf *to, slice body);

/*
 * Appends a field; a line of it longer than LIMIT_TEXT_LINE is folded at its blanks
 * into lines of 78 where it has them, and, in a list of addresses, behind its
 * commas. True if that changed anything. What has no such place stays long.
 */
bool head_refold(buf *to, const struct field *, bool addresses);

/* Appends In-Reply-To and References, so that an answer is shown under the message whose fields these are, if it has an id. */
void head_add_references(buf *to, slice fields);

/* Appends text as RFC 2047 encoded words, a line each, whatever is in it. */
void head_add_encoded(buf *to, slice text);

/* Appends text as a display name: atoms, a quoted string or, where it is not ASCII or looks like them, RFC 2047 encoded words. */
void head_add_phrase(buf *to, slice text);

/*
 * Appends a field in 7-bit lines of at most LIMIT_TEXT_LINE, refolded where they are longer. What does not fit in
 * display names, comments of addresses and fields of free text becomes RFC 2047 encoded words; -1, and nothing
 * appended, where it stands elsewhere.
 */
int head_fit(buf *to, const struct field *);

/*
 * Appends `name: value`, of UTF-8 and without line ends, as a field for a header: 7-bit as head_fit has it, each line folded
 * at 78 columns, LF at their ends. 0; -1 where it says something that has to be encoded and cannot.
 */
int head_compose(buf *to, slice text);

#endif
