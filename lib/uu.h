/*
 * uu: the encoding of uuencode(1) (POSIX), from before MIME and still met inside of text.
 *
 * Encoder and decoder are streams: zeroed to begin, then the bytes in any cuts, then
 * `finish`, once. They append to *out, and give the same however the bytes are cut.
 */
#ifndef UU_H
#define UU_H

#include "base64.h"
#include "buf.h"

enum { UU_LINE_BYTES = 45 };

/*
 * Lines of 45 bytes in 61 characters, behind `begin MODE NAME` and before the empty line and `end`; zero is written as a
 * backquote, so that no line ends in a blank; none begins with a dash. *out grows by at most 1.4 times the bytes given and a line.
 */
struct uu {
	unsigned char held[UU_LINE_BYTES];
	size_t count;
};

/* In a name what is not printable ASCII becomes `_`. */
void uu_begin(buf *out, unsigned mode, slice name);
void uu_more(struct uu *, slice bytes, buf *out);
void uu_finish(struct uu *, buf *out);

/*
 * What stands before the first line that is `begin MODE NAME`, `begin-base64 MODE NAME` or a whole line of data is passed
 * over; so is, from there on, every line that cannot be data. Zero is a blank or a backquote, blanks that were lost from
 * the end of a line are put back, one more character (a checksum) may follow. After `end` (base64: `====`) nothing is taken.
 * A strict reader refuses lines that are no data or too short, and an end that lacks.
 * *out grows by at most 23 times the bytes given (where blanks were lost) and 1100.
 */
struct uu_decoder {
	long long at;           /* bytes taken so far; in the end that behind the line `end` */
	long long wrong;        /* offset of the first one that a strict reader refuses, or -1 */
	bool named;             /* there was a begin line, which said: */
	unsigned mode;
	char name[256];         /* cut off there */
	bool ended;             /* the line `end` has come */

	bool begun;
	enum uu_state { UU_BEFORE, UU_DATA, UU_BASE64 } state;
	bool inside;            /* of a line that was too long for `line` */
	size_t held;
	char line[512];
	struct base64_decoder base64;
	long long base64_at;    /* where it began */
};

void uu_decode(struct uu_decoder *, slice bytes, buf *out);
void uu_decode_finish(struct uu_decoder *, buf *out);

#endif
