/*
 * scan: a mailbox taken apart, what its formats share; mailbox.h is for programs.
 *
 * A format has a function that looks at the bytes not yet taken and notes of what kind the first of them are.
 * Where it cannot tell before it sees more of them it takes what it can, or says so; it then leaves less than
 * 4 * LIMIT_SEPARATOR bytes. So a mailbox may come in any cuts, and the same pieces come out, themselves cut anywhere.
 */
#ifndef SCAN_H
#define SCAN_H

#include "boundary.h"
#include "buf.h"

enum piece {
	PIECE_MORE,             /* that depends on what follows; at the end of the mailbox: no more pieces */
	PIECE_OUTSIDE,          /* stands before the first message */
	PIECE_SEPARATOR,        /* one whole line, or more: a message begins */
	PIECE_TEXT,             /* of the message */
	PIECE_FRAME,            /* the mailbox's: quoting, the empty line that ends a message, … */
};

/* Reads up to n bytes at an offset of the mailbox, without taking them: how many there are. */
typedef size_t scan_peek(void *context, long long at, char *p, size_t n);

struct scan {
	scan_peek *peek;
	void *context;
	long long at;           /* offset of the first byte not yet taken */
	int column;             /* it stands at a line start (0), behind nothing but > on its line (1: one, 2: more), or elsewhere (-1) */
	bool begun;             /* a message has */
	struct { enum piece kind; size_t n; } due[4];
	size_t first_due, dues;

	int phase;              /* what a format makes of these */
	long long claim, left;  /* mboxcl: a Content-Length, or -1, and what is left of it; Babyl: lines before EOOH */
	size_t right, wrong;    /* mboxcl: claims that proved right, and others */
	size_t bare, quoted;    /* mboxcl: lines `From ` and `>From ` in bodies of which the length was right */
	struct boundaries open; /* digest */
	buf header;
};

/* How the bytes not yet taken go on; what is of no message yet is noted as PIECE_OUTSIDE. */
void scan_note(struct scan *, enum piece kind, size_t n);

/* Takes the next piece that was noted from *in. */
enum piece scan_take(struct scan *, slice *in, slice *piece);

void scan_free(struct scan *);

/* Whether s begins with text, as far as it goes. */
enum match { MATCH_NO, MATCH_YES, MATCH_PERHAPS };
enum match scan_match(slice s, const char *text, bool end);

/* The length of the line at the start of s with its end, of which LIMIT_SEPARATOR bytes are looked at; 0: it goes on. */
size_t scan_line(slice s, bool end);
bool scan_ended(slice line);                    /* it has its line end */
slice scan_content(slice line);                 /* without it */

bool scan_at_line_start(const struct scan *, slice in, size_t i);

/* The length of the empty line that ends before in.p[i]; 0: none does. */
size_t scan_blank_before(const struct scan *, slice in, size_t i);

/* Whether nothing but > stands before in.p[i] on its line, and one at least in `in`; *count: how many, 2 for more. */
bool scan_arrows_before(const struct scan *, slice in, size_t i, int *count);

/* The end of a run of pieces that is all of a kind: the last bytes of `in` that may belong to a line end or quoting. */
size_t scan_tail(const struct scan *, slice in);

/* A `From ` line at the start of s; *n: its length. */
enum match scan_separator(slice s, bool end, size_t *n);

#endif
