#include <string.h>

#include "limit.h"
#include "scan.h"
#include "separator.h"

void scan_note(struct scan *s, enum piece kind, size_t n)
{
	if (kind == PIECE_SEPARATOR)
		s->begun = true;
	if (!s->begun)
		kind = PIECE_OUTSIDE;
	if (n == 0)
		return;
	s->due[s->dues].kind = kind;
	s->due[s->dues++].n = n;
}

static void move(struct scan *s, slice taken)
{
	size_t n = taken.n;
	int arrows;

	while (n && taken.p[n - 1] == '>')
		n--;
	arrows = taken.n - n > 1 ? 2 : (int)(taken.n - n);
	if (n)
		s->column = taken.p[n - 1] == '\n' ? arrows : -1;
	else if (s->column >= 0)
		s->column = s->column + arrows > 1 ? 2 : arrows;
	s->at += (long long)taken.n;
}

enum piece scan_take(struct scan *s, slice *in, slice *piece)
{
	enum piece kind = s->due[s->first_due].kind;

	*piece = slice_upto(*in, s->due[s->first_due].n);
	*in = slice_from(*in, piece->n);
	move(s, *piece);
	if (++s->first_due == s->dues)
		s->first_due = s->dues = 0;
	return kind;
}

void scan_free(struct scan *s)
{
	boundaries_free(&s->open);
	buf_free(&s->header);
}

enum match scan_match(slice s, const char *text, bool end)
{
	slice want = slice_of(text);

	if (!slice_same(slice_upto(s, want.n), slice_upto(want, s.n)))
		return MATCH_NO;
	return s.n >= want.n ? MATCH_YES : end ? MATCH_NO : MATCH_PERHAPS;
}

size_t scan_line(slice s, bool end)
{
	slice seen = slice_upto(s, LIMIT_SEPARATOR);
	size_t at = slice_find(seen, '\n');

	if (at < seen.n)
		return at + 1;
	return seen.n == LIMIT_SEPARATOR || end ? seen.n : 0;
}

bool scan_ended(slice line)
{
	return line.n && line.p[line.n - 1] == '\n';
}

slice scan_content(slice line)
{
	if (scan_ended(line)) {
		line.n--;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
	}
	return line;
}

bool scan_at_line_start(const struct scan *s, slice in, size_t i)
{
	return i ? in.p[i - 1] == '\n' : s->column == 0;
}

size_t scan_blank_before(const struct scan *s, slice in, size_t i)
{
	size_t n;

	if (i == 0 || in.p[i - 1] != '\n')
		return 0;
	n = i > 1 && in.p[i - 2] == '\r' ? 2 : 1;
	return scan_at_line_start(s, in, i - n) ? n : 0;
}

bool scan_arrows_before(const struct scan *s, slice in, size_t i, int *count)
{
	size_t start = i;
	bool whole;

	while (start && in.p[start - 1] == '>')
		start--;
	whole = start ? in.p[start - 1] == '\n' : s->column >= 0;
	*count = i - start > 1 || (start == 0 && s->column > 0) ? 2 : 1;
	return whole && start < i;
}

size_t scan_tail(const struct scan *s, slice in)
{
	size_t blank = scan_blank_before(s, in, in.n);
	char last = in.n ? in.p[in.n - 1] : 'x';

	if (last == '>')
		return 1;
	if (last == '\r')
		return scan_at_line_start(s, in, in.n - 1);
	return blank;
}

enum match scan_separator(slice in, bool end, size_t *n)
{
	enum match m = scan_match(in, "From ", end);
	struct separator ignored;

	if (m != MATCH_YES)
		return m;
	*n = scan_line(in, end);
	if (*n == 0)
		return MATCH_PERHAPS;
	if (!scan_ended(slice_upto(in, *n)) && *n == LIMIT_SEPARATOR)
		return MATCH_NO;
	return separator_read(slice_upto(in, *n), &ignored) ? MATCH_YES : MATCH_NO;
}
