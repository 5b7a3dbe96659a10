/* -d: a bare stream, read once. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "encode.h"
#include "fail.h"
#include "head.h"
#include "io.h"
#include "param.h"
#include "qp.h"
#include "uu.h"

static union {
	struct base64 base64;
	struct qp qp;
	struct uu uu;
} state;

static void base64_stream(slice bytes, buf *out) { base64_more(&state.base64, bytes, out); }
static void qp_stream(slice bytes, buf *out) { qp_more(&state.qp, bytes, out); }
static void uu_stream(slice bytes, buf *out) { uu_more(&state.uu, bytes, out); }

static void base64_end(buf *out) { base64_finish(&state.base64, out); }
static void qp_end(buf *out) { qp_finish(&state.qp, out); }
static void uu_end(buf *out) { uu_finish(&state.uu, out); }

/* One field body a line: as it is, where readers take it as it is. */
static void words_line(slice line, buf *out)
{
	bool plain = seven_bit(line);

	for (size_t i = 0; i < line.n && plain; i++)
		plain = !ascii_control(line.p[i]) && !slice_starts(slice_from(line, i), "=?");
	if (plain)
		buf_addslice(out, line);
	else
		head_add_encoded(out, line);
}

static void extended_line(slice line, buf *out)
{
	param_add_extended(out, line);
}

static const struct stream {
	const char *name;
	void (*more)(slice bytes, buf *out);
	void (*finish)(buf *out);
	void (*line)(slice line, buf *out);     /* without its LF: instead of these */
} streams[] = {
	{ "base64", base64_stream, base64_end, NULL },
	{ "qp", qp_stream, qp_end, NULL },
	{ "uu", uu_stream, uu_end, NULL },
	{ "2047", NULL, NULL, words_line },
	{ "2231", NULL, NULL, extended_line },
};

static const struct stream *find_stream(const char *name)
{
	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
		if (strcmp(streams[i].name, name) == 0)
			return &streams[i];
	fail(EX_USAGE, "-d %s: none of base64, qp, uu, 2047, 2231", name);
}

static int open_file(const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : STDIN_FILENO;

	if (fd < 0)
		fail(EX_NOINPUT, "%s: %s", path, strerror(errno));
	return fd;
}

static void put(buf *out)
{
	writer_put(&io_out, buf_slice(out));
	buf_clear(out);
}

static int encode_bytes(const struct stream *s, struct reader *in, buf *out)
{
	slice bytes;
	int got = 0;

	while (!io_out.error && (got = reader_some(in, SIZE_MAX, &bytes)) > 0) {
		s->more(bytes, out);
		put(out);
	}
	s->finish(out);
	put(out);
	return got;
}

/* Words that were folded come into one line. */
static void unfold(buf *line)
{
	size_t n = 0;

	for (size_t i = 0; i < line->n; i++)
		if (line->p[i] != '\n')
			line->p[n++] = line->p[i];
	line->n = n;
}

static int encode_lines(const struct stream *s, struct reader *in, buf *out)
{
	slice line;
	int got = 0;

	while (!io_out.error && (got = reader_line(in, &line)) > 0) {
		s->line(slice_upto(line, slice_find(line, '\n')), out);
		unfold(out);
		buf_addchar(out, '\n');
		put(out);
	}
	return got;
}

int encode_stream(const char *encoding, const char *path, const char *name)
{
	const struct stream *s = find_stream(encoding);
	buf out = { NULL, 0, 0 };
	struct reader in;

	if (!name)
		name = base_name(path);
	reader_open(&in, open_file(path));
	if (s->more == qp_stream)
		state.qp.exact = true;
	if (s->more == uu_stream)
		uu_begin(&out, 0644, slice_of(name && name[0] ? name : "-"));
	if ((s->line ? encode_lines : encode_bytes)(s, &in, &out) < 0)
		fail(errno == EISDIR ? EX_NOINPUT : EX_IOERR, "%s: %s", input_name(path), strerror(errno));
	buf_free(&out);
	reader_close(&in);
	return EX_OK;
}
