/*
 * html: text as HTML, escaped, for those who write pages; nothing of a message is ever markup.
 *
 * What comes in is valid UTF-8 (charset.h, words.h). What comes out may stand between tags and in quoted attributes; controls,
 * and what is no character (Unicode §23.7), which HTML does not allow, become U+FFFD.
 */
#ifndef HTML_H
#define HTML_H

#include "buf.h"

void html_add(buf *to, slice text);

/*
 * Appends a line of text with addresses hidden from those who gather them: `bob@example.com` becomes `bob@…`. URLs stay. It is
 * text, not yet HTML.
 */
void html_hide(buf *to, slice line);

/*
 * Text of many lines, as a stream: struct of flags to begin, the bytes in any cuts, then `finish`, which frees.
 *
 * URLs of http and https become links; lines that begin with > stand in a blockquote for each run of one depth, of class
 * q1, q2 or q3 in turn, and keep their marks. Nothing nests. Lines end in LF; a CR before it goes. A line longer
 * than LIMIT_HTML_LINE is taken in pieces.
 */
struct html_text {
	bool hides;             /* addresses, as html_hide */
	bool squeezes;          /* runs of blank lines are one, none begins or ends the text, nor do blanks a line: what was HTML */

	buf line;               /* that has no end yet */
	bool inside;            /* the line began in an earlier piece */
	bool begun;             /* there was a line */
	size_t blank;           /* lines that wait for one that is not */
	unsigned depth;         /* of the blockquote that is open; 0: none */
};

void html_text_more(struct html_text *, slice utf8, buf *out);
void html_text_finish(struct html_text *, buf *out);

#endif
