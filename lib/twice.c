#include <sys/stat.h>
#include <unistd.h>

#include "twice.h"

static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int copy_rest(struct twice *t, bool *copy_failed)
{
	t->copy = io_spool_rest(t->in, copy_failed);
	if (t->copy < 0)
		return -1;
	t->in->fd = t->copy;
	reader_restart(t->in);
	return 0;
}

int twice_begin(struct twice *t, struct reader *in, bool *copy_failed)
{
	int got;

	*t = (struct twice){ .in = in, .copy = -1 };
	*copy_failed = false;
	while ((got = reader_fill(in)) > 0)
		;
	if (got < 0)
		return -1;
	t->buffered = in->eof;
	t->start = in->start;
	t->end = in->end;
	if (t->buffered)
		return 0;
	if (!is_file(in->fd))
		return copy_rest(t, copy_failed);
	t->at = lseek(in->fd, 0, SEEK_CUR) - (off_t)(in->end - in->start);
	return t->at < 0 ? -1 : 0;
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
