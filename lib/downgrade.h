/*
 * downgrade: a message as a server without 8BITMIME takes it (RFC 6152 §3, RFC 2045 §6).
 *
 * A stream: a message goes in, its lines ending in LF or CRLF, in any cuts; out comes
 * one with LF that has no byte above 127, no NUL, no CR and no line longer than
 * LIMIT_TEXT_LINE. Each part decodes to what it was before:
 *
 * - A leaf without an encoding of its own (7bit, 8bit, binary or nothing said) stays as
 *   it is if it fits and has at most LIMIT_HELD bytes. Else text becomes
 *   quoted-printable and all other types base64, of lines that end in CRLF as they would
 *   have on the wire. Text that does not say what it is becomes charset=unknown-8bit (RFC 1428).
 * - Leaves in quoted-printable, base64 or an encoding we do not know, multiparts without
 *   a boundary or nested deeper than LIMIT_MULTIPARTS, and message/partial and its like are
 *   passed through, and refused where they do not fit. Only long lines of base64 are broken.
 * - message/rfc822 is walked into.
 * - Nothing below a DKIM-Signature of the message, in multipart/signed or in
 *   multipart/encrypted is changed: refused where it does not fit.
 * - Preambles and epilogues, which are no content: bytes that do not fit become `?`, and long
 *   lines are cut off; a line that could become a boundary by that is left out.
 * - Header fields: see head_fit. A header gets its blank line even where the message ends in it.
 *
 * Memory: LIMIT_HEADER, LIMIT_HELD and the boundaries, whatever the message has.
 */
#ifndef DOWNGRADE_H
#define DOWNGRADE_H

#include "base64.h"
#include "boundary.h"
#include "buf.h"
#include "qp.h"

struct downgrade {
	const char *why;        /* after -1: a constant, the text to an enhanced status 5.6.3 */

	enum downgrade_state {
		DOWNGRADE_HEADER,
		DOWNGRADE_HELD,         /* a leaf that fits so far */
		DOWNGRADE_QP,
		DOWNGRADE_BASE64,
		DOWNGRADE_CHECKED,      /* passed through, or refused */
		DOWNGRADE_IGNORED,      /* preamble, epilogue */
	} state;
	const char *refusal;    /* why CHECKED bytes may not be changed */
	bool begun;             /* the header of the message is over */
	bool sealed;            /* by a DKIM-Signature */
	bool message;           /* the header is that of a message, not of a part */
	bool digest;            /* a part that does not say what it is is a message (RFC 2046 §5.1.5) */
	bool text;              /* the leaf HELD */
	bool eight_bit;         /* its header says 8bit or binary */
	bool wraps;             /* CHECKED is base64 */

	buf header;             /* the one that is being read, or of the leaf HELD */
	size_t line_start;      /* in it */
	buf held;
	struct qp qp;
	struct base64 base64;

	bool cr;                /* the input ended in a CR that may belong to a line end */
	bool fresh;             /* at the start of a line of a body */
	bool pending;           /* a line end before it, which belongs to a boundary if one comes (RFC 2046 §5.1.1) */
	bool skip;              /* the rest of an IGNORED line */
	size_t column;
	buf line;               /* the start of a line that may be a boundary */

	struct boundaries open;
};

/* Then `more` any number of times, and `finish`, always: it frees. 0; -1, from then on, if it must not be converted. */
void downgrade_begin(struct downgrade *);
int downgrade_more(struct downgrade *, slice in, buf *out);
int downgrade_finish(struct downgrade *, buf *out);

#endif
