/*
 * messages: what a filter is told to read, one message after the other.
 *
 * An operand is a file, `-` for standard input, or a folder: of a Maildir (cur/ and new/ are there) its
 * messages, of any other its plain files, without those whose names begin with a dot; each in the order
 * of names, by which a Maildir's are in the order of their arrival.
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include "io.h"

/*
 * What is done with each message: EX_OK, or the exit status of what went wrong, which was said. The name is for
 * diagnostics; it and the reader, at the first byte, are valid during the call only.
 */
typedef int message_each(void *context, const char *name, struct reader *in);

/* What output calls a message of this name: as the operand that it may be, `-` for standard input. */
slice messages_operand(const char *name);

/*
 * Calls each for every message of the operands (NULL-ended; none: standard input), until standard output fails.
 * What cannot be opened is said on standard error and passed over. EX_OK, or the first status that was none.
 */
int messages_each(char *const *operands, message_each *each, void *context);

/*
 * The same for the messages whose names stand on standard input, each with the separator behind it. What was written is flushed
 * whenever we have to wait for the next name.
 */
int messages_each_named(char separator, message_each *each, void *context);

/* Whether operands name more than one message, or may: output says then which each line is of. */
bool messages_several(char *const *operands);

/*
 * For those who want the header alone, or first: the `From ` line of an mbox at the start of a message, which is no field,
 * and the fields (head_read), in place of what the two hold. EX_OK; EX_DATAERR, with what was read of it, where it is larger
 * than LIMIT_HEADER, or EX_IOERR; both were said. The reader is at what ended the fields.
 */
int messages_header(const char *name, struct reader *in, buf *separator, buf *fields);

#endif
