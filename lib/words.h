/*
 * words: a field body as a person reads it: RFC 2047 encoded words decoded to UTF-8, as real mail has them.
 *
 * Everywhere, not only where §5 allows them: inside quotes and between other letters too. With a language (RFC 2231 §5),
 * base64 without padding, blanks inside, characters cut between words. What is no encoded word stays as it is. Raw
 * 8-bit and unknown character sets are guessed (charset_guess).
 *
 * What is appended is valid UTF-8 in one line: nothing that a message says forges a line, a field of a record or
 * an escape sequence of a terminal.
 */
#ifndef WORDS_H
#define WORDS_H

#include "buf.h"

/* Appends a body, unfolded and decoded, without blanks at its ends. */
void words_decode(buf *to, slice body);

/* The same of the first field of this name among some; nothing where there is none. */
void words_decode_field(buf *to, slice fields, const char *name);

/*
 * The offset of the first `=?` that begins no encoded word by RFC 2047 §2: of known character set and encoding, at most 75
 * bytes, its text well-formed; -1 where there is none.
 */
long long words_wrong(slice line);

/* The same of text in which encoded words mean nothing, such as an address. */
void words_plain(buf *to, slice text);

/* Appends UTF-8 with blanks for TAB, CR, LF and the separators U+2028-2029, and U+FFFD for every other control. */
void words_clean(buf *to, slice utf8);

#endif
