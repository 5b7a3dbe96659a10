/*
 * markup: the text of HTML, as a stream, for those who look for words in it: no renderer.
 *
 * Elements that stand on lines of their own end a line, what is in style, script and head is no text, and character
 * references are the characters that they name (reference.h); others stay as they are. Nothing nests, so nothing has a bound.
 */
#ifndef MARKUP_H
#define MARKUP_H

#include "buf.h"

struct markup {
	enum markup_state { MARKUP_TEXT, MARKUP_TAG, MARKUP_REFERENCE } state;
	char word[16];          /* the name of the tag or reference, as far as it fits */
	size_t n;
	bool named;             /* the name of the tag is over */
	char hidden[16];        /* the element whose end is waited for, or empty */
};

void markup_more(struct markup *, slice html, buf *out);        /* UTF-8, in any cuts; a struct of zeros begins */
void markup_finish(struct markup *, buf *out);

#endif
