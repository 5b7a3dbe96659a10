#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"

static int without_memory = EX_TEMPFAIL;

void mem_ends_with(int status)
{
	without_memory = status;
}

_Noreturn void mem_end(void)
{
	static const char why[] = "out of memory\n";

	fwrite(why, 1, sizeof why - 1, stderr);
	_exit(without_memory);
}

void *mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		mem_end();
	return p;
}

void *mem_grow(void *p, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / 2 / size)
		mem_end();
	p = realloc(p, count && size ? count * size : 1);
	if (!p)
		mem_end();
	return p;
}

char *mem_text(slice s)
{
	char *p = mem_alloc(s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

slice slice_trim(slice s)
{
	while (s.n && is_space(s.p[0]))
		s = slice_from(s, 1);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool slice_cut(slice *rest, char separator, slice *field)
{
	if (!rest->p)
		return false;
	*field = slice_upto(*rest, slice_find(*rest, separator));
	if (field->n == rest->n)
		*rest = (slice){ NULL, 0 };
	else
		*rest = slice_from(*rest, field->n + 1);
	return true;
}

bool slice_word(slice *rest, slice *word)
{
	size_t n = 0;

	while (rest->n && ascii_blank(rest->p[0]))
		*rest = slice_from(*rest, 1);
	while (n < rest->n && !ascii_blank(rest->p[n]))
		n++;
	*word = slice_upto(*rest, n);
	*rest = slice_from(*rest, n);
	return n > 0;
}

bool slice_lists(slice list, slice word)
{
	slice one;

	while (slice_word(&list, &one))
		if (slice_case_same(one, word))
			return true;
	return false;
}

long long slice_number(slice s)
{
	long long value = 0;

	if (s.n == 0 || s.n > 18)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_digit(s.p[i]))
			return -1;
		value = value * 10 + (s.p[i] - '0');
	}
	return value;
}

int ascii_hex(char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool slice_is_ascii(slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 127)
			return false;
	return true;
}

bool seven_bit(slice s)
{
	bool good = true;

	for (size_t i = 0; i < s.n; i++)
		good &= (unsigned char)(s.p[i] - 1) < 127 && s.p[i] != '\r';
	return good;
}

char *buf_reserve(buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 64;

	if (n > SIZE_MAX / 4 - b->n)
		mem_end();
	while (cap < b->n + n + 1)
		cap *= 2;
	if (cap != b->cap) {
		b->p = mem_grow(b->p, cap, 1);
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_add(buf *b, const void *p, size_t n)
{
	char *end = buf_reserve(b, n);

	if (n)
		memcpy(end, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void buf_addslice(buf *b, slice s)
{
	buf_add(b, s.p, s.n);
}

void buf_addtext(buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_vprint(buf *b, const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		return;
	vsnprintf(buf_reserve(b, (size_t)n), (size_t)n + 1, format, args);
	b->n += (size_t)n;
}

void buf_print(buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprint(b, format, args);
	va_end(args);
}

void buf_clear(buf *b)
{
	b->n = 0;
	if (b->p)
		b->p[0] = '\0';
}

void buf_free(buf *b)
{
	free(b->p);
	*b = (buf){ NULL, 0, 0 };
}

void buf_wipe(buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_free(b);
}

void buf_addfield(buf *b, slice field)
{
	char *to = buf_reserve(b, 2 * field.n);

	for (size_t i = 0; i < field.n; i++) {
		char c = field.p[i];

		if (c == '\t' || c == '\n' || c == '\\')
			*to++ = '\\';
		*to++ = c == '\t' ? 't' : c == '\n' ? 'n' : c;
	}
	b->n = (size_t)(to - b->p);
	*to = '\0';
}

void buf_addnumber(buf *b, unsigned long long number)
{
	char digits[24], *at = digits + sizeof digits;

	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	buf_add(b, at, (size_t)(digits + sizeof digits - at));
}

void buf_addlower(buf *b, slice s)
{
	char *end = buf_reserve(b, s.n);

	for (size_t i = 0; i < s.n; i++)
		end[i] = ascii_lower(s.p[i]);
	b->n += s.n;
	b->p[b->n] = '\0';
}

void buf_addhex(buf *b, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++) {
		buf_addchar(b, digits[bytes[i] >> 4]);
		buf_addchar(b, digits[bytes[i] & 15]);
	}
}

void buf_addunescaped(buf *b, slice field)
{
	for (size_t i = 0; i < field.n; i++) {
		char c = field.p[i];

		if (c == '\\' && i + 1 < field.n)
			switch (field.p[++i]) {
			case 't': c = '\t'; break;
			case 'n': c = '\n'; break;
			default: c = field.p[i];
			}
		buf_addchar(b, c);
	}
}

slice buf_addnextfield(buf *b, slice *record)
{
	slice field = { "", 0 };
	size_t from = b->n;

	slice_cut(record, '\t', &field);
	buf_addunescaped(b, field);
	return slice_from(buf_slice(b), from);
}
