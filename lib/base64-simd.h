/*
 * base64-simd: the inner loops of base64 by vector instructions, where the machine has them (AVX2).
 *
 * Both take what they can from the start and give how much that was, 0 where there is no
 * such instruction: the caller goes on with the rest. They write up to 8 bytes behind what they give.
 */
#ifndef BASE64_SIMD_H
#define BASE64_SIMD_H

#include <stddef.h>

enum {
	BASE64_LINE = 76,               /* characters of an encoded line (RFC 2045 §6.8) */
	BASE64_LINE_BYTES = 57,         /* that it stands for */
	BASE64_SLACK = 8,
};

/* Encodes whole lines, each with its LF: the number of lines, which is all of them or 0. */
size_t base64_simd_encode(const unsigned char *from, size_t lines, char *to);

/*
 * Decodes digits from the start of a group on, and passes over the ends, LF or CRLF, of lines
 * of 76; ends before the first 32 characters that are not all digits. The characters taken; *to moves on.
 */
size_t base64_simd_decode(const char *from, size_t n, char **to);

/* Whether they are used at all; a test turns them off. */
void base64_simd_use(int yes);

#endif
