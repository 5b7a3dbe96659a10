#include <string.h>

#include "boundary.h"
#include "mime.h"

bool boundaries_push(struct boundaries *b, slice type_body, bool digest)
{
	size_t at = b->depth ? b->levels[b->depth - 1].at + b->levels[b->depth - 1].n : 0, n;

	b->text.n = at;
	if (b->depth == LIMIT_MULTIPARTS || !mime_parameter(type_body, "boundary", &b->text))
		return false;
	while (b->text.n > at && ascii_blank(b->text.p[b->text.n - 1]))
		b->text.n--;
	n = b->text.n - at;
	if (n == 0 || n > LIMIT_BOUNDARY)
		return false;
	b->levels[b->depth].at = at;
	b->levels[b->depth].n = n;
	b->levels[b->depth].digest = digest;
	b->depth++;
	return true;
}

/* What stands behind the dashes of a line: the boundary, or it and `--`, and blanks. */
static bool is_delimiter(slice rest, slice boundary, bool *closes)
{
	if (rest.n < boundary.n || memcmp(rest.p, boundary.p, boundary.n) != 0)
		return false;
	rest = slice_from(rest, boundary.n);
	*closes = slice_starts(rest, "--");
	rest = slice_from(rest, *closes ? 2 : 0);
	while (rest.n && ascii_blank(rest.p[0]))
		rest = slice_from(rest, 1);
	return rest.n == 0;
}

size_t boundaries_find(const struct boundaries *b, slice line, bool *closes)
{
	if (!slice_starts(line, "--"))
		return b->depth;
	for (size_t i = b->depth; i-- > 0;)
		if (is_delimiter(slice_from(line, 2), (slice){ b->text.p + b->levels[i].at, b->levels[i].n }, closes))
			return i;
	return b->depth;
}

void boundaries_free(struct boundaries *b)
{
	buf_free(&b->text);
}
