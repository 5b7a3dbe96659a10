#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "twice.h"

static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int refuse(const char *name, int status)
{
	warn("%s: %s", name, strerror(errno));
	return status;
}

static int copy_rest(struct twice *t, const char *name)
{
	bool copy_failed;

	t->copy = io_spool_rest(t->in, &copy_failed);
	if (t->copy < 0)
		return copy_failed ? refuse("temporary file", EX_CANTCREAT) : refuse(name, EX_IOERR);
	t->in->fd = t->copy;
	reader_restart(t->in);
	return EX_OK;
}

int twice_begin(struct twice *t, struct reader *in, const char *name)
{
	int got;

	*t = (struct twice){ .in = in, .copy = -1 };
	while ((got = reader_fill(in)) > 0)
		;
	if (got < 0)
		return refuse(name, EX_IOERR);
	t->buffered = in->eof;
	t->start = in->start;
	t->end = in->end;
	if (t->buffered)
		return EX_OK;
	if (!is_file(in->fd))
		return copy_rest(t, name);
	t->at = lseek(in->fd, 0, SEEK_CUR) - (off_t)(in->end - in->start);
	return t->at < 0 ? refuse(name, EX_IOERR) : EX_OK;
}

int twice_again(struct twice *t)
{
	if (t->buffered) {
		t->in->start = t->start;
		t->in->end = t->end;
		return 0;
	}
	reader_restart(t->in);
	return lseek(t->in->fd, t->at, SEEK_SET) < 0 ? -1 : 0;
}

void twice_end(struct twice *t)
{
	if (t->copy >= 0)
		close(t->copy);
}
