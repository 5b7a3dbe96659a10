#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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
	int fd, status;

	buf_print(&parent, "%s/..", path);
	fd = open_folder(AT_FDCWD, parent.p);
	status = fd < 0 ? -1 : fsync(fd);
	if (fd >= 0)
		close(fd);
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

static int open_inside(struct maildir_letter *m, int folder)
{
	m->tmp = open_folder(folder, "tmp");
	m->new = open_folder(folder, "new");
	if (m->tmp >= 0 && m->new >= 0 && faccessat(folder, "cur", F_OK, 0) == 0)
		return 0;
	if (errno != ENOENT || make_inside(folder))
		return -1;
	if (m->tmp < 0)
		m->tmp = open_folder(folder, "tmp");
	if (m->new < 0)
		m->new = open_folder(folder, "new");
	return m->tmp < 0 || m->new < 0 ? -1 : 0;
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

static void make_name(buf *name)
{
	struct timespec now;
	unsigned chance;

	clock_gettime(CLOCK_REALTIME, &now);
	if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
		chance = (unsigned)now.tv_nsec;
	buf_print(name, "%lld.M%06ldP%ldR%08x.", (long long)now.tv_sec, now.tv_nsec / 1000, (long)getpid(), chance);
	add_host(name);
}

int maildir_begin(struct maildir_letter *m, const char *path)
{
	int folder, fd, status;

	*m = (struct maildir_letter){ .tmp = -1, .new = -1, .out.fd = -1 };
	folder = open_maildir(path);
	if (folder < 0)
		return -1;
	status = open_inside(m, folder);
	close(folder);
	if (status)
		return -1;
	sweep(m->tmp);
	make_name(&m->name);
	fd = openat(m->tmp, m->name.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
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
	if (m->tmp >= 0)
		close(m->tmp);
	if (m->new >= 0)
		close(m->new);
	buf_free(&m->name);
	m->tmp = m->new = -1;
}

int maildir_commit(struct maildir_letter *m)
{
	buf name = { NULL, 0, 0 };
	struct stat st;
	int status;

	if (writer_flush(&m->out) || fsync(m->out.fd) || fstat(m->out.fd, &st))
		return -1;
	buf_print(&name, "%s,S=%lld", m->name.p, (long long)st.st_size);
	status = renameat(m->tmp, m->name.p, m->new, name.p);
	if (status == 0 && fsync(m->new)) {
		int error = errno;

		unlinkat(m->new, name.p, 0);
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
		unlinkat(m->tmp, m->name.p, 0);
	release(m);
	errno = error;
}
