/* mime-decode -d: a bare stream. */
#include <errno.h>
#include <string.h>

#include "decode.h"
#include "fail.h"
#include "param.h"
#include "words.h"

static int read_failed(void)
{
	warn("standard input: %s", strerror(errno));
	return EX_IOERR;
}

static long long wrong_at(const struct transfer_decoder *d)
{
	switch (d->encoding) {
	case TRANSFER_BASE64: return d->base64.wrong;
	case TRANSFER_QP: return d->qp.wrong;
	case TRANSFER_UU: return d->uu.wrong;
	default: return -1;
	}
}

static int decode_transfer(enum transfer_encoding encoding, bool strict)
{
	struct transfer_decoder d;
	long long wrong;
	slice some;
	int got;

	transfer_decoder_begin(&d, encoding);
	while ((got = reader_some(&io_in, LIMIT_STREAM, &some)) > 0) {
		writer_put(&io_out, transfer_decode(&d, some));
		if (io_out.error || (strict && wrong_at(&d) >= 0))
			break;
	}
	if (got < 0)
		return read_failed();
	writer_put(&io_out, transfer_decode_rest(&d));
	wrong = strict ? wrong_at(&d) : -1;
	transfer_decoder_end(&d);
	if (wrong < 0)
		return EX_OK;
	warn("standard input: byte %lld: not what the encoding has there", wrong);
	return EX_DATAERR;
}

static void decode_words(buf *to, slice line)
{
	words_decode(to, line);
}

/* The value of a parameter whose name ends in a star: charset'language'%41. */
static void decode_extended_value(buf *to, slice line)
{
	buf body = { NULL, 0, 0 };

	buf_addtext(&body, "; value*=");
	buf_addslice(&body, slice_trim(line));
	mime_parameter_text(buf_slice(&body), "value", to);
	buf_free(&body);
}

static int decode_lines(void (*decode)(buf *to, slice line))
{
	buf decoded = { NULL, 0, 0 };
	slice line;
	int got;

	while ((got = reader_line(&io_in, &line)) > 0 && !io_out.error) {
		buf_clear(&decoded);
		decode(&decoded, line);
		buf_addchar(&decoded, '\n');
		writer_put(&io_out, buf_slice(&decoded));
	}
	buf_free(&decoded);
	return got < 0 ? read_failed() : EX_OK;
}

int decode_stream(const char *encoding, bool strict)
{
	static const struct { const char *name; enum transfer_encoding encoding; } transfers[] = {
		{ "base64", TRANSFER_BASE64 }, { "qp", TRANSFER_QP }, { "uu", TRANSFER_UU },
	};
	static const struct { const char *name; void (*decode)(buf *, slice); } lines[] = {
		{ "2047", decode_words }, { "2231", decode_extended_value },
	};

	for (size_t i = 0; i < sizeof transfers / sizeof *transfers; i++)
		if (strcmp(encoding, transfers[i].name) == 0)
			return decode_transfer(transfers[i].encoding, strict);
	for (size_t i = 0; !strict && i < sizeof lines / sizeof *lines; i++)
		if (strcmp(encoding, lines[i].name) == 0)
			return decode_lines(lines[i].decode);
	fail_usage();
}
