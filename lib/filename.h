/* filename: names for files that what is in a message may safely get on a disk. */
#ifndef FILENAME_H
#define FILENAME_H

#include "part.h"

/*
 * Appends a name made safe: what stands behind its last slash, in UTF-8, U+FFFD for controls and marks of direction; no
 * hidden file and no option of a command: a dot or dash at its beginning becomes `_`. May be empty.
 */
void filename_make_safe(buf *to, slice name);

/* Appends the name that a part asks for, made safe, with the extension of its type where it has none; `part-1.2` where it asks for none. */
void filename_of_part(buf *to, const struct part *);

/* Where the extension begins, at most 16 bytes from the end: the end where there is none. */
size_t filename_extension(slice name);

#endif
