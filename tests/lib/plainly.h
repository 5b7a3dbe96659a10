/* plainly: the canonicalizations of RFC 6376 §3.4 as a person would do them, to compare with. */
#ifndef PLAINLY_H
#define PLAINLY_H

#include "buf.h"

/* Lines end in CRLF; a CR at the very end has its LF yet to come. */
static inline void plain_lines(buf *to, slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' && (i == 0 || text.p[i - 1] != '\r'))
			buf_addchar(to, '\r');
		buf_addchar(to, text.p[i]);
	}
	if (text.n && text.p[text.n - 1] == '\r')
		buf_addchar(to, '\n');
}

static inline bool plain_ends(const buf *b, const char *end)
{
	size_t n = strlen(end);

	return b->n >= n && memcmp(b->p + b->n - n, end, n) == 0;
}

/* Each run of blanks is one space, and none stands before a CRLF. */
static inline void plain_blanks(buf *to, slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (ascii_blank(text.p[i])) {
			if (!plain_ends(to, " "))
				buf_addchar(to, ' ');
			continue;
		}
		if (i + 1 < text.n && text.p[i] == '\r' && text.p[i + 1] == '\n' && plain_ends(to, " "))
			to->n--;
		buf_addchar(to, text.p[i]);
	}
	if (plain_ends(to, " "))
		to->n--;
}

static inline void plain_body(buf *to, slice body, bool relaxed)
{
	buf lines = { NULL, 0, 0 };

	plain_lines(&lines, body);
	if (relaxed)
		plain_blanks(to, buf_slice(&lines));
	else
		buf_addslice(to, buf_slice(&lines));
	if (!plain_ends(to, "\r\n"))
		buf_addtext(to, "\r\n");
	while (plain_ends(to, "\r\n\r\n"))
		to->n -= 2;
	if (relaxed && to->n == 2)
		to->n = 0;
	buf_free(&lines);
}

/* `name:value` and CRLF. */
static inline void plain_field(buf *to, slice field)
{
	buf lines = { NULL, 0, 0 }, value = { NULL, 0, 0 };
	size_t colon = slice_find(field, ':');

	for (size_t i = 0; i < colon; i++)
		if (!ascii_blank(field.p[i]))
			buf_addchar(to, ascii_lower(field.p[i]));
	plain_lines(&lines, slice_from(field, colon + 1));
	for (size_t i = 0; i < lines.n; i++)
		if (i + 1 < lines.n && lines.p[i] == '\r' && lines.p[i + 1] == '\n')
			i++;
		else
			buf_addchar(&value, lines.p[i]);
	buf_clear(&lines);
	plain_blanks(&lines, buf_slice(&value));
	buf_addchar(to, ':');
	buf_addslice(to, slice_from(buf_slice(&lines), lines.n && lines.p[0] == ' '));
	buf_addtext(to, "\r\n");
	buf_free(&lines), buf_free(&value);
}

#endif
