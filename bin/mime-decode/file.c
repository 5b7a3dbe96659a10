/* The files that parts become: safe names, none twice, nothing overwritten. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "charset.h"
#include "fail.h"
#include "file.h"
#include "filename.h"

void files_open(struct files *f, const char *path)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
	f->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->folder < 0)
		fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
}

/* stem, `-2` and the like, extension: the stem shortened, between characters of UTF-8, to what a file may be called. */
static void compose(buf *to, slice name, unsigned long number)
{
	slice stem = slice_upto(name, filename_extension(name)), extension = slice_from(name, stem.n);
	buf suffix = { NULL, 0, 0 };

	if (number) {
		buf_addchar(&suffix, '-');
		buf_addnumber(&suffix, number);
	}
	if (stem.n + suffix.n + extension.n > LIMIT_FILE_NAME)
		stem = utf8_upto(stem, LIMIT_FILE_NAME - suffix.n - extension.n);
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
