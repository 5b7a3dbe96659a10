/* Files as they are read: once to decide, and again to be sent. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "encode.h"
#include "fail.h"

/* Bytes of a file: a multiple of what base64 makes lines of, so that each read begins with a line. */
enum { AT_ONCE = 57 * 2048 };

const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (strcmp(path, "-") == 0)
		return NULL;
	return slash ? slash + 1 : path;
}

const char *input_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

static _Noreturn void cannot_read(const struct part *p)
{
	fail(errno == EIO ? EX_IOERR : EX_NOINPUT, "%s: %s", input_name(p->path), strerror(errno));
}

void leaf_open(struct leaf *l, const struct part *p)
{
	*l = (struct leaf){ .part = p, .fd = p->fd, .bytes = mem_alloc(AT_ONCE) };
	if (l->fd < 0 && (l->fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0)
		cannot_read(p);
	if (p->start >= 0 && lseek(l->fd, p->start, SEEK_SET) < 0)
		cannot_read(p);
}

bool leaf_next(struct leaf *l, slice *bytes)
{
	ssize_t n;

	while ((n = read(l->fd, l->bytes, AT_ONCE)) < 0)
		if (errno != EINTR)
			cannot_read(l->part);
	*bytes = (slice){ l->bytes, (size_t)n };
	return n > 0;
}

void leaf_close(struct leaf *l)
{
	free(l->bytes);
	if (l->fd != l->part->fd)
		close(l->fd);
}

static int copy(const struct part *p, int from)
{
	struct reader in;
	bool file_failed;
	int fd;

	reader_open(&in, from);
	fd = io_spool_rest(&in, &file_failed);
	if (fd < 0 && file_failed)
		fail(EX_CANTCREAT, "temporary file: %s", strerror(errno));
	if (fd < 0)
		cannot_read(p);
	reader_close(&in);
	return fd;
}

long long leaf_begin(struct part *p, bool twice)
{
	bool is_stdin = strcmp(p->path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(p->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		cannot_read(p);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		cannot_read(p);
	}
	p->start = S_ISREG(st.st_mode) ? lseek(fd, 0, SEEK_CUR) : -1;
	if (p->start < 0 && twice) {
		p->fd = copy(p, fd);
		p->start = 0;
		if (fstat(p->fd, &st))
			cannot_read(p);
	} else if (p->start < 0 || is_stdin) {
		p->fd = fd;
	}
	if (p->fd != fd && !is_stdin)
		close(fd);
	return p->start < 0 ? -1 : st.st_size - p->start;
}
