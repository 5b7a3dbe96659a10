#include <string.h>

#include "uri.h"

static void add(buf *to, slice text, const char *kept)
{
	for (size_t i = 0; i < text.n; i++)
		if (ascii_letter(text.p[i]) || ascii_digit(text.p[i]) || (text.p[i] && strchr(kept, text.p[i])))
			buf_addchar(to, text.p[i]);
		else
			buf_print(to, "%%%02X", (unsigned char)text.p[i]);
}

void uri_add(buf *to, slice text)
{
	add(to, text, "-._~=");
}

void uri_add_unreserved(buf *to, slice text)
{
	add(to, text, "-._~");
}

int uri_byte(slice s)
{
	int high = s.n >= 3 && s.p[0] == '%' ? ascii_hex(s.p[1]) : -1, low = high >= 0 ? ascii_hex(s.p[2]) : -1;

	return low < 0 ? -1 : high << 4 | low;
}

void uri_add_decoded(buf *to, slice uri)
{
	while (uri.n) {
		int byte = uri_byte(uri);

		buf_addchar(to, byte < 0 ? uri.p[0] : (char)byte);
		uri = slice_from(uri, byte < 0 ? 1 : 3);
	}
}
