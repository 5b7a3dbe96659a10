#include "xtext.h"

static int digit(char c)
{
	return c >= 'a' && c <= 'f' ? -1 : ascii_hex(c);
}

static bool is_escape(slice s)
{
	return s.n >= 3 && s.p[0] == '+' && digit(s.p[1]) >= 0 && digit(s.p[2]) >= 0;
}

static bool is_plain(char c)
{
	return c > ' ' && c <= '~' && c != '=';
}

bool xtext_is(slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_plain(s.p[i]) || (s.p[i] == '+' && !is_escape(slice_from(s, i))))
			return false;
	return true;
}

void xtext_add(buf *to, slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (is_plain(text.p[i]) && text.p[i] != '+')
			buf_addchar(to, text.p[i]);
		else
			buf_print(to, "+%02X", (unsigned char)text.p[i]);
}

void xtext_add_decoded(buf *to, slice xtext)
{
	while (xtext.n) {
		bool escape = is_escape(xtext);
		char c = xtext.p[0];

		if (escape)
			c = (char)(digit(xtext.p[1]) << 4 | digit(xtext.p[2]));
		buf_addchar(to, c);
		xtext = slice_from(xtext, escape ? 3 : 1);
	}
}
