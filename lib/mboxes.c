#include <string.h>

#include "head.h"
#include "limit.h"
#include "mboxes.h"

/* What of the quoting is to be undone. */
enum quoting { QUOTING_NONE, QUOTING_ONE, QUOTING_ANY };

enum { IN_TEXT, IN_HEADER, IN_COUNTED, BEHIND_COUNTED };

/* GCC and clang make of these what the processor has: SSE2, NEON, or plain words. */
typedef unsigned char vector __attribute__((vector_size(16)));
typedef unsigned long long halves __attribute__((vector_size(16)));

static inline vector load(const char *p)
{
	vector v;

	memcpy(&v, p, sizeof v);
	return v;
}

static bool is_place(const char *p)
{
	return *p == 'F' && (p[-1] == '\n' || p[-1] == '>');
}

static bool holds_place(const char *p)
{
	vector hits = { 0 };
	halves any;

	for (size_t i = 0; i < 64; i += sizeof hits) {
		vector before = load(p + i - 1), here = load(p + i);

		hits |= (vector)((here == 'F') & ((before == '\n') | (before == '>')));
	}
	any = (halves)hits;
	return any[0] | any[1];
}

size_t mboxes_find(slice in, size_t i)
{
	while (i + 64 <= in.n && !holds_place(in.p + i))
		i += 64;
	while (i < in.n && !is_place(in.p + i))
		i++;
	return i;
}

static size_t next_place(const struct scan *s, slice in, size_t i)
{
	if (i == 0 && in.n && in.p[0] == 'F' && s->column == 0)
		return 0;
	return in.n ? mboxes_find(in, i ? i : 1) : 0;
}

/* A `From ` line at i, which begins a line: behind an empty one, or first of all, it is a separator. */
static enum match separator_at(const struct scan *s, slice in, size_t i, bool end, size_t *blank, size_t *n)
{
	*blank = scan_blank_before(s, in, i);
	if (*blank == 0 && (i || s->at))
		return MATCH_NO;
	return scan_separator(slice_from(in, i), end, n);
}

static enum match quoted_at(const struct scan *s, slice in, size_t i, bool end, enum quoting quoting)
{
	int count;

	if (quoting == QUOTING_NONE || !scan_arrows_before(s, in, i, &count) || (quoting == QUOTING_ONE && count > 1))
		return MATCH_NO;
	return scan_match(slice_from(in, i), "From ", end);
}

static bool note_text(struct scan *s, size_t n)
{
	scan_note(s, PIECE_TEXT, n);
	return n > 0;
}

static void note_separator(struct scan *s, size_t text, size_t blank, size_t n)
{
	scan_note(s, PIECE_TEXT, text);
	scan_note(s, PIECE_FRAME, blank);
	scan_note(s, PIECE_SEPARATOR, n);
	s->phase = IN_HEADER;
	s->claim = -1;
}

static bool text_step(struct scan *s, slice in, bool end, enum quoting quoting)
{
	size_t blank = 0, n = 0;

	for (size_t i = 0; (i = next_place(s, in, i)) < in.n; i++) {
		bool quoted = i && in.p[i - 1] == '>';
		enum match m = quoted ? quoted_at(s, in, i, end, s->begun ? quoting : QUOTING_NONE)
		    : separator_at(s, in, i, end, &blank, &n);

		if (m == MATCH_PERHAPS)
			return note_text(s, i - (quoted ? 1 : blank));
		if (m == MATCH_NO)
			continue;
		if (quoted) {
			scan_note(s, PIECE_TEXT, i - 1);
			scan_note(s, PIECE_FRAME, 1);
		} else {
			note_separator(s, i - blank, blank, n);
		}
		return true;
	}
	n = end ? scan_blank_before(s, in, in.n) : scan_tail(s, in);
	scan_note(s, PIECE_TEXT, in.n - n);
	if (end)
		scan_note(s, PIECE_FRAME, n);
	return end || in.n > n;
}

/* Within a length that proved right no line is a separator. */
static bool counted_step(struct scan *s, slice in, enum quoting quoting)
{
	bool end = (long long)in.n >= s->left;
	size_t n;

	in = slice_upto(in, (size_t)s->left);
	for (size_t i = 0; (i = next_place(s, in, i)) < in.n; i++) {
		bool quoted = i && in.p[i - 1] == '>';
		enum match m = quoted ? quoted_at(s, in, i, end, QUOTING_ONE) : scan_match(slice_from(in, i), "From ", end);

		if (m == MATCH_PERHAPS && quoted) {
			s->left -= (long long)i - 1;
			return note_text(s, i - 1);
		}
		s->bare += m == MATCH_YES && !quoted;
		s->quoted += m == MATCH_YES && quoted;
		if (m == MATCH_YES && quoted && quoting != QUOTING_NONE) {
			scan_note(s, PIECE_TEXT, i - 1);
			scan_note(s, PIECE_FRAME, 1);
			s->left -= (long long)i;
			return true;
		}
	}
	n = in.n - (!end && in.n && in.p[in.n - 1] == '>');
	s->left -= (long long)n;
	if (s->left == 0)
		s->phase = BEHIND_COUNTED;
	return note_text(s, n) || s->phase == BEHIND_COUNTED;
}

/* The empty lines that may stand between a counted body and what follows: its last line end and the usual one. */
static size_t blank_lines(slice in)
{
	size_t n = 0;

	for (int i = 0; i < 2; i++) {
		if (slice_starts(slice_from(in, n), "\n"))
			n++;
		else if (slice_starts(slice_from(in, n), "\r\n"))
			n += 2;
	}
	return n;
}

/* Whether the mailbox has a message's end at this offset: the empty line and separator of the next, or its own end. */
static bool ends_at(const struct scan *s, long long at)
{
	char p[LIMIT_SEPARATOR + 8];
	slice seen = { p, s->peek(s->context, at - 1, p, sizeof p) }, rest = slice_from(seen, 1);
	size_t blank = blank_lines(rest), n;

	if (seen.n == 0)
		return false;
	rest = slice_from(rest, blank);
	if (rest.n == 0)
		return true;
	return (blank || p[0] == '\n') && scan_separator(rest, seen.n < sizeof p, &n) == MATCH_YES;
}

static bool behind_step(struct scan *s, slice in, bool end)
{
	size_t blank = blank_lines(in), n;
	enum match m = scan_separator(slice_from(in, blank), end, &n);

	if (m == MATCH_PERHAPS || (!end && slice_is(slice_from(in, blank), "\r")))
		return false;
	s->phase = IN_TEXT;
	if (m == MATCH_YES)
		note_separator(s, 0, blank, n);
	else
		scan_note(s, PIECE_FRAME, blank);
	return true;
}

/* The header ends in an empty line at in.p[n]. Where no length is believed, that line may be the one before a separator. */
static bool end_header(struct scan *s, size_t n, size_t blank)
{
	bool right = s->claim >= 0 && ends_at(s, s->at + (long long)(n + blank) + s->claim);

	if (s->claim >= 0)
		*(right ? &s->right : &s->wrong) += 1;
	scan_note(s, PIECE_TEXT, n + (right ? blank : 0));
	s->phase = right ? IN_COUNTED : IN_TEXT;
	s->left = s->claim;
	return true;
}

static bool header_step(struct scan *s, slice in, bool end)
{
	size_t n = 0, length;

	for (; n < in.n && (length = scan_line(slice_from(in, n), end)); n += length) {
		slice line = slice_upto(slice_from(in, n), length);

		if (!scan_at_line_start(s, in, n))
			continue;
		if (head_ends(line))
			return end_header(s, n, length);
		if (slice_case_starts(line, "Content-Length:"))
			s->claim = slice_number(slice_trim(slice_from(line, 15)));
	}
	return note_text(s, n);
}

static bool counting_step(struct scan *s, slice in, bool end, enum quoting quoting)
{
	switch (s->phase) {
	case IN_HEADER: return header_step(s, in, end);
	case IN_COUNTED: return counted_step(s, in, quoting);
	case BEHIND_COUNTED: return behind_step(s, in, end);
	default: return text_step(s, in, end, quoting);
	}
}

bool mboxo_step(struct scan *s, slice in, bool end)
{
	return text_step(s, in, end, QUOTING_ONE);
}

bool mboxrd_step(struct scan *s, slice in, bool end)
{
	return text_step(s, in, end, QUOTING_ANY);
}

bool mboxcl_step(struct scan *s, slice in, bool end)
{
	return counting_step(s, in, end, QUOTING_ONE);
}

bool mboxcl2_step(struct scan *s, slice in, bool end)
{
	return counting_step(s, in, end, QUOTING_NONE);
}
