#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "dkim-canon.h"

enum { BLOCK = 16 * 1024 };     /* stays in the nearest cache */

static bool is_special(char c, bool relaxed)
{
	return c == '\n' || c == '\r' || (relaxed && (c == '\t' || c == ' '));
}

/*
 * The bytes at the start that stay as they are: up to the first CR, LF and, relaxed, TAB, or space that begins or may belong to
 * a run. Most of a body is such, and is taken 16 bytes at a time.
 */
static size_t plain_length(slice s, bool relaxed)
{
	size_t i = 0;

	if (is_special(s.p[0], relaxed))
		return 0;
#ifdef __SSE2__
	const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'), space = _mm_set1_epi8(' ');
	const __m128i tab = _mm_set1_epi8(relaxed ? '\t' : '\n'), looked_for = _mm_set1_epi8(relaxed ? ' ' : '\n');

	for (; i + 17 <= s.n; i += 16) {
		__m128i here = _mm_loadu_si128((const __m128i *)(s.p + i)), next = _mm_loadu_si128((const __m128i *)(s.p + i + 1));
		__m128i ends = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(here, lf), _mm_cmpeq_epi8(here, cr)), _mm_cmpeq_epi8(here, tab));
		__m128i run = _mm_and_si128(_mm_cmpeq_epi8(here, looked_for), _mm_cmpeq_epi8(_mm_min_epu8(next, space), next));
		int mask = _mm_movemask_epi8(_mm_or_si128(ends, run));

		if (mask)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
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
	for (slice name = slice_trim(slice_upto(field, colon)); name.n; name = slice_from(name, 1))
		buf_addchar(to, ascii_lower(name.p[0]));
	buf_addchar(to, ':');
	add_relaxed_value(to, slice_from(field, colon + 1));
	buf_addtext(to, "\r\n");
}

void dkim_body_begin(struct dkim_body *b, bool relaxed)
{
	*b = (struct dkim_body){ .relaxed = relaxed };
	sha256_begin(&b->hash);
	buf_reserve(&b->block, BLOCK);
}

static void flush(struct dkim_body *b)
{
	sha256_more(&b->hash, buf_slice(&b->block));
	b->block.n = 0;
}

static void put(struct dkim_body *b, slice bytes)
{
	if (bytes.n > BLOCK - b->block.n)
		flush(b);
	if (bytes.n > BLOCK) {
		sha256_more(&b->hash, bytes);
		return;
	}
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

void dkim_body_more(struct dkim_body *b, slice bytes)
{
	while (bytes.n) {
		size_t n = plain_length(bytes, b->relaxed);

		if (n) {
			put_held(b);
			put(b, slice_upto(bytes, n));
		} else {
			take_special(b, bytes.p[0]);
		}
		bytes = slice_from(bytes, n ? n : 1);
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

void dkim_body_so_far(struct dkim_body *b, unsigned char hash[SHA256_BYTES])
{
	struct dkim_body copy = *b;

	flush(b);
	copy.block = b->block;
	sha256_fork(&copy.hash, &b->hash);
	end(&copy);
	sha256_end(&copy.hash, hash);
}
