#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "clock.h"
#include "limit.h"
#include "queue.h"

/* A folder takes its permissions from the one it stands in: only that one is set up by hand. */
static int make_folder(int parent, const char *name)
{
	struct stat st;

	if (fstat(parent, &st) || mkdirat(parent, name, 0700))
		return errno == EEXIST ? 0 : -1;
	if (fchmodat(parent, name, st.st_mode & 07777, 0))
		return -1;
	return fsync(parent);
}

static int open_folder(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int make_queue(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *parent = mem_text((slice){ path, slash > path ? (size_t)(slash - path) : 1 });
	int fd = open_folder(AT_FDCWD, parent), status;

	status = fd < 0 || (mkdir(path, 0700) && errno != EEXIST) || fsync(fd) ? -1 : 0;
	if (fd >= 0)
		close(fd);
	free(parent);
	return status;
}

int queue_open(struct queue *q, const struct conf *c)
{
	*q = (struct queue){ .fd = open_folder(AT_FDCWD, c->queue), .path = mem_text(slice_of(c->queue)) };
	if (q->fd < 0 && errno == ENOENT && make_queue(c->queue) == 0)
		q->fd = open_folder(AT_FDCWD, c->queue);
	return q->fd < 0 ? -1 : 0;
}

int queue_folder(const struct queue *q, const char *name)
{
	int fd = open_folder(q->fd, name);

	if (fd < 0 && errno == ENOENT && make_folder(q->fd, name) == 0)
		fd = open_folder(q->fd, name);
	return fd;
}

void queue_forget_down(const struct queue *q)
{
	int folder = open_folder(q->fd, "down");
	DIR *dir = folder < 0 ? NULL : fdopendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(folder, entry->d_name, 0);
	if (dir)
		closedir(dir);
	else if (folder >= 0)
		close(folder);
}

bool queue_is_id(slice name)
{
	if (name.n != QUEUE_ID)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!name.p[i] || !strchr(QUEUE_SHARDS, name.p[i]))
			return false;
	return true;
}

static int scan_folder(const struct queue *q, const char *folder,
    int (*each)(void *, const char *, const char *, const struct stat *), void *context)
{
	int fd = open_folder(q->fd, folder), status = 0;
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -1;
	}
	while (status == 0 && (entry = readdir(dir))) {
		struct stat st;

		if (queue_is_id(slice_of(entry->d_name))
		    && fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			status = each(context, folder, entry->d_name, &st);
	}
	closedir(dir);
	return status;
}

int queue_scan(const struct queue *q, const char *folder,
    int (*each)(void *, const char *, const char *, const struct stat *), void *context)
{
	int status = 0;

	if (folder)
		return scan_folder(q, folder, each, context);
	for (const char *shard = QUEUE_SHARDS; *shard && status == 0; shard++)
		status = scan_folder(q, (char[]){ *shard, '\0' }, each, context);
	return status;
}

static void entry_path(buf *path, const struct queue *q, const struct queued *entry, const char *suffix)
{
	buf_clear(path);
	buf_print(path, "%s/%s/%s%s", q->path, entry->folder, entry->id, suffix);
}

static enum queue_status corrupt(struct queued *q, const char *why)
{
	q->why = why;
	return QUEUE_CORRUPT;
}

/* A line of the head without its LF, counted into q->at. */
static int head_line(struct queued *q, slice *line)
{
	int got = reader_line(&q->lines, line);

	if (got <= 0 || line->p[line->n - 1] != '\n')
		return got < 0 ? -1 : 0;
	q->at += (off_t)line->n;
	line->n--;
	return 1;
}

static bool take_field(slice line, const char *name, slice *value)
{
	if (!slice_starts(line, name))
		return false;
	*value = slice_from(line, strlen(name));
	return true;
}

static enum queue_status read_head(struct queued *q)
{
	slice line, value;
	int got;

	if (head_line(q, &line) <= 0 || !slice_is(line, QUEUE_MAGIC))
		return corrupt(q, "does not begin with `" QUEUE_MAGIC "'");
	if (head_line(q, &line) <= 0 || !take_field(line, "arrived ", &value)
	    || (q->arrived = clock_read_stamp(value)) < 0)
		return corrupt(q, "no time of arrival");
	if (head_line(q, &line) <= 0 || !take_field(line, "sender ", &value) || value.n > LIMIT_ADDRESS)
		return corrupt(q, "no sender");
	buf_addslice(&q->sender, value);
	for (q->first = q->at; (got = head_line(q, &line)) > 0 && take_field(line, "option ", &value); q->first = q->at) {
		if (q->options.n + value.n > LIMIT_COMMAND_LINE)
			return corrupt(q, "too many options");
		if (q->options.n)
			buf_addchar(&q->options, ' ');
		buf_addslice(&q->options, value);
	}
	if (got > 0) {
		line.n++;
		reader_back(&q->lines, line);
		q->at = q->first;
	} else {
		queued_rewind(q);
	}
	return QUEUE_OK;
}

/* The name may have passed to nobody, or to another file, between open and flock. */
static bool still_there(const struct stat *here, const char *path)
{
	struct stat there;

	return stat(path, &there) == 0 && here->st_ino == there.st_ino && here->st_dev == there.st_dev;
}

static enum queue_status open_entry(struct queued *q, const char *path, enum queue_access access)
{
	struct stat st;

	q->fd = open(path, (access == QUEUE_LOCK ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (q->fd < 0)
		return errno == ENOENT ? QUEUE_GONE : QUEUE_ERROR;
	if (access == QUEUE_LOCK && flock(q->fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? QUEUE_BUSY : QUEUE_ERROR;
	if (fstat(q->fd, &st))
		return QUEUE_ERROR;
	if (access == QUEUE_LOCK && !still_there(&st, path))
		return QUEUE_GONE;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return corrupt(q, "not a plain file with one name");
	q->due = st.st_mtime;
	q->size = st.st_size;
	reader_open(&q->lines, q->fd);
	return read_head(q);
}

enum queue_status queued_open(struct queued *q, const struct queue *queue, const char *folder, const char *id,
    enum queue_access access)
{
	buf path = { NULL, 0, 0 };
	enum queue_status status;

	*q = (struct queued){ .fd = -1 };
	if (!queue_is_id(slice_of(id)))
		return QUEUE_GONE;
	memcpy(q->id, id, sizeof q->id);
	q->folder[0] = id[QUEUE_ID - 1];
	if (folder)
		strncpy(q->folder, folder, sizeof q->folder - 1);
	entry_path(&path, queue, q, "");
	status = open_entry(q, path.p, access);
	buf_free(&path);
	return status;
}

void queued_close(struct queued *q)
{
	if (q->fd >= 0)
		close(q->fd);
	reader_close(&q->lines);
	buf_free(&q->sender);
	buf_free(&q->options);
	buf_free(&q->only);
	q->fd = -1;
}

void queued_rewind(struct queued *q)
{
	lseek(q->fd, q->first, SEEK_SET);
	reader_restart(&q->lines);
	q->at = q->first;
}

slice rcpt_address(slice both)
{
	bool quoted = false;
	size_t n;

	for (n = 0; n < both.n && (quoted || both.p[n] != ' '); n++)
		if (both.p[n] == '"')
			quoted = !quoted;
		else if (quoted && both.p[n] == '\\')
			n++;
	return slice_upto(both, n);
}

slice rcpt_options(slice both)
{
	return slice_trim(slice_from(both, rcpt_address(both).n));
}

slice option_value(slice options, const char *name)
{
	slice word;

	while (slice_word(&options, &word)) {
		size_t n = slice_find(word, '=');

		if (slice_case_is(slice_upto(word, n), name))
			return slice_from(word, n < word.n ? n + 1 : n);
	}
	return (slice){ NULL, 0 };
}

static bool is_state(char c)
{
	return c == RCPT_TODO || c == RCPT_DELIVERED || c == RCPT_FAILED || c == RCPT_REPORTED;
}

static bool is_recipient(slice line)
{
	return line.n > 3 && is_state(line.p[0]) && line.p[1] == ' ' && line.p[2] == ' ';
}

int queued_next(struct queued *q, struct queue_rcpt *r)
{
	slice line;
	int got;

	r->at = q->at;
	got = head_line(q, &line);
	if (got < 0)
		return -1;
	if (got > 0 && line.n == 0) {
		q->message = q->at;
		return 0;
	}
	if (got == 0 || !is_recipient(line)) {
		errno = EBADMSG;
		return -1;
	}
	r->state = line.p[0];
	r->both = slice_from(line, 3);
	if (r->at == q->first && !q->only.n)
		buf_addslice(&q->only, r->both);
	r->address = rcpt_address(r->both);
	r->options = rcpt_options(r->both);
	return 1;
}

int queued_recipient(const struct queued *q, off_t at, buf *both)
{
	char line[LIMIT_COMMAND_LINE];
	slice text = { line, 0 };
	ssize_t n;

	buf_clear(both);
	if (at == q->first && q->only.n) {
		buf_addslice(both, buf_slice(&q->only));
		return 0;
	}
	n = pread(q->fd, line, sizeof line, at);
	text.n = n > 0 ? (size_t)n : 0;
	text.n = slice_find(text, '\n');
	if (n < 0 || !is_recipient(text)) {
		errno = n < 0 ? errno : EBADMSG;
		return -1;
	}
	buf_addslice(both, slice_from(text, 3));
	return 0;
}

int queued_mark(const struct queued *q, off_t at, char state)
{
	struct timespec keep[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = q->due } };

	if (io_pwrite(q->fd, (slice){ &state, 1 }, at))
		return -1;
	return futimens(q->fd, keep);
}

int queued_sync(const struct queued *q)
{
	return fdatasync(q->fd);
}

int queued_postpone(const struct queued *q, time_t due)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = due } };

	return futimens(q->fd, times);
}

int queued_log(const struct queued *q, const struct queue *queue, slice recipient, slice host, slice reply)
{
	slice fields[] = { recipient, host, reply };
	buf line = { NULL, 0, 0 }, path = { NULL, 0, 0 };
	int fd, status = -1;

	entry_path(&path, queue, q, ".log");
	clock_add_stamp(&line, clock_now());
	for (size_t i = 0; i < 3; i++) {
		buf_addchar(&line, '\t');
		buf_addfield(&line, fields[i]);
	}
	buf_addchar(&line, '\n');
	fd = open(path.p, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd >= 0) {
		status = write(fd, line.p, line.n) == (ssize_t)line.n ? 0 : -1;
		close(fd);
	}
	buf_free(&line);
	buf_free(&path);
	return status;
}

int queued_read_log(const struct queued *q, const struct queue *queue, buf *log)
{
	buf path = { NULL, 0, 0 };
	int fd, status = -1;
	off_t size;
	ssize_t n = 0;

	entry_path(&path, queue, q, ".log");
	fd = open(path.p, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	buf_free(&path);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	size = lseek(fd, 0, SEEK_END);
	if (size >= 0) {
		off_t from = size > LIMIT_HEADER ? size - LIMIT_HEADER : 0;

		n = pread(fd, buf_reserve(log, (size_t)(size - from)), (size_t)(size - from), from);
		status = n < 0 ? -1 : 0;
	}
	if (n > 0)
		log->n += (size_t)n;
	log->p[log->n] = '\0';
	close(fd);
	return status;
}

static int remove_file(const struct queue *q, const struct queued *entry, const char *suffix)
{
	buf path = { NULL, 0, 0 };
	int status;

	entry_path(&path, q, entry, suffix);
	status = unlink(path.p);
	buf_free(&path);
	return status;
}

int queued_remove(const struct queued *q, const struct queue *queue)
{
	if (remove_file(queue, q, ".log") && errno != ENOENT)
		return -1;
	return remove_file(queue, q, "");
}

static int move_file(int from, int to, const char *id, const char *suffix)
{
	buf name = { NULL, 0, 0 };
	int status;

	buf_print(&name, "%s%s", id, suffix);
	status = renameat(from, name.p, to, name.p);
	buf_free(&name);
	return status;
}

int queued_move(struct queued *q, const struct queue *queue, const char *folder)
{
	int from = open_folder(queue->fd, q->folder), to = queue_folder(queue, folder), status = -1;

	if (from >= 0 && to >= 0 && (move_file(from, to, q->id, ".log") == 0 || errno == ENOENT)
	    && move_file(from, to, q->id, "") == 0 && fsync(to) == 0)
		status = fsync(from);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	if (status == 0) {
		memset(q->folder, 0, sizeof q->folder);
		strncpy(q->folder, folder, sizeof q->folder - 1);
	}
	return status;
}
