#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"
#include "limit.h"
#include "split.h"

void input_open(struct input *in, int fd, const char *name)
{
	struct stat st;

	*in = (struct input){ .name = name, .fd = fd, .origin = -1, .window = mem_alloc(LIMIT_WINDOW), .ahead = -1 };
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		in->origin = lseek(fd, 0, SEEK_CUR);
}

void input_close(struct input *in)
{
	free(in->window);
	if (in->ahead >= 0)
		close(in->ahead);
}

static _Noreturn void broken(const struct input *in)
{
	int error = errno;

	split_abandon();
	fail(error == EISDIR ? EX_NOINPUT : EX_IOERR, "%s: %s", in->name, strerror(error));
}

static size_t read_some(const struct input *in, char *p, size_t n)
{
	ssize_t got;

	while ((got = read(in->fd, p, n)) < 0)
		if (errno != EINTR)
			broken(in);
	return (size_t)got;
}

/* As much as there is at an offset of a file. */
static size_t read_at(const struct input *in, int fd, off_t at, char *p, size_t n)
{
	size_t have = 0;
	ssize_t got;

	while (have < n && (got = pread(fd, p + have, n - have, at + (off_t)have)) != 0) {
		if (got < 0 && errno != EINTR)
			broken(in);
		have += got > 0 ? (size_t)got : 0;
	}
	return have;
}

/* What was read ahead comes first. */
static size_t next_bytes(struct input *in, char *p, size_t n)
{
	off_t ahead = in->ahead_end - in->ahead_start;

	if (ahead == 0) {
		in->ahead_start = in->ahead_end = 0;
		return read_some(in, p, n);
	}
	n = read_at(in, in->ahead, in->ahead_start, p, (off_t)n < ahead ? n : (size_t)ahead);
	in->ahead_start += (off_t)n;
	return n;
}

/* What is read at once stays in the cache of the processor until it is written. */
void input_more(struct input *in, bool fill)
{
	size_t room, got;

	memmove(in->window, in->window + in->start, in->end - in->start);
	in->end -= in->start;
	in->start = 0;
	do {
		room = LIMIT_WINDOW - in->end;
		got = next_bytes(in, in->window + in->end, room < LIMIT_WINDOW / 4 ? room : LIMIT_WINDOW / 4);
		in->eof = got == 0;
		in->end += got;
		in->at += (long long)got;
	} while (fill && got && in->end < LIMIT_WINDOW);
}

/* Reads ahead of the window up to an offset, or to the end. */
static void read_ahead(struct input *in, long long upto)
{
	char p[LIMIT_STREAM];
	size_t got = 1;

	if (in->ahead < 0)
		in->ahead = io_spool();
	while (in->at + (in->ahead_end - in->ahead_start) < upto && (got = read_some(in, p, sizeof p))) {
		if (in->ahead < 0 || io_pwrite(in->ahead, (slice){ p, got }, in->ahead_end))
			fail(EX_CANTCREAT, "temporary file: %s", strerror(errno));
		in->ahead_end += (off_t)got;
	}
}

size_t input_peek(void *context, long long at, char *p, size_t n)
{
	struct input *in = context;
	long long first = in->at - (long long)in->end, ahead;
	size_t have = 0;

	if (in->origin >= 0)
		return read_at(in, in->fd, in->origin + (off_t)at, p, n);
	if (at < in->at) {
		slice seen = slice_upto((slice){ in->window + (at - first), (size_t)(in->at - at) }, n);

		memcpy(p, seen.p, seen.n);
		have = seen.n;
		if (have == n)
			return n;
	}
	read_ahead(in, at + (long long)n);
	ahead = at + (long long)have - in->at;
	if (ahead < in->ahead_end - in->ahead_start) {
		off_t left = in->ahead_end - in->ahead_start - (off_t)ahead;

		have += read_at(in, in->ahead, in->ahead_start + (off_t)ahead, p + have,
		    (off_t)(n - have) < left ? n - have : (size_t)left);
	}
	return have;
}
