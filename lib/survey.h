/*
 * survey: what is in bytes that are to be sent: how they must be encoded to come through, and which boundary none
 * of their lines is (RFC 2045 §2.7, §6; RFC 2046 §5.1.1).
 *
 * A stream: zeroed to begin, then the bytes in any cuts, then `finish`, once.
 *
 * A boundary is proved, not guessed: `after` counts the lines that begin with `--` and the prefix of boundaries, by the
 * character that follows. Of the 62 that may follow one is chosen that no line has, and no line begins with the longer prefix.
 * If each has been used, the least used is chosen, and the bytes are surveyed again with the longer prefix:
 * that leaves at most a 62nd part of the lines, so that the eleventh survey of any file on earth is the last.
 */
#ifndef SURVEY_H
#define SURVEY_H

#include "buf.h"

enum { SURVEY_PREFIX = 16, SURVEY_CHARACTERS = 62 };

/* Counts of bytes where nothing else is said. */
struct survey {
	char prefix[SURVEY_PREFIX]; /* set to begin, or empty: boundaries begin with it; ended by NUL */

	long long bytes;
	long long eight_bit;    /* above 127 */
	long long controls;     /* NUL and others, DEL too, but for TAB, LF and CR */
	long long nul;
	long long lines;        /* LFs */
	long long cr;
	long long crlf;         /* line ends */
	long long escapes;      /* that quoted-printable has to write as three, but for CR, LF and blanks */
	long long blank_ends;   /* lines that end in a blank */
	long long longest;      /* line, without its LF */
	bool from, dot;         /* a line begins with `From `, or is a lone dot */
	bool not_utf8;
	bool no_end;            /* the last line has no LF */
	long long after[SURVEY_CHARACTERS]; /* lines that begin with `--`, the prefix and this character */

	char start[SURVEY_PREFIX + 4]; /* of the line that is not complete */
	long long column;       /* its length */
	char last, before;      /* byte, and the one before it */
	unsigned owed;          /* bytes of a character of UTF-8, and from where to where the next one may be */
	unsigned char low, high;
};

void survey_more(struct survey *, slice bytes);
void survey_finish(struct survey *);

/* Whether they found the same, as far as it can be heard on the way or ends a part. */
bool survey_same(const struct survey *, const struct survey *);

/* Adds the counts of lines of another survey of the same prefix. */
void survey_add_lines(struct survey *, const struct survey *);

/* The character that fewest lines have behind the prefix; *lines: how many. */
char survey_free_character(const struct survey *, long long *lines);

/* Why the bytes are not 8bit or 7bit as RFC 2045 §2.7-2.8 has it: a constant, or NULL where they are. */
const char *survey_not_eight_bit(const struct survey *);
const char *survey_not_seven_bit(const struct survey *);

/* Why they might not come through as they are, though they are 7bit; of the last line only if it is the last of a message. */
const char *survey_not_safe(const struct survey *, bool last);

/*
 * How long the encoded bytes are, to some per cent, if there are this many more, which need no escape. Of what is no
 * text line ends are data too.
 */
long long survey_qp_length(const struct survey *, bool text, long long more);
long long survey_base64_length(const struct survey *, long long more);

#endif
