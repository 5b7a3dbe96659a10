#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "dkim-canon.h"

/* A block stays in the nearest cache; a step is a vector. */
enum { BLOCK = 16 * 1024, STEP = 16 };

static bool is_special(char c, bool relaxed)
{
	return c == '\n' || c == '\r' || (relaxed && (c == '\t' || c == ' '));
}

/* The bytes at the start that stay as they are. */
static size_t plain_length(slice s, bool relaxed)
{
	size_t i = 0;

	while (i < s.n && !is_special(s.p[i], relaxed))
		i++;
	return i;
}

static void add_simple(buf *to, slice field)
{
	while (field.n) {
		size_t n = slice_find(field, '\n');

		buf_addslice(to, slice_upto(field, n));
		if (n == 0 || field.p[n - 1] != '\r')
			buf_addchar(to, '\r');
		buf_addchar(to, '\n');
		field = slice_from(field, n + 1);
	}
}

/* The length of a line end at the start of a value; a CR at its very end is given its LF on the wire. */
static size_t end_length(slice s)
{
	if (s.p[0] != '\r')
		return s.p[0] == '\n';
	return s.n == 1 ? 1 : s.p[1] == '\n' ? 2 : 0;
}

/* A value without folds and blanks at its ends, each run of blanks one space (§3.4.2). */
static void add_relaxed_value(buf *to, slice value)
{
	bool begun = false, blank = false;

	while (value.n) {
		size_t n = plain_length(value, true), end = n ? 0 : end_length(value);

		if (n == 0 && (end || ascii_blank(value.p[0]))) {
			blank |= !end;
			value = slice_from(value, end ? end : 1);
			continue;
		}
		if (begun && blank)
			buf_addchar(to, ' ');
		n = n ? n : 1;
		buf_add(to, value.p, n);
		value = slice_from(value, n);
		begun = true;
		blank = false;
	}
}

void dkim_canon_field(buf *to, slice field, bool relaxed)
{
	size_t colon = slice_find(field, ':');

	if (!relaxed) {
		add_simple(to, field);
		return;
	}
	buf_addlower(to, slice_trim(slice_upto(field, colon)));
	buf_addchar(to, ':');
	add_relaxed_value(to, slice_from(field, colon + 1));
	buf_addtext(to, "\r\n");
}

void dkim_body_begin(struct dkim_body *b, bool relaxed)
{
	*b = (struct dkim_body){ .relaxed = relaxed };
	sha256_begin(&b->hash);
	buf_reserve(&b->block, BLOCK + 2 * STEP);
}

static void flush(struct dkim_body *b)
{
	sha256_more(&b->hash, buf_slice(&b->block));
	b->block.n = 0;
}

static void put(struct dkim_body *b, slice bytes)
{
	if (b->block.n >= BLOCK)
		flush(b);
	memcpy(b->block.p + b->block.n, bytes.p, bytes.n);
	b->block.n += bytes.n;
}

/* What was held back counts: something follows. */
static void put_held(struct dkim_body *b)
{
	for (; b->lines; b->lines--)
		put(b, SLICE("\r\n"));
	if (b->blank)
		put(b, SLICE(" "));
	if (b->cr)
		put(b, SLICE("\r"));
	b->blank = b->cr = false;
	b->begun = true;
}

static void take_special(struct dkim_body *b, char c)
{
	if (c == '\n') {
		b->lines++;
		b->blank = b->cr = false;
		return;
	}
	if (b->cr)
		put_held(b);
	if (c == '\r')
		b->cr = true;
	else
		b->blank = true;
}

#ifdef __SSE2__
/* The first of STEP bytes that is no plain text, or STEP: what is below a space, and if relaxed a space before such. */
static size_t text_length(const char *p, bool relaxed)
{
	const __m128i space = _mm_set1_epi8(' '), behind = _mm_set1_epi8(relaxed ? ' ' : 0);
	__m128i here = _mm_loadu_si128((const __m128i *)p), next = _mm_loadu_si128((const __m128i *)(p + 1));
	__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(here, space), here), next_low = _mm_cmpeq_epi8(_mm_min_epu8(next, behind), next);
	__m128i alone = _mm_andnot_si128(next_low, _mm_cmpeq_epi8(here, space));
	unsigned mask = (unsigned)_mm_movemask_epi8(_mm_andnot_si128(alone, low));

	return mask ? (size_t)__builtin_ctz(mask) : STEP;
}

/*
 * Most of a body is lines of text without runs of blanks, which are taken a vector at a time, with the line ends between them:
 * byte by byte it takes longer than to hash them. The bytes of them at the start; what is left is for others.
 */
static size_t put_lines(struct dkim_body *b, slice s)
{
	char *to = b->block.p + b->block.n, *full = b->block.p + BLOCK;
	bool relaxed = b->relaxed;
	size_t i = 0;

	while (to < full && i + STEP + 2 < s.n) {
		size_t n = text_length(s.p + i, relaxed), end;

		memcpy(to, s.p + i, STEP);
		to += n;
		i += n;
		if (n == STEP)
			continue;
		end = end_length(slice_from(s, i));
		if (end == 0 || (unsigned char)s.p[i + end] <= ' ')
			break;
		memcpy(to, "\r\n", 2);
		to += 2;
		i += end;
	}
	b->block.n = (size_t)(to - b->block.p);
	return i;
}
#else
static size_t put_lines(struct dkim_body *b, slice s)
{
	(void)b, (void)s;
	return 0;
}
#endif

/* Begins with a byte that stays as it is. */
static size_t put_text(struct dkim_body *b, slice s)
{
	size_t lines, n = 0;

	if (b->block.n >= BLOCK)
		flush(b);
	lines = put_lines(b, s);
	if (b->block.n < BLOCK)
		n = plain_length(slice_upto(slice_from(s, lines), BLOCK - b->block.n), b->relaxed);
	buf_add(&b->block, s.p + lines, n);
	return lines + n;
}

void dkim_body_more(struct dkim_body *b, slice bytes)
{
	while (bytes.n) {
		size_t n = 1;

		if (is_special(bytes.p[0], b->relaxed)) {
			take_special(b, bytes.p[0]);
		} else {
			put_held(b);
			n = put_text(b, bytes);
		}
		bytes = slice_from(bytes, n);
	}
}

/*
 * The last line ends in CRLF; where there is none, simple has one all the same (§3.4.3). A CR at the very end is given its LF on
 * the wire.
 */
static void end(struct dkim_body *b)
{
	if (b->begun || !b->relaxed)
		put(b, SLICE("\r\n"));
	flush(b);
}

void dkim_body_end(struct dkim_body *b, unsigned char hash[SHA256_BYTES])
{
	end(b);
	sha256_end(&b->hash, hash);
	buf_free(&b->block);
}

void dkim_body_so_far(struct dkim_body *b, slice last, unsigned char hash[SHA256_BYTES])
{
	struct dkim_body copy = *b;

	flush(b);
	copy.block = b->block;
	sha256_fork(&copy.hash, &b->hash);
	dkim_body_more(&copy, last);
	end(&copy);
	sha256_end(&copy.hash, hash);
}
