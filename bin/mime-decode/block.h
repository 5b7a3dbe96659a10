/* block: files that stand uuencoded in a text, from before MIME. */
#ifndef BLOCK_H
#define BLOCK_H

#include "uu.h"

struct block {
	bool wanted;            /* the text may have any */
	bool inside;            /* behind a line `begin MODE NAME` */
	bool in_line;           /* of the text, that is no such line */
	buf begin;              /* the start of a line that may be one */
	buf data;
	struct uu_decoder uu;
};

void block_begin(struct block *, bool wanted);

/*
 * Takes some of *text, at least one byte: the bytes of a file that it means, often none, valid until the next call.
 * A file begins with the first of them, is called *name, and has ended when the block is not `inside`.
 */
slice block_decode(struct block *, slice *text, slice *name);
void block_end(struct block *);

#endif
