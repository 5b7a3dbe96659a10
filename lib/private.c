#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limit.h"
#include "private.h"

/* What is wrong with it, or NULL. */
static const char *fault(int fd, mode_t bits, struct stat *st)
{
	if (fstat(fd, st))
		return strerror(errno);
	if (!S_ISREG(st->st_mode))
		return "not a file";
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return "belongs to another user";
	if (st->st_mode & bits)
		return bits & 040 ? "others may read it: chmod 600" : "others may read or change it: chmod 640";
	if (st->st_size > LIMIT_ALIASES)
		return strerror(EFBIG);
	return NULL;
}

static const char *read_all(int fd, buf *text, size_t size)
{
	buf_reserve(text, size);
	while (text->n < size) {
		ssize_t n = read(fd, text->p + text->n, size - text->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return strerror(errno);
		if (n == 0)
			break;
		text->n += (size_t)n;
	}
	text->p[text->n] = '\0';
	return NULL;
}

int private_read(const char *path, mode_t bits, buf *text, buf *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), error = errno;
	const char *wrong = fd < 0 ? strerror(errno) : NULL;
	struct stat st;

	if (!wrong)
		wrong = fault(fd, bits, &st);
	if (!wrong)
		wrong = read_all(fd, text, (size_t)st.st_size);
	if (wrong)
		buf_print(why, "%s: %s", path, wrong);
	if (fd >= 0)
		close(fd);
	errno = fd < 0 ? error : EACCES;
	return wrong ? -1 : 0;
}
