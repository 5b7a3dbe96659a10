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

static int refuse(long long offset)
{
	warn("standard input: byte %lld: not what the encoding has there", offset);
	return EX_DATAERR;
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
	return wrong < 0 ? EX_OK : refuse(wrong);
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

/* What is a line each. */
static const struct line_encoding {
	const char *name;
	void (*decode)(buf *to, slice line);
	long long (*wrong)(slice line);         /* offset in it of what a strict reader refuses, or -1 */
} line_encodings[] = {
	{ "2047", decode_words, words_wrong }, { "2231", decode_extended_value, param_extended_wrong },
};

static slice without_line_end(slice line)
{
	line.n -= line.n && line.p[line.n - 1] == '\n';
	line.n -= line.n && line.p[line.n - 1] == '\r';
	return line;
}

static int decode_lines(const struct line_encoding *encoding, bool strict)
{
	buf decoded = { NULL, 0, 0 };
	long long at = 0, wrong = -1;
	slice line;
	int got;

	while ((got = reader_line(&io_in, &line)) > 0 && !io_out.error) {
		wrong = strict ? encoding->wrong(without_line_end(line)) : -1;
		if (wrong >= 0)
			break;
		buf_clear(&decoded);
		encoding->decode(&decoded, line);
		buf_addchar(&decoded, '\n');
		writer_put(&io_out, buf_slice(&decoded));
		at += (long long)line.n;
	}
	buf_free(&decoded);
	if (wrong >= 0)
		return refuse(at + wrong);
	return got < 0 ? read_failed() : EX_OK;
}

int decode_stream(const char *encoding, bool strict)
{
	static const struct { const char *name; enum transfer_encoding encoding; } transfers[] = {
		{ "base64", TRANSFER_BASE64 }, { "qp", TRANSFER_QP }, { "uu", TRANSFER_UU },
	};

	for (size_t i = 0; i < sizeof transfers / sizeof *transfers; i++)
		if (strcmp(encoding, transfers[i].name) == 0)
			return decode_transfer(transfers[i].encoding, strict);
	for (size_t i = 0; i < sizeof line_encodings / sizeof *line_encodings; i++)
		if (strcmp(encoding, line_encodings[i].name) == 0)
			return decode_lines(&line_encodings[i], strict);
	fail_usage();
}
