#include <string.h>

#include "addr.h"
#include "mime.h"

static bool is_space(char c)
{
	return ascii_blank(c) || c == '\r' || c == '\n';
}

/* A comment without an end takes all that is left. */
static void skip_blanks(slice *s)
{
	while (s->n && (is_space(s->p[0]) || s->p[0] == '(')) {
		size_t n = s->p[0] == '(' ? addr_comment_length(*s) : 1;

		*s = slice_from(*s, n ? n : s->n);
	}
}

static bool take(slice *s, char c)
{
	skip_blanks(s);
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

static bool in_token(char c)
{
	static const bool special[128] = { ['('] = 1, [')'] = 1, ['<'] = 1, ['>'] = 1, ['@'] = 1, [','] = 1, [';'] = 1, [':'] = 1,
		['\\'] = 1, ['"'] = 1, ['/'] = 1, ['['] = 1, [']'] = 1, ['?'] = 1, ['='] = 1 };

	return c > ' ' && c < 127 && !special[(unsigned char)c];
}

slice mime_token(slice *body)
{
	size_t n = 0;
	slice token;

	skip_blanks(body);
	while (n < body->n && in_token(body->p[n]))
		n++;
	token = slice_upto(*body, n);
	*body = slice_from(*body, n);
	return token;
}

bool mime_type(slice body, slice *type, slice *subtype)
{
	*type = mime_token(&body);
	if (!type->n || !take(&body, '/'))
		return false;
	*subtype = mime_token(&body);
	return subtype->n > 0;
}

/* The value of a parameter at the start of *s. */
static void take_value(slice *s, buf *value)
{
	if (take(s, '"')) {
		size_t i = 0;

		for (; i < s->n && s->p[i] != '"'; i++) {
			if (s->p[i] == '\\' && i + 1 < s->n)
				i++;
			if (s->p[i] != '\r' && s->p[i] != '\n')
				buf_addchar(value, s->p[i]);
		}
		*s = slice_from(*s, i + 1);
		return;
	}
	while (s->n && s->p[0] != ';' && !is_space(s->p[0])) {
		buf_addchar(value, s->p[0]);
		*s = slice_from(*s, 1);
	}
}

bool mime_next_parameter(slice *body, slice *name, buf *value)
{
	while (body->n) {
		while (body->n && body->p[0] != ';' && body->p[0] != '(')
			*body = slice_from(*body, 1);
		if (!take(body, ';')) {
			*body = slice_from(*body, 1);
			continue;
		}
		*name = mime_token(body);
		if (!take(body, '='))
			continue;
		take_value(body, value);
		return true;
	}
	return false;
}

bool mime_parameter(slice body, const char *name, buf *value)
{
	size_t start = value->n;
	slice found;

	while (mime_next_parameter(&body, &found, value)) {
		if (slice_case_is(found, name))
			return true;
		value->n = start;
	}
	return false;
}
