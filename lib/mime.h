/*
 * mime: what the fields of MIME say (RFC 2045 §5-6): types and parameters, through blanks, folds and comments.
 */
#ifndef MIME_H
#define MIME_H

#include "buf.h"

/* Takes the next token from *body, empty where none stands there. */
slice mime_token(slice *body);

/* The type and subtype of a Content-Type: slices of its body; false where it says none. */
bool mime_type(slice body, slice *type, slice *subtype);

/*
 * The next parameter of *body, which is a whole field body to begin with: its name, and its value, without quotes,
 * appended. False behind the last.
 */
bool mime_next_parameter(slice *body, slice *name, buf *value);

/*
 * Appends the value of a parameter, without its quotes: true; false where there is none. A value that
 * should stand in quotes and does not ends at a blank or semicolon.
 */
bool mime_parameter(slice body, const char *name, buf *value);

#endif
