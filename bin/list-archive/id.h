/*
 * id: what the page of a letter is called by: its Message-ID, as SHA-1 in base32 (RFC 4648 §6).
 *
 * That is the Message-ID-Hash of Mailman, so that an archive that moves here keeps its names. It is no secret, and no proof: two
 * letters may have one.
 */
#ifndef ID_H
#define ID_H

#include <nettle/sha1.h>

#include "buf.h"

/* The last `<id>` of *body, without its brackets, which is then what stands before it. */
bool id_last(slice *body, slice *id);

/* Appends what a page is called: ID_LENGTH characters; of an id without its brackets, or of anything. */
void id_add(buf *to, slice id);
void id_add_digest(buf *to, struct sha1_ctx *);

#endif
