/* -H: fields for the top of the message. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "encode.h"
#include "fail.h"
#include "head.h"
#include "io.h"
#include "limit.h"

static void drop_crs(buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->n; i++)
		if (text->p[i] != '\r' || i + 1 == text->n || text->p[i + 1] != '\n')
			text->p[n++] = text->p[i];
	text->n = n;
}

static bool is_ours(const struct field *f)
{
	return field_is(f, "MIME-Version") || slice_case_starts(f->name, "Content-");
}

void read_header(const char *path, buf *fields)
{
	buf text = { NULL, 0, 0 };
	struct field f;
	slice rest;

	if (io_file(AT_FDCWD, path, LIMIT_HEADER, &text))
		fail(errno == EFBIG ? EX_DATAERR : EX_NOINPUT, "%s: %s", path, strerror(errno));
	drop_crs(&text);
	if (text.n && text.p[text.n - 1] != '\n')
		buf_addchar(&text, '\n');
	rest = buf_slice(&text);
	while (head_next(&rest, &f))
		if (!is_ours(&f) && head_fit(fields, &f))
			fail(EX_DATAERR, "%s: %.*s: cannot be written in 7 bits", path, (int)f.name.n, f.name.p);
	if (rest.n && !head_ends(slice_upto(rest, slice_find(rest, '\n') + 1)))
		fail(EX_DATAERR, "%s: `%.*s': no header field", path, (int)(slice_find(rest, '\n') % 100), rest.p);
	buf_free(&text);
}
