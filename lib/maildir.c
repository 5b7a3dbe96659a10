#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "limit.h"
#include "maildir.h"

static int open_folder(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int make_inside(int folder)
{
	static const char *const names[] = { "tmp", "new", "cur" };

	for (size_t i = 0; i < 3; i++)
		if (mkdirat(folder, names[i], 0700) && errno != EEXIST)
			return -1;
	return fsync(folder);
}

static int sync_parent(const char *path)
{
	buf parent = { NULL, 0, 0 };
	int status;

	buf_print(&parent, "%s/..", path);
	status = io_sync_folder(AT_FDCWD, parent.p);
	buf_free(&parent);
	return status;
}

static int open_maildir(const char *path)
{
	int fd = open_folder(AT_FDCWD, path);

	if (fd < 0 && errno == ENOENT && (mkdir(path, 0700) == 0 || errno == EEXIST) && sync_parent(path) == 0)
		fd = open_folder(AT_FDCWD, path);
	return fd;
}

static void open_three(struct maildir *m, int folder)
{
	m->tmp = open_folder(folder, "tmp");
	m->new = open_folder(folder, "new");
	m->cur = open_folder(folder, "cur");
}

static bool is_whole(const struct maildir *m)
{
	return m->tmp >= 0 && m->new >= 0 && m->cur >= 0;
}

static int open_inside(struct maildir *m, int folder)
{
	open_three(m, folder);
	if (is_whole(m))
		return 0;
	if (errno != ENOENT || make_inside(folder))
		return -1;
	maildir_close(m);
	open_three(m, folder);
	return is_whole(m) ? 0 : -1;
}

/* What a crash left behind. Deliveries in progress are younger. */
static void sweep(int tmp)
{
	int fd = open_folder(tmp, ".");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	time_t old = time(NULL) - LIMIT_MAILDIR_TMP;
	struct dirent *entry;
	struct stat st;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && fstatat(tmp, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0
		    && S_ISREG(st.st_mode) && st.st_mtime < old && st.st_atime < old)
			unlinkat(tmp, entry->d_name, 0);
	closedir(dir);
}

static void add_host(buf *name)
{
	char host[256] = "localhost";

	gethostname(host, sizeof host - 1);
	for (const char *p = host; *p; p++)
		if (*p == '/' || *p == ':')
			buf_addtext(name, *p == '/' ? "\\057" : "\\072");
		else if (!ascii_control(*p))
			buf_addchar(name, *p);
}

void maildir_add_name(buf *name, time_t when)
{
	struct timespec now;
	unsigned chance;

	clock_gettime(CLOCK_REALTIME, &now);
	if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
		chance = (unsigned)now.tv_nsec;
	buf_print(name, "%lld.M%06ldP%ldR%08x.", (long long)when, now.tv_nsec / 1000, (long)getpid(), chance);
	add_host(name);
}

int maildir_open(struct maildir *m, const char *path)
{
	int folder = open_maildir(path), status;

	*m = (struct maildir){ -1, -1, -1 };
	if (folder < 0)
		return -1;
	status = open_inside(m, folder);
	close(folder);
	if (status == 0)
		sweep(m->tmp);
	return status;
}

void maildir_close(struct maildir *m)
{
	int *const folders[] = { &m->tmp, &m->new, &m->cur };

	for (size_t i = 0; i < 3; i++) {
		if (*folders[i] >= 0)
			close(*folders[i]);
		*folders[i] = -1;
	}
}

int maildir_begin(struct maildir_letter *m, const char *path)
{
	int fd;

	*m = (struct maildir_letter){ .out.fd = -1 };
	if (maildir_open(&m->in, path))
		return -1;
	maildir_add_name(&m->name, clock_now());
	fd = openat(m->in.tmp, m->name.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	writer_open(&m->out, fd);
	return 0;
}

static void release(struct maildir_letter *m)
{
	if (m->out.fd >= 0)
		close(m->out.fd);
	writer_close(&m->out);
	maildir_close(&m->in);
	buf_free(&m->name);
}

int maildir_commit(struct maildir_letter *m)
{
	buf name = { NULL, 0, 0 };
	struct stat st;
	int status;

	if (writer_flush(&m->out) || fsync(m->out.fd) || fstat(m->out.fd, &st))
		return -1;
	buf_print(&name, "%s,S=%lld", m->name.p, (long long)st.st_size);
	status = renameat(m->in.tmp, m->name.p, m->in.new, name.p);
	if (status == 0 && fsync(m->in.new)) {
		int error = errno;

		unlinkat(m->in.new, name.p, 0);
		errno = error;
		status = -1;
	}
	buf_free(&name);
	if (status == 0)
		release(m);
	return status;
}

void maildir_abandon(struct maildir_letter *m)
{
	int error = errno;

	if (m->out.fd >= 0)
		unlinkat(m->in.tmp, m->name.p, 0);
	release(m);
	errno = error;
}
