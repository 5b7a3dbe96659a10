#include "mmdf.h"

enum { BETWEEN, INSIDE };

static enum match is_delimiter(slice in, bool end, size_t *n)
{
	enum match m = scan_match(in, MMDF_DELIMITER, end);
	slice line;

	if (m != MATCH_YES)
		return m;
	*n = scan_line(in, end);
	line = slice_upto(in, *n);
	if (*n == 0)
		return in.n > 5 ? MATCH_NO : MATCH_PERHAPS;
	return (scan_ended(line) || end) && slice_is(scan_content(line), MMDF_DELIMITER) ? MATCH_YES : MATCH_NO;
}

/* The line of ^A, and a `From ` line behind it. */
static enum match is_beginning(slice in, bool end, size_t *n)
{
	enum match m = is_delimiter(in, end, n);
	size_t line;

	if (m != MATCH_YES)
		return m;
	switch (scan_separator(slice_from(in, *n), end, &line)) {
	case MATCH_PERHAPS: return MATCH_PERHAPS;
	case MATCH_YES: *n += line; break;
	default: break;
	}
	return MATCH_YES;
}

static void note_delimiter(struct scan *s, size_t before, size_t n)
{
	scan_note(s, s->phase == INSIDE ? PIECE_TEXT : PIECE_FRAME, before);
	scan_note(s, s->phase == INSIDE ? PIECE_FRAME : PIECE_SEPARATOR, n);
	s->phase = s->phase == INSIDE ? BETWEEN : INSIDE;
}

static bool note(struct scan *s, size_t n)
{
	scan_note(s, s->phase == INSIDE ? PIECE_TEXT : PIECE_FRAME, n);
	return n > 0;
}

bool mmdf_step(struct scan *s, slice in, bool end)
{
	size_t n = 0;
	int count;

	for (size_t i = 0; (i += slice_find(slice_from(in, i), MMDF_DELIMITER[0])) < in.n; i++) {
		bool quoted = s->phase == INSIDE && scan_arrows_before(s, in, i, &count);
		enum match m = MATCH_NO;

		if (quoted)
			m = scan_match(slice_from(in, i), MMDF_DELIMITER, end);
		else if (scan_at_line_start(s, in, i))
			m = s->phase == INSIDE ? is_delimiter(slice_from(in, i), end, &n) : is_beginning(slice_from(in, i), end, &n);
		if (m == MATCH_PERHAPS)
			return note(s, i - quoted);
		if (m == MATCH_NO)
			continue;
		if (quoted) {
			scan_note(s, PIECE_TEXT, i - 1);
			scan_note(s, PIECE_FRAME, 1);
		} else {
			note_delimiter(s, i, n);
		}
		return true;
	}
	return note(s, in.n - (end ? 0 : scan_tail(s, in)));
}
