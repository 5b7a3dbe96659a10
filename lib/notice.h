/*
 * notice: whom a bounce names in its text for people, and why, as any mail system may write it.
 *
 *	notice_begin; notice_line for each line of the text; notice_finish; then notice_end
 *
 * There are no formats in it: a line that begins with an address is about it, and so is what follows up to a blank line;
 * an address elsewhere is a guess; the first thing that says why (an SMTP reply, a status, a phrase) and stands with no
 * address is about those of whom nothing else was said; the letter that comes back ends the text.
 */
#ifndef NOTICE_H
#define NOTICE_H

#include "buf.h"
#include "failures.h"

struct notice {
	struct failures *failures;
	slice own[4];           /* addresses that are not those of recipients; empty: none */
	slice domain;           /* of who writes */
	unsigned meanings;      /* bits of enum phrase_meaning that were found */
	bool over;              /* the letter has begun */

	buf window;             /* the line before, folded, and this one behind it: */
	size_t line;            /* from here on */
	buf block;              /* what is said of: */
	size_t about;           /* a row, plus one; 0: of all */
	bool apart;             /* the block stands with no address, and counts only if it says why */
	bool open;              /* the block may go on in the next line */
	bool announced;         /* the last line ended in a colon: names may follow */
	size_t indent;          /* of the address at its beginning */
	buf general;            /* what was said of all; empty: nothing that says why */
};

void notice_begin(struct notice *, struct failures *);
void notice_line(struct notice *, slice line);  /* UTF-8; LIMIT_NOTICE_LINE bytes at most */
void notice_finish(struct notice *);            /* the last block ends */
void notice_end(struct notice *);               /* what was said of all is said of each of whom nothing else was */
void notice_free(struct notice *);

static inline bool notice_means(const struct notice *n, int meaning)
{
	return n->meanings >> meaning & 1;
}

/* The next address in a line from *at on, which is left behind it: its place, empty where there is none. */
slice notice_address(slice line, size_t *at);

#endif
