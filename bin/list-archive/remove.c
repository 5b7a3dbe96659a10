/* Pages that are no more. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "fail.h"

static void remove_file(const struct archive *a, const char *path)
{
	if (unlinkat(a->folder, path, 0) && errno != ENOENT)
		fail(fail_status(errno), "%s: %s", path, strerror(errno));
}

/* A folder of files; what else is in it is not ours, and it stays. */
static void remove_folder(const struct archive *a, const char *path)
{
	int fd = openat(a->folder, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(fd, entry->d_name, 0);
	closedir(dir);
	unlinkat(a->folder, path, AT_REMOVEDIR);
}

static void remove_letter(const struct archive *a, slice name)
{
	buf path = { NULL, 0, 0 };

	buf_print(&path, "message/%.*s", (int)name.n, name.p);
	remove_folder(a, path.p);
	buf_addtext(&path, ".html");
	remove_file(a, path.p);
	buf_free(&path);
}

static void remove_page(const struct archive *a, slice path)
{
	char *text = mem_text(path), *slash = strchr(text, '/');

	remove_file(a, text);
	if (slash) {
		*slash = '\0';
		unlinkat(a->folder, text, AT_REMOVEDIR);
	}
	free(text);
}

void remove_stale(const struct archive *a)
{
	buf name = { NULL, 0, 0 };

	for (size_t i = 0; i < a->known_count; i++) {
		struct row old = a->known[i];

		if (old.file && old.copy == old.old_copy)
			continue;
		old.copy = old.old_copy;
		buf_clear(&name);
		add_page_name(&name, &old);
		remove_letter(a, buf_slice(&name));
	}
	for (size_t i = 0; i < a->old_page_count; i++)
		if (!a->old_pages[i].wanted)
			remove_page(a, a->old_pages[i].path);
	buf_free(&name);
}

static void sweep_folder(const struct archive *a, const char *path, void (*each)(const struct archive *, slice name))
{
	int fd = openat(a->folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		each(a, slice_of(entry->d_name));
	closedir(dir);
}

static void sweep_letter(const struct archive *a, slice name)
{
	struct row r = { .copy = 0 };

	name = slice_upto(name, slice_find(name, '.'));
	if (index_page_name(name, &r) && !row_of_id(a, r.id, r.copy))
		remove_letter(a, name);
}

static void sweep_month(const struct archive *a, slice name)
{
	buf path = { NULL, 0, 0 };

	if (!is_month(name))
		return;
	for (size_t i = 0; i < a->month_count; i++)
		if (slice_is(name, a->months[i].name))
			return;
	buf_print(&path, "%.*s/threads.html", (int)name.n, name.p);
	remove_page(a, buf_slice(&path));
	path.n = name.n;
	buf_addtext(&path, "/index.html");
	remove_page(a, buf_slice(&path));
	buf_free(&path);
}

void sweep(const struct archive *a)
{
	sweep_folder(a, "message", sweep_letter);
	sweep_folder(a, ".", sweep_month);
}
