/*
 * charset: bytes of any character set of mail to UTF-8, as a stream.
 *
 *	charset_open or charset_guess; charset_more, in any cuts; charset_finish
 *
 * The output is always valid UTF-8: what is no character of the set becomes U+FFFD. Names
 * are those of RFC 2045 §5.1 as mail really spells them: without regard to case, quotes,
 * blanks, `-` and `_`. A set that is habitually named for a larger one is read as that, as
 * mail readers do: ISO-8859-1 as windows-1252, GB2312 as GB18030, Big5 as Big5-HKSCS,
 * Shift_JIS as windows-31j, ISO-2022-JP with the same letters, EUC-KR as windows-949. US-ASCII and names that only say that
 * nothing is known (x-unknown, unknown-8bit) are guessed.
 *
 * Where charset_open does not know a name, callers use charset_guess, as for bytes without
 * any: text is never refused for its label.
 */
#ifndef CHARSET_H
#define CHARSET_H

#include <iconv.h>

#include "buf.h"
#include "limit.h"

struct charset {
	enum charset_kind { CHARSET_UTF8, CHARSET_GUESS, CHARSET_WINDOWS_1252, CHARSET_ICONV, CHARSET_ISO_2022_JP, CHARSET_HZ } kind;
	iconv_t conversion;             /* of the last three */
	unsigned shift;                 /* of the last two: the set that is shifted in */
	size_t unit;                    /* bytes that are passed over where there is no character */
	char held[LIMIT_CHARACTER];     /* a character that is not complete yet */
	size_t count;                   /* bytes of it */
};

/* 0; -1 where the name is unknown, and nothing has to be freed. */
int charset_open(struct charset *, slice name);

/* Whether charset_open knows the name. */
bool charset_known(slice name);

/* UTF-8 where the bytes are that, and each other byte a character of windows-1252. */
void charset_guess(struct charset *);

/* Appends what the bytes mean. */
void charset_more(struct charset *, slice bytes, buf *out);

/* Appends what is left, U+FFFD for half a character, and frees. */
void charset_finish(struct charset *, buf *out);

/* The first n bytes of UTF-8, or those of them that are whole characters. */
slice utf8_upto(slice s, size_t n);

/* The bytes of the character of UTF-8 (RFC 3629 §4) at the start of s; 0 where there is none. */
size_t utf8_character(slice s);

#endif
