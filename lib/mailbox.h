/*
 * mailbox: many messages in one file, read.
 *
 * A mailbox comes as slices in any cuts; what comes out are pieces that, one behind the other, are its very bytes,
 * and of which PIECE_TEXT is what its messages are, their quoting undone:
 *
 *	struct mailbox m;
 *
 *	mailbox_open(&m, mailbox_detect(start, peek, context), peek, context);
 *	while ((kind = mailbox_next(&m, &in, end, &piece)) != PIECE_MORE)
 *		…
 *
 * After PIECE_MORE come more bytes behind what is left of `in`, less than 4 * LIMIT_SEPARATOR of them; where `end`
 * said that there are none, the mailbox is over and `in` empty. A piece is never empty, and cut wherever the bytes are,
 * but for PIECE_SEPARATOR.
 */
#ifndef MAILBOX_H
#define MAILBOX_H

#include "scan.h"

/* See mboxes.h, mmdf.h, babyl.h, digest.h. */
enum mailbox_format {
	MAILBOX_MBOXO,
	MAILBOX_MBOXRD,
	MAILBOX_MBOXCL,
	MAILBOX_MBOXCL2,
	MAILBOX_MMDF,
	MAILBOX_BABYL,
	MAILBOX_DIGEST,
	MAILBOX_RFC1153,
	MAILBOX_UNKNOWN,
};

/* By name, `mboxrd` or `rd`, without regard to case; MAILBOX_UNKNOWN. */
enum mailbox_format mailbox_format(slice name);
const char *mailbox_name(enum mailbox_format);

/*
 * The format by the start of a mailbox, all of it or LIMIT_WINDOW bytes. mboxcl and mboxcl2 are known by lengths that
 * prove right, and told apart by their quoting; mboxo from mboxrd, which differ only where `>>From ` is, by text that
 * was quoted by hand around such lines. What shows nothing is mboxrd.
 */
enum mailbox_format mailbox_detect(slice start, scan_peek *peek, void *context);

struct mailbox {
	enum mailbox_format format;
	struct scan scan;
};

/* peek: for mboxcl and mboxcl2, else it may be NULL. */
void mailbox_open(struct mailbox *, enum mailbox_format, scan_peek *peek, void *context);
enum piece mailbox_next(struct mailbox *, slice *in, bool end, slice *piece);
void mailbox_close(struct mailbox *);

#endif
