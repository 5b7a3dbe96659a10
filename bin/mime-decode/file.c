/* The files that parts become: safe names, none twice, nothing overwritten. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "file.h"
#include "media.h"
#include "words.h"

void files_open(struct files *f, const char *path)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
	f->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->folder < 0)
		fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
}

/* What stands behind the last slash of either kind. */
static slice base_name(slice name)
{
	for (size_t i = name.n; i-- > 0;)
		if (name.p[i] == '/' || name.p[i] == '\\')
			return slice_from(name, i + 1);
	return name;
}

/* Where the extension begins, at most 16 bytes from the end: the end where there is none. */
static size_t extension_at(slice name)
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

void file_safe_name(buf *to, slice name)
{
	size_t start = to->n;
	buf clean = { NULL, 0, 0 };

	words_decode(&clean, name);
	add_unturned(to, slice_trim(base_name(buf_slice(&clean))));
	buf_free(&clean);
	if (to->n > start && (to->p[start] == '.' || to->p[start] == '-'))
		to->p[start] = '_';
}

void file_name(buf *to, const struct part *p)
{
	buf said = { NULL, 0, 0 };
	bool named;

	part_filename(&said, p);
	file_safe_name(to, buf_slice(&said));
	named = to->n > 0;
	if (!named) {
		buf_addtext(to, "part-");
		part_number(to, p);
	}
	if (!named || extension_at(buf_slice(to)) == to->n)
		buf_addtext(to, media_extension(p->type, p->subtype));
	buf_free(&said);
}

/* stem, `-2` and the like, extension: the stem shortened, between characters of UTF-8, to what a file may be called. */
static void compose(buf *to, slice name, unsigned long number)
{
	slice stem = slice_upto(name, extension_at(name)), extension = slice_from(name, stem.n);
	buf suffix = { NULL, 0, 0 };

	if (number) {
		buf_addchar(&suffix, '-');
		buf_addnumber(&suffix, number);
	}
	if (stem.n + suffix.n + extension.n > LIMIT_FILE_NAME) {
		stem.n = LIMIT_FILE_NAME - suffix.n - extension.n;
		while (stem.n && (stem.p[stem.n] & 0xc0) == 0x80)
			stem.n--;
	}
	buf_addslice(to, stem);
	buf_addslice(to, buf_slice(&suffix));
	buf_addslice(to, extension);
	buf_free(&suffix);
}

int file_create(struct files *f, slice wanted, buf *name)
{
	unsigned long number = slice_same(wanted, buf_slice(&f->last_taken)) ? ++f->taken + 1 : 0;
	int fd;

	do {
		buf_clear(name);
		compose(name, wanted, number);
		fd = openat(f->folder, name->p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (fd < 0 && errno == EEXIST) {
			number = ++f->taken + 1;
			buf_clear(&f->last_taken);
			buf_addslice(&f->last_taken, wanted);
		}
	} while (fd < 0 && errno == EEXIST);
	return fd;
}
