#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "limit.h"
#include "mbox.h"
#include "separator.h"

static int open_file(struct mbox_letter *m)
{
	m->fd = open(m->path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (m->fd >= 0 || errno != ENOENT)
		return m->fd < 0 ? -1 : 0;
	m->fd = open(m->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	m->made = m->fd >= 0;
	return m->made || errno == EEXIST ? 0 : -1;
}

/* A mail reader may have put another file in its place while we waited. */
static int is_still(const struct mbox_letter *m)
{
	struct stat ours, there;

	if (fstat(m->fd, &ours) || lstat(m->path, &there))
		return errno == ENOENT ? 0 : -1;
	return ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

static int is_plain(const struct mbox_letter *m)
{
	struct stat st;

	if (fstat(m->fd, &st))
		return -1;
	errno = !S_ISREG(st.st_mode) ? EINVAL : st.st_nlink > 1 ? EMLINK : 0;
	return errno ? -1 : 0;
}

/* `PROCESS HOST BOOT`: after a reboot no process of before is there, whatever its number says now. */
static void add_owner(buf *text)
{
	char host[256] = "localhost";

	gethostname(host, sizeof host - 1);
	buf_print(text, "%ld %s ", (long)getpid(), host);
	if (io_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", LIMIT_COMMAND_LINE, text))
		buf_addchar(text, '\n');
}

enum owner { STRANGER, ALIVE, KILLED, BEFORE_REBOOT };

static enum owner owner_of(slice line)
{
	buf ours = { NULL, 0, 0 };
	slice mine, word[3], my[3];
	enum owner owner = STRANGER;

	add_owner(&ours);
	mine = slice_trim(buf_slice(&ours));
	for (int i = 0; i < 3; i++) {
		slice_word(&line, &word[i]);
		slice_word(&mine, &my[i]);
	}
	if (slice_number(word[0]) > 1 && word[1].n && word[2].n && slice_same(word[1], my[1])) {
		if (!slice_same(word[2], my[2]))
			owner = BEFORE_REBOOT;
		else
			owner = kill((pid_t)slice_number(word[0]), 0) && errno == ESRCH ? KILLED : ALIVE;
	}
	buf_free(&ours);
	return owner;
}

/* Whether from here to its end the file holds (a part of) one letter only, which began with this line. */
static bool is_rest_of(const struct mbox_letter *m, off_t from, slice separator)
{
	struct reader in;
	bool first = true, starts = true, good = true;
	slice line;

	if (lseek(m->fd, from, SEEK_SET) < 0)
		return false;
	reader_open(&in, m->fd);
	while (good && reader_line(&in, &line) > 0) {
		if (first && slice_is(line, "\n"))
			continue;
		if (first)
			good = slice_same(line, slice_upto(separator, line.n));
		else
			good = !starts || !slice_starts(line, "From ");
		first = false;
		starts = line.p[line.n - 1] == '\n';
	}
	reader_close(&in);
	return good;
}

/* Behind the owner a lock file says where its letter begins, and how: what a killed delivery wrote is taken back. */
static void take_back(const struct mbox_letter *m, slice note)
{
	slice length, separator;
	long long before;

	if (!slice_cut(&note, '\n', &length) || (before = slice_number(length)) < 0
	    || slice_find(note, '\n') == note.n)
		return;
	separator = slice_upto(note, slice_find(note, '\n') + 1);
	if (lseek(m->fd, 0, SEEK_END) > before && is_rest_of(m, (off_t)before, separator)
	    && ftruncate(m->fd, (off_t)before) == 0)
		fsync(m->fd);
}

/* Whether the owner of a lock file is gone, and then without what it left. */
static bool owner_is_gone(const struct mbox_letter *m, const char *lock)
{
	buf text = { NULL, 0, 0 };
	enum owner owner = STRANGER;
	slice rest, line;

	if (io_file(AT_FDCWD, lock, LIMIT_COMMAND_LINE, &text) == 0) {
		rest = buf_slice(&text);
		if (slice_cut(&rest, '\n', &line))
			owner = owner_of(line);
		if (owner == KILLED && rest.p)
			take_back(m, rest);
	}
	buf_free(&text);
	return owner == KILLED || owner == BEFORE_REBOOT;
}

/* Old by the clock of the file system, which may be another machine's: that of the mailbox, just touched. */
static bool is_old(const struct mbox_letter *m, const char *lock)
{
	struct timespec touch[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT } };
	struct stat here, there;

	return futimens(m->fd, touch) == 0 && fstat(m->fd, &here) == 0 && lstat(lock, &there) == 0
	    && here.st_atime - there.st_mtime > LIMIT_DOT_LOCK;
}

/* The folder that a file is in; owned by the caller. */
/* With its owner in it from its first moment on, where the file system can do that: nobody waits for an empty one. */
static int make_lock(const char *lock)
{
	char *folder = io_folder_of(lock), self[64];
	buf text = { NULL, 0, 0 };
	int fd, status;
	bool nameless;

	add_owner(&text);
	fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	nameless = fd >= 0;
	if (!nameless && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		fd = open(lock, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	status = fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n ? -1 : 0;
	if (status == 0 && nameless) {
		snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
		status = linkat(AT_FDCWD, self, AT_FDCWD, lock, AT_SYMLINK_FOLLOW);
	} else if (status && fd >= 0 && !nameless) {
		unlink(lock);
	}
	if (fd >= 0)
		close(fd);
	free(folder);
	buf_free(&text);
	return status;
}

/* 1: ours, or none can be made here and m->lock stays NULL; 0: somebody else's; -1. */
static int take_dot_lock(struct mbox_letter *m)
{
	buf lock = { NULL, 0, 0 };
	int status = 0;

	buf_print(&lock, "%s.lock", m->path);
	if (make_lock(lock.p) == 0) {
		m->lock = mem_text(buf_slice(&lock));
		status = 1;
	} else if (errno == EACCES || errno == EPERM || errno == EROFS) {
		status = faccessat(AT_FDCWD, lock.p, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
	} else if (errno != EEXIST) {
		status = -1;
	} else if (owner_is_gone(m, lock.p) || is_old(m, lock.p)) {
		unlink(lock.p);
	}
	buf_free(&lock);
	return status;
}

/* Never waits for one lock while holding the other: programs differ in which they take first. */
static int try_locks(struct mbox_letter *m)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int got;

	if (fcntl(m->fd, F_SETLK, &whole))
		return errno == EACCES || errno == EAGAIN || errno == EINTR ? 0 : -1;
	got = is_still(m);
	if (got > 0)
		got = take_dot_lock(m);
	return got;
}

static void nap(void)
{
	struct timespec pause = { .tv_nsec = 5 * 1000000 };
	unsigned char chance = 0;

	if (getrandom(&chance, 1, GRND_NONBLOCK) == 1)
		pause.tv_nsec += chance * 100000L;
	nanosleep(&pause, NULL);
}

static int open_locked(struct mbox_letter *m, int64_t deadline)
{
	for (;;) {
		int got = open_file(m);

		if (got == 0 && m->fd >= 0) {
			got = is_plain(m);
			if (got == 0)
				got = try_locks(m);
			if (got > 0)
				return 0;
			if (got < 0)
				return -1;
			close(m->fd);
			m->fd = -1;
		}
		if (got < 0)
			return -1;
		if (clock_ms() > deadline) {
			errno = ETIMEDOUT;
			return -1;
		}
		nap();
	}
}

/* So that the letter before ours, whoever wrote it, ends where ours begins. */
static int end_last(struct mbox_letter *m)
{
	char last[2] = "\n\n";
	off_t n = m->before < 2 ? m->before : 2;

	if (pread(m->fd, last + 2 - n, (size_t)n, m->before - n) != n)
		return -1;
	if (lseek(m->fd, m->before, SEEK_SET) < 0)
		return -1;
	return writer_put(&m->out, slice_upto(SLICE("\n\n"), last[1] != '\n' ? 2 : last[0] != '\n'));
}

static int note_in_lock(const struct mbox_letter *m, slice separator)
{
	buf note = { NULL, 0, 0 };
	int fd, status = 0;

	if (!m->lock)
		return 0;
	buf_print(&note, "%lld\n%.*s", (long long)m->before, (int)separator.n, separator.p);
	fd = open(m->lock, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || write(fd, note.p, note.n) != (ssize_t)note.n)
		status = -1;
	if (fd >= 0)
		close(fd);
	buf_free(&note);
	return status;
}

static int put_separator(struct mbox_letter *m, slice sender)
{
	buf line = { NULL, 0, 0 };
	int status;

	separator_add(&line, sender, time(NULL));
	status = note_in_lock(m, buf_slice(&line)) || writer_put(&m->out, buf_slice(&line)) ? -1 : 0;
	buf_free(&line);
	return status;
}

int mbox_begin(struct mbox_letter *m, const char *path, slice sender, int64_t deadline)
{
	*m = (struct mbox_letter){ .fd = -1, .before = -1, .path = mem_text(slice_of(path)),
		.quote = { .what = "From ", .out = &m->out }, .out.fd = -1 };
	if (open_locked(m, deadline))
		return -1;
	m->before = lseek(m->fd, 0, SEEK_END);
	if (m->before < 0)
		return -1;
	writer_open(&m->out, m->fd);
	return end_last(m) || put_separator(m, sender) ? -1 : 0;
}

int mbox_write(struct mbox_letter *m, slice bytes)
{
	quote_put(&m->quote, bytes);
	return m->out.error ? -1 : 0;
}

/* A note that stays in a lock would have the next delivery take the letter back: it goes before we call it delivered. */
static int unlock(struct mbox_letter *m)
{
	buf owner = { NULL, 0, 0 };
	int status = 0;

	add_owner(&owner);
	if (m->lock && unlink(m->lock) && errno != ENOENT)
		status = truncate(m->lock, (off_t)owner.n);
	buf_free(&owner);
	if (status)
		return -1;
	free(m->lock);
	m->lock = NULL;
	return 0;
}

static void release(struct mbox_letter *m)
{
	if (m->lock)
		unlink(m->lock);
	if (m->fd >= 0)
		close(m->fd);
	writer_close(&m->out);
	free(m->lock);
	free(m->path);
	*m = (struct mbox_letter){ .fd = -1 };
}

int mbox_commit(struct mbox_letter *m)
{
	quote_end_line(&m->quote);
	writer_char(&m->out, '\n');
	if (writer_flush(&m->out) || fsync(m->fd) || (m->made && io_sync_folder_of(m->path)) || unlock(m))
		return -1;
	release(m);
	return 0;
}

void mbox_abandon(struct mbox_letter *m)
{
	int error = errno;

	if (m->before >= 0 && ftruncate(m->fd, m->before) == 0 && fsync(m->fd) == 0 && m->before == 0 && m->made)
		unlink(m->path);
	release(m);
	errno = error;
}
