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

/* A parameter that is written is there, alone, in short lines of plain ASCII. */
static void check_written(slice value)
{
	buf field = { NULL, 0, 0 }, back = { NULL, 0, 0 };
	slice rest, line;

	buf_addtext(&field, "a/b");
	mime_add_parameter(&field, "n", value);
	rest = buf_slice(&field);
	if (!seven_bit(rest) || !mime_parameter_text(rest, "n", &back) || mime_parameter_text(rest, "Bcc", &back))
		abort();
	while (slice_cut(&rest, '\n', &line))
		if (line.n > 76 || (line.p != field.p && line.p[0] != ' '))
			abort();
	buf_free(&field), buf_free(&back);
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
	check_written(body);
	buf_free(&text);
	return 0;
}
