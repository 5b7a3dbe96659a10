/* words: whatever a field says, it is read as valid UTF-8 in one line, and so is each parameter of it. */
#include <stdint.h>
#include <stdlib.h>
#include <unistr.h>

#include "param.h"
#include "words.h"

static void check(const buf *text)
{
	if (text->n && u8_check((const uint8_t *)text->p, text->n))
		abort();
	for (size_t i = 0; i < text->n; i++)
		if (ascii_control(text->p[i]) || (text->p[i] == '\xc2' && (text->p[i + 1] & 0xe0) == 0x80))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice body = { (const char *)p, n };
	buf text = { NULL, 0, 0 };

	words_decode(&text, body);
	check(&text);
	buf_clear(&text);
	mime_parameter_text(body, "n", &text);
	check(&text);
	buf_free(&text);
	return 0;
}
