#include "babyl.h"
#include "head.h"
#include "limit.h"

enum { OUTSIDE, IN_ORIGINAL, IN_SHOWN, IN_BODY };

enum { MARK = '\x1f' };

/* ^_^L and the line of labels, or ^_ at the end of the mailbox, of which *n is then all that is left. */
static enum match is_mark(slice in, bool end, size_t *n)
{
	enum match m = scan_match(in, "\x1f\f", end);
	size_t labels;

	if (m == MATCH_YES) {
		*n = scan_line(in, end);
		if (*n == 0)
			return in.n > 3 ? MATCH_NO : MATCH_PERHAPS;
		if (!slice_is(scan_content(slice_upto(in, *n)), "\x1f\f"))
			return MATCH_NO;
		labels = scan_line(slice_from(in, *n), end);
		*n += labels;
		return labels || end ? MATCH_YES : MATCH_PERHAPS;
	}
	if (in.n > LIMIT_TRAILER || (m == MATCH_NO && slice_trim(slice_from(in, 1)).n))
		return MATCH_NO;
	*n = in.n;
	return end ? MATCH_YES : MATCH_PERHAPS;
}

static void note_mark(struct scan *s, slice in, size_t text, size_t n)
{
	bool last = !slice_starts(slice_from(in, text), "\x1f\f");

	scan_note(s, s->phase == IN_SHOWN ? PIECE_FRAME : PIECE_TEXT, text);
	scan_note(s, last ? PIECE_FRAME : PIECE_SEPARATOR, n);
	s->phase = IN_ORIGINAL;
	s->left = 0;
}

static bool body_step(struct scan *s, slice in, bool end)
{
	size_t n;

	for (size_t i = 0; (i += slice_find(slice_from(in, i), MARK)) < in.n; i++) {
		enum match m = scan_at_line_start(s, in, i) ? is_mark(slice_from(in, i), end, &n) : MATCH_NO;

		if (m == MATCH_PERHAPS) {
			scan_note(s, PIECE_TEXT, i);
			return i > 0;
		}
		if (m == MATCH_YES) {
			note_mark(s, in, i, n);
			return true;
		}
	}
	scan_note(s, PIECE_TEXT, in.n);
	return true;
}

static void note_line(struct scan *s, slice line, bool fresh)
{
	if (s->phase == IN_SHOWN) {
		scan_note(s, PIECE_FRAME, line.n);
		if (fresh && head_ends(line))
			s->phase = IN_BODY;
	} else if (fresh && slice_is(scan_content(line), "*** EOOH ***")) {
		scan_note(s, PIECE_FRAME, line.n);
		s->phase = s->left ? IN_SHOWN : IN_BODY;
	} else {
		scan_note(s, PIECE_TEXT, line.n);
		s->left = 1;
	}
}

bool babyl_step(struct scan *s, slice in, bool end)
{
	bool fresh = scan_at_line_start(s, in, 0);
	size_t n;

	if (s->phase == OUTSIDE || s->phase == IN_BODY)
		return body_step(s, in, end);
	if (fresh && in.p[0] == MARK)
		switch (is_mark(in, end, &n)) {
		case MATCH_PERHAPS: return false;
		case MATCH_YES: note_mark(s, in, 0, n); return true;
		default: break;
		}
	n = scan_line(in, end);
	if (n)
		note_line(s, slice_upto(in, n), fresh);
	return n > 0;
}
