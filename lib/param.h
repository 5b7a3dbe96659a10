/*
 * param: a parameter of MIME as a person reads it, and as it is written (RFC 2231).
 *
 * Pieces `name*0`, `name*1`, … in any order, up to the first that is missing; `name*=charset'language'%41` and the same in
 * pieces; encoded words in it (wrong, but everywhere) and raw 8-bit. `name*` and pieces go before a plain `name`, and the
 * first of two the same before the second.
 */
#ifndef PARAM_H
#define PARAM_H

#include "buf.h"

/* Appends the value, as words_decode would: valid UTF-8 in one line. False where there is none. */
bool mime_parameter_text(slice body, const char *name, buf *value);

/*
 * Appends `; name=value` to a field: a token or a quoted string; where that would not do, for it is long or not plain ASCII,
 * `name*=utf-8''…` (or unknown-8bit), in pieces if need be. A new line begins where this one would get longer than 76.
 */
void mime_add_parameter(buf *to, const char *name, slice value);

/* The part of it behind `name*=`, in one piece: utf-8''%C2%A3. */
void param_add_extended(buf *to, slice value);

/*
 * The offset in it of the first byte that is wrong by RFC 2231 §7: the name of a known character set, perhaps a language,
 * each with its quote, then characters of an attribute and %HH; -1 where it is right.
 */
long long param_extended_wrong(slice text);

#endif
