/*
 * magic: what bytes are, by the data base of shared-mime-info ("Shared MIME-info Database", §3.8: the magic files).
 *
 * The file is the system's, but is read as if it were anybody's: what cannot be read ends it.
 */
#ifndef MAGIC_H
#define MAGIC_H

#include "buf.h"

/*
 * The type of what begins with these bytes, by the contents of the file; NULL where it does not know. Text is never taken for
 * anything but a kind of text, and nothing for a message or a multipart, which are for their makers to say. Kept for ever.
 */
const char *magic_type(slice file, slice bytes, bool text);

#endif
