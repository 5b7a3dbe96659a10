/* gzip: bytes made smaller, as a file of gzip (RFC 1952, by zlib). */
#ifndef GZIP_H
#define GZIP_H

#include "buf.h"

/* Appends the whole of a gzip file that holds these bytes: 0; -1 where there is no memory for it. */
int gzip_add(buf *to, slice bytes);

#endif
