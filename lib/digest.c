#include <string.h>

#include "digest.h"
#include "head.h"
#include "limit.h"
#include "mime.h"

/* Of the message that holds the others: its header, then what is of no message in it, and the messages. */
enum { IN_HEADER, IGNORED, IN_MESSAGE };

static bool is_type(slice body, const char *type, const char *subtype)
{
	slice t, s;

	return mime_type(body, &t, &s) && slice_case_is(t, type) && (!subtype || slice_case_is(s, subtype));
}

static bool note(struct scan *s, size_t n)
{
	scan_note(s, s->phase == IN_MESSAGE ? PIECE_TEXT : PIECE_FRAME, n);
	return n > 0;
}

static void open_multipart(struct scan *s, slice fields)
{
	struct field type;

	if (head_find(fields, "Content-Type", &type) && is_type(type.body, "multipart", NULL))
		boundaries_push(&s->open, type.body, is_type(type.body, "multipart", "digest"));
}

/* The fields are kept till all are there; a `From ` line before them is none. */
static bool header_step(struct scan *s, slice in, bool end)
{
	size_t n = scan_line(in, end);
	slice line = slice_upto(in, n);
	bool fresh = scan_at_line_start(s, in, 0), over;

	over = fresh && n && !head_begins_field(line) && !ascii_blank(line.p[0]) && (s->at || !slice_starts(line, "From "));
	if (over) {
		open_multipart(s, buf_slice(&s->header));
		buf_clear(&s->header);
		s->phase = IGNORED;
	} else if (s->header.n + n <= LIMIT_HEADER && !slice_starts(line, "From ")) {
		buf_addslice(&s->header, line);
	}
	scan_note(s, PIECE_FRAME, over && !head_ends(line) ? 0 : n);
	return n > 0;
}

/* The header of a part at the start of s, with its empty line: *n bytes; none where it is longer than LIMIT_SEPARATOR. */
static enum match part_header(slice s, bool end, size_t *n)
{
	size_t length;

	for (*n = 0; *n < LIMIT_SEPARATOR; *n += length) {
		slice rest = slice_from(s, *n), line;

		length = scan_line(rest, end);
		if (length == 0)
			return end ? MATCH_YES : MATCH_PERHAPS;
		line = slice_upto(rest, length);
		if (head_ends(line)) {
			*n += length;
			return MATCH_YES;
		}
		if (slice_starts(line, "--") || !(head_begins_field(line) || (*n && ascii_blank(line.p[0]))))
			return MATCH_YES;
	}
	*n = 0;
	return MATCH_YES;
}

/* The bytes of the line end before i, which belongs to the boundary behind it (RFC 2046 §5.1.1). */
static size_t line_end_before(slice in, size_t i)
{
	if (i == 0 || in.p[i - 1] != '\n')
		return 0;
	return i > 1 && in.p[i - 2] == '\r' ? 2 : 1;
}

static void begin_part(struct scan *s, slice fields, size_t delimiter)
{
	bool digest = s->open.levels[s->open.depth - 1].digest;
	struct field type;
	bool typed = head_find(fields, "Content-Type", &type);
	bool message = typed ? is_type(type.body, "message", NULL) : digest;

	s->phase = digest || message ? IN_MESSAGE : IGNORED;
	scan_note(s, s->phase == IN_MESSAGE ? PIECE_SEPARATOR : PIECE_FRAME, delimiter);
	scan_note(s, digest && !message ? PIECE_TEXT : PIECE_FRAME, fields.n);
	if (s->phase == IGNORED)
		open_multipart(s, fields);
}

/* A line that begins with `--` at in.p[i]: MATCH_YES where it delimits, and what it means was noted. */
static enum match delimiter_at(struct scan *s, slice in, size_t i, bool end)
{
	slice rest = slice_from(in, i), line;
	size_t before = line_end_before(in, i), n = scan_line(rest, end), header = 0, level;
	enum match m = scan_match(rest, "--", end);
	bool closes;

	if (m == MATCH_NO || n == 0)
		return m == MATCH_NO ? MATCH_NO : MATCH_PERHAPS;
	line = slice_upto(rest, n);
	level = boundaries_find(&s->open, scan_content(line), &closes);
	if (level == s->open.depth)
		return MATCH_NO;
	if (!closes && part_header(slice_from(rest, n), end, &header) == MATCH_PERHAPS)
		return MATCH_PERHAPS;
	note(s, i - before);
	scan_note(s, PIECE_FRAME, before);
	s->open.depth = closes ? level : level + 1;
	if (closes) {
		scan_note(s, PIECE_FRAME, n);
		s->phase = IGNORED;
	} else {
		begin_part(s, slice_upto(slice_from(rest, n), header), n);
	}
	return MATCH_YES;
}

/* A line that begins with a hyphen, at or behind in.p[i]. */
static size_t next_hyphen(const struct scan *s, slice in, size_t i)
{
	const char *at;

	if (i == 0 && in.n && in.p[0] == '-' && s->column == 0)
		return 0;
	i = i ? i - 1 : 0;
	at = i < in.n ? memmem(in.p + i, in.n - i, "\n-", 2) : NULL;
	return at ? (size_t)(at - in.p) + 1 : in.n;
}

bool digest_step(struct scan *s, slice in, bool end)
{
	size_t tail;

	if (s->phase == IN_HEADER)
		return header_step(s, in, end);
	for (size_t i = 0; (i = next_hyphen(s, in, i)) < in.n; i++)
		switch (delimiter_at(s, in, i, end)) {
		case MATCH_YES: return true;
		case MATCH_PERHAPS: return note(s, i - line_end_before(in, i));
		default: break;
		}
	tail = in.n && in.p[in.n - 1] == '\r' ? 1 : line_end_before(in, in.n);
	return note(s, in.n - (end ? 0 : tail));
}

bool digest_is(slice start)
{
	slice rest = start, line;
	struct field f;
	bool multipart = false;

	while (head_next(&rest, &f))
		multipart |= field_is(&f, "Content-Type") && is_type(f.body, "multipart", NULL);
	for (rest = start; multipart && slice_cut(&rest, '\n', &line);)
		if (slice_case_starts(line, "Content-Type:") && is_type(slice_from(line, 13), "multipart", "digest"))
			return true;
	return false;
}

enum { RULE_FIRST = 70, RULE = 30 };

static bool is_rule(slice line, size_t hyphens)
{
	line = scan_content(line);
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != '-')
			return false;
	return line.n == hyphens;
}

/* The first 30 hyphens in a row. */
static size_t next_rule(slice in, size_t i)
{
	const char *at = i < in.n ? memmem(in.p + i, in.n - i, "------------------------------", RULE) : NULL;

	return at ? (size_t)(at - in.p) : in.n;
}

/* A line of so many hyphens and an empty line, then a field; or, *last, what RFC 1153 has behind the last message. */
static enum match rule_at(slice s, size_t hyphens, bool end, size_t *n, bool *last)
{
	size_t rule = scan_line(s, end), blank = scan_line(slice_from(s, rule), end), next;
	slice line;

	if (rule && !is_rule(slice_upto(s, rule), hyphens))
		return MATCH_NO;
	if (rule && blank && !head_ends(slice_upto(slice_from(s, rule), blank)))
		return MATCH_NO;
	*n = rule + blank;
	next = rule && blank ? scan_line(slice_from(s, *n), end) : 0;
	if (next == 0)
		return end ? MATCH_NO : MATCH_PERHAPS;
	line = slice_upto(slice_from(s, *n), next);
	*last = slice_starts(line, "End of ");
	return *last || head_begins_field(line) ? MATCH_YES : MATCH_NO;
}

static size_t run_of_hyphens(slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == '-')
		n++;
	return n;
}

bool rfc1153_step(struct scan *s, slice in, bool end)
{
	size_t n, held = 2 * RULE_FIRST;
	bool last = false;

	for (size_t i = 0; s->phase != IGNORED && (i = next_rule(in, i)) < in.n; i += run_of_hyphens(slice_from(in, i))) {
		size_t blank = scan_blank_before(s, in, i);
		enum match m = MATCH_NO;

		if (scan_at_line_start(s, in, i) && (s->phase != IN_MESSAGE || blank))
			m = rule_at(slice_from(in, i), s->phase == IN_MESSAGE ? RULE : RULE_FIRST, end, &n, &last);
		if (m == MATCH_PERHAPS)
			return note(s, i - blank);
		if (m == MATCH_NO)
			continue;
		note(s, i - blank);
		scan_note(s, PIECE_FRAME, blank);
		scan_note(s, last ? PIECE_FRAME : PIECE_SEPARATOR, n);
		s->phase = last ? IGNORED : IN_MESSAGE;
		return true;
	}
	return note(s, end ? in.n : in.n > held ? in.n - held : 0);
}

bool rfc1153_is(slice start)
{
	size_t n;
	bool last;

	if (!head_begins_field(start))
		return false;
	for (size_t i = 0; (i = next_rule(start, i)) < start.n; i += run_of_hyphens(slice_from(start, i)))
		if (i && start.p[i - 1] == '\n' && rule_at(slice_from(start, i), RULE_FIRST, true, &n, &last) == MATCH_YES && !last)
			return true;
	return false;
}
