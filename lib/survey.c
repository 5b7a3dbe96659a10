#include <string.h>

#include "limit.h"
#include "survey.h"

static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* Sixteen bytes at a time: a comparison gives -1 for each byte where it is true. */
typedef signed char lanes __attribute__((vector_size(16)));

enum { LANES = sizeof(lanes), BLOCKS = 126 };

struct tally { lanes eight_bit, controls, nul, cr, escapes; };

static inline void tally(struct tally *t, lanes c)
{
	lanes eight_bit = c < 0;
	lanes controls = ((c >= 0) & (c < ' ') & (c != '\t') & (c != '\n') & (c != '\r')) | (c == 127);

	t->eight_bit += eight_bit;
	t->controls += controls;
	t->nul += c == 0;
	t->cr += c == '\r';
	t->escapes += eight_bit | controls | (c == '=');
}

static int sum(lanes counts)
{
	int n = 0;

	for (size_t i = 0; i < LANES; i++)
		n -= counts[i];
	return n;
}

/* RFC 3629 §4. */
static void check_utf8(struct survey *s, slice bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		if (s->owed) {
			s->not_utf8 |= c < s->low || c > s->high;
			s->owed--;
			s->low = 0x80;
			s->high = 0xbf;
		} else if (c >= 0x80) {
			s->not_utf8 |= c < 0xc2 || c > 0xf4;
			s->owed = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
			s->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
			s->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
		}
	}
}

/* At most BLOCKS times LANES of them, so that no lane overflows. */
static void count_bytes(struct survey *s, slice bytes)
{
	struct tally t = { .nul = { 0 } };
	lanes block, last = { 0 };

	for (size_t i = 0; i + LANES <= bytes.n; i += LANES) {
		memcpy(&block, bytes.p + i, LANES);
		tally(&t, block);
	}
	last += 'a';
	memcpy(&last, bytes.p + bytes.n / LANES * LANES, bytes.n % LANES);
	tally(&t, last);
	s->eight_bit += sum(t.eight_bit);
	s->controls += sum(t.controls);
	s->nul += sum(t.nul);
	s->cr += sum(t.cr);
	s->escapes += sum(t.escapes);
	if ((sum(t.eight_bit) || s->owed) && !s->not_utf8)
		check_utf8(s, bytes);
}

/* The bytes of a line, or of its start. */
static void add_to_line(struct survey *s, slice piece)
{
	if (piece.n == 0)
		return;
	if (s->column < (long long)sizeof s->start) {
		slice some = slice_upto(piece, sizeof s->start - (size_t)s->column);

		memcpy(s->start + s->column, some.p, some.n);
	}
	s->before = piece.n > 1 ? piece.p[piece.n - 2] : s->column ? s->last : '\n';
	s->last = piece.p[piece.n - 1];
	s->column += (long long)piece.n;
}

static void count_boundary(struct survey *s, slice start)
{
	size_t n = strlen(s->prefix);
	const char *at;

	if (!n || !slice_starts(start, "--") || !slice_starts(slice_from(start, 2), s->prefix) || start.n < n + 3)
		return;
	at = memchr(characters, start.p[n + 2], SURVEY_CHARACTERS);
	if (at)
		s->after[at - characters]++;
}

static void end_line(struct survey *s)
{
	slice start = slice_upto((slice){ s->start, sizeof s->start }, (size_t)s->column);
	bool crlf = s->column && s->last == '\r';
	char end = crlf ? s->before : s->last;

	if (s->column > s->longest)
		s->longest = s->column;
	s->crlf += crlf;
	s->blank_ends += s->column && ascii_blank(end);
	s->from |= s->column > 4 && start.p[0] == 'F' && slice_starts(start, "From ");
	s->dot |= s->column == 1 + crlf && start.p[0] == '.';
	if (s->column > 2 && start.p[0] == '-')
		count_boundary(s, start);
	s->column = 0;
}

static void count_lines(struct survey *s, slice bytes)
{
	while (bytes.n) {
		size_t n = slice_find(bytes, '\n');

		add_to_line(s, slice_upto(bytes, n));
		if (n < bytes.n) {
			s->lines++;
			end_line(s);
		}
		bytes = slice_from(bytes, n + 1);
	}
}

void survey_more(struct survey *s, slice bytes)
{
	s->bytes += (long long)bytes.n;
	while (bytes.n) {
		slice some = slice_upto(bytes, BLOCKS * LANES);

		count_bytes(s, some);
		count_lines(s, some);
		bytes = slice_from(bytes, some.n);
	}
}

void survey_finish(struct survey *s)
{
	s->no_end = s->column > 0;
	s->not_utf8 |= s->owed > 0;
	if (!s->no_end)
		return;
	end_line(s);
	/* A CR at the very end is no line end. */
	s->crlf -= s->last == '\r';
}

bool survey_same(const struct survey *a, const struct survey *b)
{
	return a->bytes == b->bytes && a->eight_bit == b->eight_bit && a->nul == b->nul && a->cr == b->cr &&
	    a->longest == b->longest && memcmp(a->after, b->after, sizeof a->after) == 0;
}

void survey_add_lines(struct survey *s, const struct survey *other)
{
	for (size_t i = 0; i < SURVEY_CHARACTERS; i++)
		s->after[i] += other->after[i];
}

char survey_free_character(const struct survey *s, long long *lines)
{
	size_t least = 0;

	for (size_t i = 1; i < SURVEY_CHARACTERS; i++)
		if (s->after[i] < s->after[least])
			least = i;
	*lines = s->after[least];
	return characters[least];
}

const char *survey_not_eight_bit(const struct survey *s)
{
	if (s->nul)
		return "has NULs";
	if (s->cr)
		return "has CRs";
	if (s->longest > LIMIT_TEXT_LINE)
		return "has a line longer than 998 bytes";
	return NULL;
}

const char *survey_not_seven_bit(const struct survey *s)
{
	return s->eight_bit ? "has bytes above 127" : survey_not_eight_bit(s);
}

const char *survey_not_safe(const struct survey *s, bool last)
{
	if (s->blank_ends)
		return "has lines that end in a blank";
	if (s->from)
		return "has a line that begins with `From '";
	if (s->dot)
		return "has a lone dot";
	if (last && s->no_end)
		return "has a last line without an end";
	return NULL;
}

/* CRLF is `=0D=0A=` and a line end where it is text, and six characters where it is not. */
long long survey_qp_length(const struct survey *s, bool text, long long more)
{
	long long n = s->bytes + more + 2 * (s->escapes + s->cr);

	n += text ? 4 * s->crlf + 2 * s->blank_ends : 2 * s->lines;
	return n + n / 75 * 2;
}

long long survey_base64_length(const struct survey *s, long long more)
{
	long long n = (s->bytes + more + 2) / 3 * 4;

	return n + (n + 75) / 76;
}
