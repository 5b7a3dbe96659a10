/* private: files of which others must not know what they hold: `secrets`, `users`. */
#ifndef PRIVATE_H
#define PRIVATE_H

#include <sys/types.h>

#include "buf.h"

/*
 * The whole file, at most LIMIT_ALIASES bytes, which leave no copy behind once *text is wiped. It has to belong to us or to
 * root, and to have none of these bits of its mode, such as 077. 0; -1 and why: errno ENOENT where there is none.
 */
int private_read(const char *path, mode_t bits, buf *text, buf *why);

#endif
