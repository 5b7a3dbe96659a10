#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "io.h"
#include "limit.h"

struct reader io_in = { .fd = STDIN_FILENO };
struct writer io_out = { .fd = STDOUT_FILENO };

static int wait_until(struct pollfd *fds, nfds_t count, int64_t deadline)
{
	for (;;) {
		int64_t left = deadline ? deadline - clock_ms() : -1;
		int ready;

		if (deadline && left < 0)
			left = 0;
		ready = poll(fds, count, left > INT_MAX ? INT_MAX : (int)left);
		if (ready >= 0 || errno != EINTR)
			return ready;
	}
}

int io_wait(int fd, short events, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };

	return wait_until(&p, 1, deadline);
}

/*
 * It begins a page, as what the kernel has read does: where malloc puts it, 16 bytes behind, its copy took 0.62 ns a byte, not
 * 0.16 (AMD EPYC, `rep movsb`).
 */
static void reader_buffer(struct reader *r)
{
	r->cap = LIMIT_STREAM;
	r->p = aligned_alloc(4096, LIMIT_STREAM);
	if (!r->p)
		mem_end();
}

void reader_open(struct reader *r, int fd)
{
	*r = (struct reader){ .fd = fd };
	reader_buffer(r);
}

void reader_close(struct reader *r)
{
	free(r->p);
	*r = (struct reader){ .fd = -1 };
}

void reader_restart(struct reader *r)
{
	r->start = r->end = 0;
	r->eof = false;
}

static void reader_make_room(struct reader *r)
{
	if (!r->p)
		reader_buffer(r);
	if (r->start == 0 || r->end < r->cap)
		return;
	memmove(r->p, r->p + r->start, r->end - r->start);
	r->end -= r->start;
	r->start = 0;
}

static ssize_t read_once(struct reader *r)
{
	size_t wanted = r->cap - r->end;
	ssize_t n;

	if (r->portion && r->portion < wanted)
		wanted = r->portion;
	do
		n = r->channel ? r->channel->read(r->channel, r->p + r->end, wanted) : read(r->fd, r->p + r->end, wanted);
	while (n < 0 && errno == EINTR);
	return n;
}

static int take(struct reader *r, ssize_t n)
{
	if (n < 0)
		return -1;
	r->eof = n == 0 || (r->plain && (size_t)n < r->cap - r->end);
	r->end += (size_t)n;
	return n > 0;
}

/* Whether there is room, and more to come. */
static bool can_fill(struct reader *r)
{
	if (r->start == r->end)
		r->start = r->end = 0;
	reader_make_room(r);
	return !r->eof && r->end < r->cap;
}

int reader_try(struct reader *r)
{
	return can_fill(r) ? take(r, read_once(r)) : 0;
}

int reader_fill(struct reader *r)
{
	ssize_t n;

	if (!can_fill(r))
		return 0;
	if (r->deadline && !r->nonblocking && io_wait(r->fd, POLLIN, r->deadline) <= 0) {
		errno = ETIMEDOUT;
		return -1;
	}
	while ((n = read_once(r)) < 0 && errno == EAGAIN)
		if (io_wait(r->fd, POLLIN, r->deadline) == 0) {
			errno = ETIMEDOUT;
			break;
		}
	return take(r, n);
}

int reader_line(struct reader *r, slice *line)
{
	size_t seen = 0;

	for (;;) {
		slice have = { r->p + r->start, r->end - r->start };
		size_t at = seen + slice_find(slice_from(have, seen), '\n');
		int more;

		if (at < have.n) {
			*line = slice_upto(have, at + 1);
			r->start += line->n;
			return 1;
		}
		seen = have.n;
		more = reader_fill(r);
		if (more > 0)
			continue;
		if (more < 0 || seen == 0)
			return more;
		return reader_some(r, seen, line);
	}
}

int reader_buffered(struct reader *r, slice *line)
{
	slice have = { r->p + r->start, r->end - r->start };
	size_t at = slice_find(have, '\n');

	if (have.n == 0 || (at == have.n && have.n < LIMIT_STREAM))
		return 0;
	*line = slice_upto(have, at + 1);
	r->start += line->n;
	return 1;
}

int reader_some(struct reader *r, size_t most, slice *bytes)
{
	if (r->start == r->end) {
		int more = reader_fill(r);

		if (more <= 0)
			return more;
	}
	*bytes = slice_upto((slice){ r->p + r->start, r->end - r->start }, most);
	r->start += bytes->n;
	return 1;
}

void reader_back(struct reader *r, slice bytes)
{
	r->start -= bytes.n;
}

/* What the peer says while we wait to write; more than LIMIT_ANSWERS of it is no dialogue. */
static int take_in(struct reader *r)
{
	if (r->end - r->start >= LIMIT_ANSWERS) {
		errno = EMSGSIZE;
		return -1;
	}
	reader_make_room(r);
	if (r->end == r->cap) {
		r->cap *= 2;
		r->p = mem_grow(r->p, r->cap, 1);
	}
	return reader_try(r) < 0 && errno != EAGAIN ? -1 : 0;
}

static int wait_to_write(struct writer *w)
{
	for (;;) {
		bool listen = w->answers && !w->answers->eof;
		struct pollfd fds[2] = {
			{ .fd = w->fd, .events = POLLOUT },
			{ .fd = listen ? w->answers->fd : -1, .events = POLLIN },
		};
		int ready = wait_until(fds, 2, w->deadline);

		if (ready == 0)
			errno = ETIMEDOUT;
		if (ready <= 0)
			return -1;
		if (fds[0].revents)
			return 0;
		if (listen && take_in(w->answers))
			return -1;
	}
}

/* After POLLOUT a blocking descriptor takes PIPE_BUF bytes without blocking. */
static size_t portion(const struct writer *w, size_t left)
{
	return (w->deadline || w->answers) && !w->nonblocking && left > PIPE_BUF ? PIPE_BUF : left;
}

static int write_all(struct writer *w, slice bytes)
{
	while (bytes.n && !w->error) {
		ssize_t n;

		if ((w->deadline || w->answers) && !w->nonblocking && wait_to_write(w)) {
			w->error = errno;
			break;
		}
		n = w->channel ? w->channel->write(w->channel, bytes) : write(w->fd, bytes.p, portion(w, bytes.n));
		if (n >= 0)
			bytes = slice_from(bytes, (size_t)n);
		else if (errno == EAGAIN && wait_to_write(w))
			w->error = errno;
		else if (errno != EINTR && errno != EAGAIN)
			w->error = errno;
	}
	if (w->error)
		errno = w->error;
	return w->error ? -1 : 0;
}

void writer_open(struct writer *w, int fd)
{
	*w = (struct writer){ .fd = fd, .p = mem_alloc(LIMIT_STREAM), .cap = LIMIT_STREAM };
}

void writer_close(struct writer *w)
{
	free(w->p);
	*w = (struct writer){ .fd = -1 };
}

int writer_flush(struct writer *w)
{
	size_t n = w->n;

	w->n = 0;
	return write_all(w, (slice){ w->p, n });
}

int writer_put(struct writer *w, slice bytes)
{
	if (!w->p) {
		w->cap = LIMIT_STREAM;
		w->p = mem_alloc(w->cap);
	}
	if (bytes.n > w->cap - w->n && writer_flush(w))
		return -1;
	if (bytes.n >= w->cap / (w->n ? 1 : 2)) /* half a buffer costs less as a write of its own than copied */
		return write_all(w, bytes);
	if (bytes.n)
		memcpy(w->p + w->n, bytes.p, bytes.n);
	w->n += bytes.n;
	return w->error ? -1 : 0;
}

int writer_text(struct writer *w, const char *text)
{
	return writer_put(w, slice_of(text));
}

int writer_char(struct writer *w, char c)
{
	return writer_put(w, (slice){ &c, 1 });
}

int writer_print(struct writer *w, const char *format, ...)
{
	buf text = { NULL, 0, 0 };
	va_list args;
	int status;

	va_start(args, format);
	buf_vprint(&text, format, args);
	va_end(args);
	status = writer_put(w, buf_slice(&text));
	buf_free(&text);
	return status;
}

int io_finish(int status)
{
	if (writer_flush(&io_out) == 0)
		return status;
	warn("standard output: %s", strerror(io_out.error));
	return EX_IOERR;
}

int io_pwrite(int fd, slice bytes, off_t at)
{
	while (bytes.n) {
		ssize_t n = pwrite(fd, bytes.p, bytes.n, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		bytes = slice_from(bytes, (size_t)n);
		at += n;
	}
	return 0;
}

int io_file(int directory, const char *path, size_t most, buf *b)
{
	int fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, buf_reserve(b, LIMIT_FILE_READ), LIMIT_FILE_READ)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || b->n + (size_t)n > most) {
			if (n > 0)
				errno = EFBIG;
			close(fd);
			return -1;
		}
		b->n += (size_t)n;
		b->p[b->n] = '\0';
	}
	return close(fd);
}

char *io_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? mem_text((slice){ path, slash > path ? (size_t)(slash - path) : 1 }) : mem_text(SLICE("."));
}

int io_sync_folder(int directory, const char *path)
{
	int fd = openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return status;
}

int io_sync_folder_of(const char *path)
{
	char *folder = io_folder_of(path);
	int status = io_sync_folder(AT_FDCWD, folder);

	free(folder);
	return status;
}

int io_spool(void)
{
	const char *folder = getenv("TMPDIR");
	buf name = { NULL, 0, 0 };
	int fd;

	if (!folder || !folder[0])
		folder = "/var/tmp";
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	buf_print(&name, "%s/pennypost.XXXXXX", folder);
	fd = mkostemp(name.p, O_CLOEXEC);
	if (fd >= 0)
		unlink(name.p);
	buf_free(&name);
	return fd;
}

int io_spool_rest(struct reader *in, bool *file_failed)
{
	struct writer out;
	int fd = io_spool(), got = 0;
	slice bytes;

	*file_failed = true;
	if (fd < 0)
		return -1;
	writer_open(&out, fd);
	while (!out.error && (got = reader_some(in, LIMIT_STREAM, &bytes)) > 0)
		writer_put(&out, bytes);
	*file_failed = got >= 0;
	if (got < 0 || writer_flush(&out) || lseek(fd, 0, SEEK_SET)) {
		int error = errno;

		close(fd);
		errno = error;
		fd = -1;
	}
	writer_close(&out);
	return fd;
}

int io_input_again(off_t *begin)
{
	bool file_failed;
	struct stat st;
	int fd;

	*begin = lseek(STDIN_FILENO, 0, SEEK_CUR);
	if (*begin >= 0 && fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode))
		return STDIN_FILENO;
	*begin = 0;
	fd = io_spool_rest(&io_in, &file_failed);
	if (fd < 0 && file_failed)
		fail(EX_CANTCREAT, "temporary file: %s", strerror(errno));
	if (fd < 0)
		fail(EX_IOERR, "standard input: %s", strerror(errno));
	return fd;
}
