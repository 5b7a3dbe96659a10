#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "limit.h"
#include "pending.h"

bool pending_is_id(slice id)
{
	for (size_t i = 0; i < id.n; i++)
		if (ascii_hex(id.p[i]) < 0)
			return false;
	return id.n == PENDING_ID;
}

static void make_id(char id[PENDING_ID + 1])
{
	struct timespec now;
	unsigned chance;

	clock_gettime(CLOCK_REALTIME, &now);
	if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
		chance = (unsigned)getpid();
	snprintf(id, PENDING_ID + 1, "%013llx%03x", ((unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000)
	    & 0xfffffffffffff, chance & 0xfff);
}

static int is_id(const struct dirent *entry)
{
	return pending_is_id(slice_of(entry->d_name));
}

/* The folder, made if it is missing. */
static int open_folder(const struct list *l)
{
	char *path = list_path(l, "pending");
	int fd = mkdir(path, 0700) && errno != EEXIST ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(path);
	return fd;
}

static void add_temporary(const struct pending *p, buf *name)
{
	buf_print(name, ".%s", p->id);
}

static int has_room(const struct pending *p)
{
	struct dirent **entries;
	int n = scandirat(p->folder, ".", &entries, is_id, NULL);

	for (int i = 0; i < n; i++)
		free(entries[i]);
	if (n >= 0)
		free(entries);
	if (n >= LIMIT_PENDING)
		errno = EDQUOT;
	return n < 0 || n >= LIMIT_PENDING ? -1 : 0;
}

int pending_begin(struct pending *p, const struct list *l)
{
	buf name = { NULL, 0, 0 };

	*p = (struct pending){ .list = l, .folder = open_folder(l), .out.fd = -1 };
	if (p->folder < 0 || has_room(p))
		return -1;
	make_id(p->id);
	add_temporary(p, &name);
	writer_open(&p->out, openat(p->folder, name.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
	buf_free(&name);
	return p->out.fd < 0 ? -1 : 0;
}

static void release(struct pending *p)
{
	if (p->out.fd >= 0)
		close(p->out.fd);
	writer_close(&p->out);
	if (p->folder >= 0)
		close(p->folder);
	p->folder = p->out.fd = -1;
}

int pending_commit(struct pending *p)
{
	buf name = { NULL, 0, 0 };
	int status;

	add_temporary(p, &name);
	status = writer_flush(&p->out) || fsync(p->out.fd) || renameat(p->folder, name.p, p->folder, p->id) || fsync(p->folder);
	buf_free(&name);
	if (status == 0)
		release(p);
	return status ? -1 : 0;
}

void pending_abandon(struct pending *p)
{
	buf name = { NULL, 0, 0 };
	int error = errno;

	if (p->out.fd >= 0) {
		add_temporary(p, &name);
		unlinkat(p->folder, name.p, 0);
		unlinkat(p->folder, p->id, 0);
		buf_free(&name);
	}
	release(p);
	errno = error;
}

/* Whoever was before us may have taken it away meanwhile. */
static int lock(int fd)
{
	struct stat st;

	if (flock(fd, LOCK_EX) || fstat(fd, &st))
		return -1;
	if (st.st_nlink == 0)
		errno = ENOENT;
	return st.st_nlink ? 0 : -1;
}

static void add_path(buf *path, const struct list *l, slice id)
{
	buf_print(path, "%s/pending/%.*s", l->folder, (int)id.n, id.p);
}

int pending_open(const struct list *l, slice id)
{
	buf path = { NULL, 0, 0 };
	int fd;

	add_path(&path, l, id);
	fd = open(path.p, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	buf_free(&path);
	if (fd >= 0 && lock(fd)) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

int pending_remove(const struct list *l, slice id)
{
	buf path = { NULL, 0, 0 };
	int status;

	add_path(&path, l, id);
	status = unlink(path.p);
	buf_free(&path);
	return status;
}

int pending_each(const struct list *l, int (*each)(void *, const char *), void *context)
{
	char *path = list_path(l, "pending");
	struct dirent **entries;
	int n = scandir(path, &entries, is_id, alphasort), status = 0;

	free(path);
	if (n < 0)
		return errno == ENOENT ? 0 : -1;
	for (int i = 0; i < n; i++) {
		if (status == 0)
			status = each(context, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return status;
}
