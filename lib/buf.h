/*
 * buf: bytes that grow and bytes that are borrowed.
 *
 * A slice is never owned and not NUL-terminated; a buf is owned and keeps a NUL
 * after its end, so that b.p may be handed to the C library once it holds no NUL.
 * When memory ends, the process ends with EX_TEMPFAIL, or as mem_ends_with said.
 */
#ifndef BUF_H
#define BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct { const char *p; size_t n; } slice;
typedef struct { char *p; size_t n, cap; } buf;

#define SLICE(literal) ((slice){ "" literal, sizeof literal - 1 })

/* Inline: the parsers call these for every byte or word, and a call costs more than what they do. */

static inline slice slice_of(const char *text)
{
	return (slice){ text, strlen(text) };
}

/* The first n bytes, or all. */
static inline slice slice_upto(slice s, size_t n)
{
	return (slice){ s.p, n < s.n ? n : s.n };
}

/* What is after the first n bytes. Of no bytes p may be NULL, to which C lets nothing be added. */
static inline slice slice_from(slice s, size_t n)
{
	if (n > s.n)
		n = s.n;
	return (slice){ n ? s.p + n : s.p, s.n - n };
}

/* Index of the first c, or s.n. */
static inline size_t slice_find(slice s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

slice slice_trim(slice s);                      /* without SP, TAB, CR, LF at both ends */

static inline bool slice_same(slice a, slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* As memcmp has it; what begins with another stands behind it. */
static inline int slice_order(slice a, slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static inline bool slice_is(slice s, const char *text)
{
	return slice_same(s, slice_of(text));
}

static inline bool slice_starts(slice s, const char *text)
{
	return slice_is(slice_upto(s, strlen(text)), text);
}

/* ASCII, whatever the locale says; its letters compare without case. */
static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool ascii_case_same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i] && ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

static inline bool slice_case_same(slice a, slice b)
{
	return a.n == b.n && ascii_case_same(a.p, b.p, a.n);
}

static inline bool slice_case_is(slice s, const char *text)
{
	return slice_case_same(s, slice_of(text));
}

static inline bool slice_case_starts(slice s, const char *text)
{
	return slice_case_is(slice_upto(s, strlen(text)), text);
}

/* Takes from *rest what stands before the next separator, or all that is left; false at the end. */
bool slice_cut(slice *rest, char separator, slice *field);

/* The same, between runs of SP and TAB. */
bool slice_word(slice *rest, slice *word);

/* Whether one of the words of a list is this one, without regard to case. */
bool slice_lists(slice list, slice word);

/* A decimal number of at most 18 digits and nothing else; -1 where s is not one. */
long long slice_number(slice s);

/* SP, TAB */
static inline bool ascii_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool ascii_letter(char c)
{
	return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

/* 0-31 and 127 */
static inline bool ascii_control(char c)
{
	return (unsigned char)c < 32 || c == 127;
}

int ascii_hex(char c);                          /* the value of a hexadecimal digit, or -1 */
bool seven_bit(slice s);                        /* no byte above 127, no NUL and no CR */
bool slice_is_ascii(slice s);                   /* no byte above 127 */

static inline slice buf_slice(const buf *b)
{
	return (slice){ b->p, b->n };
}

void buf_add(buf *b, const void *p, size_t n);
void buf_addslice(buf *b, slice s);
void buf_addtext(buf *b, const char *text);
void buf_addnumber(buf *b, unsigned long long number);  /* in decimal */
void buf_addlower(buf *b, slice s);                     /* letters of ASCII in lower case */
void buf_addhex(buf *b, const void *p, size_t n);       /* two hexadecimal digits a byte, in lower case */
void buf_print(buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprint(buf *b, const char *format, va_list);
char *buf_reserve(buf *b, size_t n);            /* room for n more bytes after b->n */

static inline void buf_addchar(buf *b, char c)
{
	if (b->n + 1 >= b->cap)
		buf_reserve(b, 1);
	b->p[b->n++] = c;
	b->p[b->n] = '\0';
}

void buf_clear(buf *b);                         /* empty, its memory kept */
void buf_free(buf *b);
void buf_wipe(buf *b);                          /* frees what held a secret; what is to leave no copy behind is reserved before */

/* A field of a record between programs: TAB, LF and backslash as \t, \n, \\, and back. */
void buf_addfield(buf *b, slice field);
void buf_addunescaped(buf *b, slice field);

/* Takes the field before the next TAB from *record, empty at its end, and appends what it stands for; given as a slice of b. */
slice buf_addnextfield(buf *b, slice *record);

/* Memory, or the end of the process. */
void *mem_alloc(size_t n) __attribute__((returns_nonnull));
void *mem_grow(void *p, size_t count, size_t size) __attribute__((returns_nonnull));
char *mem_text(slice s) __attribute__((returns_nonnull));      /* a NUL-terminated copy */
void mem_ends_with(int status);
_Noreturn void mem_end(void);           /* what a library could not get */

#endif
