/* Pages and files: written under another name, and renamed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "fail.h"
#include "io.h"
#include "limit.h"

/* One name is enough: one writes at a time, and one file after the other. */
static const char temporary[] = ".new";

buf page;
static struct writer out;

static _Noreturn void cannot(const char *path)
{
	fail(fail_status(errno), "%s: %s", path, strerror(errno));
}

void file_begin(const struct archive *a)
{
	int fd = openat(a->folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);

	if (fd < 0)
		cannot(temporary);
	if (!out.p)
		writer_open(&out, fd);
	out.fd = fd;
	buf_clear(&page);
}

void file_spill(void)
{
	if (page.n < LIMIT_STREAM)
		return;
	writer_put(&out, buf_slice(&page));
	buf_clear(&page);
}

/* Makes the folders above it. */
static void make_folders(const struct archive *a, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *folder = mem_text((slice){ path, (size_t)(slash - path) });

		if (mkdirat(a->folder, folder, 0777) && errno != EEXIST)
			cannot(folder);
		free(folder);
	}
}

void file_end(const struct archive *a, const char *path)
{
	writer_put(&out, buf_slice(&page));
	if (writer_flush(&out) || close(out.fd))
		cannot(path);
	if (renameat(a->folder, temporary, a->folder, path) == 0)
		return;
	if (errno != ENOENT)
		cannot(path);
	make_folders(a, path);
	if (renameat(a->folder, temporary, a->folder, path))
		cannot(path);
}
