/* xtext: text in an option of an envelope (RFC 3461 §4): printable ASCII, with `+`, `=` and what else is not that as +HH. */
#ifndef XTEXT_H
#define XTEXT_H

#include "buf.h"

bool xtext_is(slice);
void xtext_add(buf *to, slice text);

/* Appends what it stands for; a `+` that begins no +HH stands for itself. */
void xtext_add_decoded(buf *to, slice xtext);

#endif
