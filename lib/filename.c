#include "filename.h"
#include "media.h"
#include "words.h"

/* What stands behind the last slash of either kind. */
static slice base_name(slice name)
{
	for (size_t i = name.n; i-- > 0;)
		if (name.p[i] == '/' || name.p[i] == '\\')
			return slice_from(name, i + 1);
	return name;
}

size_t filename_extension(slice name)
{
	for (size_t i = name.n; i-- > 1 && name.n - i <= 16;)
		if (name.p[i] == '.')
			return i;
	return name.n;
}

/* The length of a mark that turns the direction of text at the start of s, 0 where there is none: U+061C, 200E-F, 202A-E, 2066-9. */
static size_t turn_length(slice s)
{
	unsigned char last = s.n >= 3 ? (unsigned char)s.p[2] : 0;

	if (slice_starts(s, "\xd8\x9c"))
		return 2;
	if (slice_starts(s, "\xe2\x80"))
		return last == 0x8e || last == 0x8f || (last >= 0xaa && last <= 0xae) ? 3 : 0;
	return slice_starts(s, "\xe2\x81") && last >= 0xa6 && last <= 0xa9 ? 3 : 0;
}

/* Nobody shall see `report-fdp.exe` as report-exe.pdf. */
static void add_unturned(buf *to, slice name)
{
	size_t start = 0, n;

	for (size_t i = 0; i < name.n; i += n ? n : 1) {
		n = turn_length(slice_from(name, i));
		if (n) {
			buf_add(to, name.p + start, i - start);
			buf_addtext(to, "\xef\xbf\xbd");
			start = i + n;
		}
	}
	buf_addslice(to, slice_from(name, start));
}

void filename_make_safe(buf *to, slice name)
{
	size_t start = to->n;
	buf clean = { NULL, 0, 0 };

	words_decode(&clean, name);
	add_unturned(to, slice_trim(base_name(buf_slice(&clean))));
	buf_free(&clean);
	if (to->n > start && (to->p[start] == '.' || to->p[start] == '-'))
		to->p[start] = '_';
}

void filename_of_part(buf *to, const struct part *p)
{
	buf said = { NULL, 0, 0 };
	bool named;

	part_filename(&said, p);
	filename_make_safe(to, buf_slice(&said));
	named = to->n > 0;
	if (!named) {
		buf_addtext(to, "part-");
		part_number(to, p);
	}
	if (!named || filename_extension(buf_slice(to)) == to->n)
		buf_addtext(to, media_extension(p->type, p->subtype));
	buf_free(&said);
}
