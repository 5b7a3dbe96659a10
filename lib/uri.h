/* uri: text in a URI: what is not unreserved (RFC 3986 §2.3) as %HH. */
#ifndef URI_H
#define URI_H

#include "buf.h"

/* Appends text; `=` stays as it is, as in a query. */
void uri_add(buf *to, slice text);
void uri_add_unreserved(buf *to, slice text);   /* the same with `=` as %3D */

/* The byte that %HH at the start of s stands for, or -1. */
int uri_byte(slice s);

/* Appends what it stands for; a `%` that begins no %HH stands for itself. */
void uri_add_decoded(buf *to, slice uri);

#endif
