#include "base64-simd.h"

#ifdef __x86_64__
#include <immintrin.h>

static int usable = -1;         /* not known yet */

void base64_simd_use(int yes)
{
	usable = yes && __builtin_cpu_supports("avx2");
}

static int is_usable(void)
{
	if (usable < 0)
		base64_simd_use(1);
	return usable;
}

#define AVX2 __attribute__((target("avx2")))
#define TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/* The digit of each of 32 values 0-63: the value and a distance that depends on the range it lies in. */
AVX2 static inline __m256i digits(__m256i value)
{
	/* 1-10 for 52-61, which are `0`-`9`; 11 for `+`, 12 for `/`; then 0 for lower case, 13 for upper case */
	const __m256i distance = TWICE('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
	    '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
	__m256i range = _mm256_subs_epu8(value, _mm256_set1_epi8(51));
	__m256i upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), value);

	range = _mm256_or_si256(range, _mm256_and_si256(upper, _mm256_set1_epi8(13)));
	return _mm256_add_epi8(value, _mm256_shuffle_epi8(distance, range));
}

/* 24 bytes to 32 digits: 12 bytes in each half, where they become four times `b a c b` of the group `a b c`. */
AVX2 static inline void encode24(const unsigned char *from, char *to)
{
	const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,
	    5, 4, 6, 5, 8, 7, 9, 8, 11, 10, 12, 11, 14, 13, 15, 14);
	__m128i low = _mm_loadu_si128((const __m128i *)(const void *)from);
	__m128i high = _mm_loadu_si128((const __m128i *)(const void *)(from + 8));
	__m256i in = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), spread);
	/* As 16 bits: aaaaaaaabbbbbbbb. First digit >> 10, second >> 4; then bbbbbbbbcccccccc, third >> 6, fourth as it is. */
	__m256i right = _mm256_mulhi_epu16(_mm256_and_si256(in, _mm256_set1_epi32(0x0fc0fc00)),
	    _mm256_set1_epi32(0x04000040));
	__m256i left = _mm256_mullo_epi16(_mm256_and_si256(in, _mm256_set1_epi32(0x003f03f0)),
	    _mm256_set1_epi32(0x01000010));

	_mm256_storeu_si256((__m256i *)(void *)to, digits(_mm256_or_si256(right, left)));
}

/* The last 24 bytes of a line overlap the 24 before them: nothing behind the line is touched. */
AVX2 static void encode_lines(const unsigned char *from, size_t lines, char *to)
{
	for (; lines > 0; lines--, from += BASE64_LINE_BYTES, to += BASE64_LINE + 1) {
		encode24(from, to);
		encode24(from + 24, to + 32);
		encode24(from + BASE64_LINE_BYTES - 24, to + BASE64_LINE - 32);
		to[BASE64_LINE] = '\n';
	}
}

/* The values of 32 digits; bytes of *good are 0 where there is none. */
AVX2 static inline __m256i values(__m256i c, __m256i *good)
{
	/* By the upper half of the byte: from which to which it is a digit, and how far that is from its value. */
	const __m256i first = TWICE(127, 127, '+', '0', 'A', 'P', 'a', 'p', 127, 127, 127, 127, 127, 127, 127, 127);
	const __m256i last = TWICE(0, 0, '+', '9', 'O', 'Z', 'o', 'z', 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i distance = TWICE(0, 0, 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0);
	__m256i upper = _mm256_and_si256(_mm256_srli_epi16(c, 4), _mm256_set1_epi8(15));
	__m256i slash = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('/'));
	__m256i bad = _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_shuffle_epi8(first, upper), c),
	    _mm256_cmpgt_epi8(c, _mm256_shuffle_epi8(last, upper)));
	/* `/` stands with `+`, 4 behind it, and means one more. */
	__m256i value = _mm256_add_epi8(_mm256_add_epi8(c, _mm256_shuffle_epi8(distance, upper)),
	    _mm256_and_si256(slash, _mm256_set1_epi8('+' + 1 - '/')));

	*good = _mm256_or_si256(slash, _mm256_xor_si256(bad, _mm256_set1_epi8(-1)));
	return value;
}

/* 32 digits to 24 bytes and 8 of no meaning. */
AVX2 static inline __m256i decode32(const char *from, char *to)
{
	const __m256i gather = TWICE(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
	__m256i good;
	__m256i in = values(_mm256_loadu_si256((const __m256i *)(const void *)from), &good);
	__m256i pairs = _mm256_maddubs_epi16(in, _mm256_set1_epi32(0x01400140));
	__m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
	__m256i bytes = _mm256_shuffle_epi8(groups, gather);

	_mm256_storeu_si256((__m256i *)(void *)to,
	    _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7)));
	return good;
}

AVX2 static inline int all(__m256i good)
{
	return _mm256_movemask_epi8(good) == -1;
}

/* The length of the line of 76 digits at the start, with its end, or 0. */
AVX2 static size_t decode_line(const char *from, char *to)
{
	size_t end = from[BASE64_LINE] == '\n' ? 1 : from[BASE64_LINE] == '\r' && from[BASE64_LINE + 1] == '\n' ? 2 : 0;
	__m256i good[3];

	if (!end)
		return 0;
	good[0] = decode32(from, to);
	good[1] = decode32(from + 32, to + 24);
	good[2] = decode32(from + BASE64_LINE - 32, to + BASE64_LINE_BYTES - 24);
	return all(_mm256_and_si256(_mm256_and_si256(good[0], good[1]), good[2])) ? BASE64_LINE + end : 0;
}

AVX2 static size_t decode(const char *from, size_t n, char **to)
{
	const char *p = from;

	for (;;) {
		size_t left = n - (size_t)(p - from), line;

		if (left >= BASE64_LINE + 2 && (line = decode_line(p, *to)) > 0) {
			p += line;
			*to += BASE64_LINE_BYTES;
		} else if (left >= 32 && all(decode32(p, *to))) {
			p += 32;
			*to += 24;
		} else {
			return (size_t)(p - from);
		}
	}
}

size_t base64_simd_encode(const unsigned char *from, size_t lines, char *to)
{
	if (!is_usable())
		return 0;
	encode_lines(from, lines, to);
	return lines;
}

size_t base64_simd_decode(const char *from, size_t n, char **to)
{
	return is_usable() ? decode(from, n, to) : 0;
}

#else

void base64_simd_use(int yes)
{
	(void)yes;
}

size_t base64_simd_encode(const unsigned char *from, size_t lines, char *to)
{
	(void)from, (void)lines, (void)to;
	return 0;
}

size_t base64_simd_decode(const char *from, size_t n, char **to)
{
	(void)from, (void)n, (void)to;
	return 0;
}

#endif
