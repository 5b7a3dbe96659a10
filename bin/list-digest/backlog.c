/* The messages that wait for the next digest. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "issue.h"
#include "fail.h"
#include "limit.h"

static void add_row(struct backlog *b, const char *folder, const char *name, const struct stat *st)
{
	if ((b->count & (b->count - 1)) == 0)
		b->rows = mem_grow(b->rows, b->count ? b->count * 2 : 1, sizeof *b->rows);
	b->rows[b->count++] = (struct waiting){ .name = b->names.n, .since = st->st_mtime, .bytes = (long long)st->st_size };
	buf_print(&b->names, "%s/%s", folder, name);
	buf_addchar(&b->names, '\0');
}

/* What cannot be read now is left for later. */
static void look_at(struct backlog *b, int fd, const char *path, const char *name)
{
	struct stat st;

	if (name[0] == '.' || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return;
	if (faccessat(fd, name, R_OK, AT_EACCESS) == 0) {
		add_row(b, strrchr(path, '/') + 1, name, &st);
		return;
	}
	warn("%s/%s: %s", path, name, strerror(errno));
	b->status = EX_NOINPUT;
}

static int read_folder(struct backlog *b, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int error;

	if (!dir)
		return errno == ENOENT ? 0 : -1;
	while ((errno = 0, entry = readdir(dir)))
		look_at(b, dirfd(dir), path, entry->d_name);
	error = errno;
	closedir(dir);
	errno = error;
	return error ? -1 : 0;
}

/* By the time in their names, whether or not a reader moved them to cur/ and gave them flags. */
static int by_arrival(const void *a, const void *b, void *names)
{
	const struct waiting *x = a, *y = b;
	const char *p = (char *)names + x->name + strlen("new/"), *q = (char *)names + y->name + strlen("new/");

	return strcmp(p, q);
}

int backlog_read(struct backlog *b, const struct list *l)
{
	static const char *const folders[] = { "new", "cur" };
	int status = 0;

	*b = (struct backlog){ .status = EX_OK };
	for (size_t i = 0; i < 2 && status == 0; i++) {
		buf path = { NULL, 0, 0 };

		buf_print(&path, "%s/digest/%s", l->folder, folders[i]);
		status = read_folder(b, path.p);
		buf_free(&path);
	}
	if (b->count)
		qsort_r(b->rows, b->count, sizeof *b->rows, by_arrival, b->names.p);
	return status;
}

bool backlog_is_due(const struct backlog *b, const struct list *l)
{
	time_t oldest = clock_now();
	long long bytes = 0, age;

	for (size_t i = 0; i < b->count; i++) {
		oldest = b->rows[i].since < oldest ? b->rows[i].since : oldest;
		bytes += b->rows[i].bytes;
	}
	age = (long long)(clock_now() - oldest);
	return b->count && ((l->digest_age && age >= l->digest_age) || (l->digest_count && (long long)b->count >= l->digest_count)
	    || (l->digest_size && bytes >= l->digest_size));
}

size_t backlog_portion(const struct backlog *b, const struct list *l)
{
	long long bytes = 0;
	size_t n;

	for (n = 0; n < b->count && n < LIMIT_PARTS && (!l->digest_count || (long long)n < l->digest_count); n++) {
		bytes += b->rows[n].bytes;
		if (n && l->digest_size && bytes > l->digest_size)
			break;
	}
	return n;
}

const char *backlog_name(const struct backlog *b, size_t i)
{
	return b->names.p + b->rows[i].name;
}

void backlog_free(struct backlog *b)
{
	buf_free(&b->names);
	free(b->rows);
}
