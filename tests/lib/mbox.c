/* mbox: mboxrd quoting, in any cuts; what a failed or killed delivery leaves is taken back. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "limit.h"
#include "mbox.h"
#include "tap.h"

static char folder[] = "/tmp/mbox.XXXXXX";
static char path[64], lock[80];

static const struct { const char *letter, *want; } letters[] = {
	{ "Subject: x\n\nbody\n", "Subject: x\n\nbody\n\n" },
	{ "no line end", "no line end\n\n" },
	{ "", "\n" },
	{ "a\nFrom b\n>From c\n>>>From d\n> From e\nfrom f\nFrom\nFro", "a\n>From b\n>>From c\n>>>>From d\n> From e\nfrom f\nFrom\nFro\n\n" },
	{ "From first\n", ">From first\n\n" },
	{ ">", ">\n\n" },
	{ "\n\n", "\n\n\n" },
	{ "F>From x\nFromFrom y\nFFrom z", "F>From x\nFromFrom y\nFFrom z\n\n" },
	{ "x\n>From ", "x\n>>From \n\n" },
};

static void content(buf *b)
{
	buf_clear(b);
	buf_addtext(b, "");
	io_file(AT_FDCWD, path, LIMIT_HEADER, b);
}

static void write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ok(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "written");
	close(fd);
}

static int begin(struct mbox_letter *m, int ms)
{
	return mbox_begin(m, path, SLICE("a@b.example"), clock_ms() + ms);
}

static void append(const char *letter, size_t cut)
{
	struct mbox_letter m;
	slice rest = slice_of(letter);

	ok(begin(&m, 1000) == 0 && access(lock, F_OK) == 0, "locked");
	for (; rest.n; rest = slice_from(rest, cut))
		mbox_write(&m, slice_upto(rest, cut));
	ok(mbox_commit(&m) == 0 && access(lock, F_OK) != 0, "unlocked");
}

static void check_quoting(void)
{
	buf b = { NULL, 0, 0 };

	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
		for (size_t cut = 1; cut < 40; cut += 7) {
			unlink(path);
			append(letters[i].letter, cut);
			content(&b);
			ok(slice_starts(buf_slice(&b), "From a@b.example "), "a separator");
			same(slice_from(buf_slice(&b), slice_find(buf_slice(&b), '\n') + 1), letters[i].want, letters[i].letter);
		}
	buf_free(&b);
}

/* Whatever ends the file, our separator stands behind an empty line. */
static void check_ends(void)
{
	static const char *const ends[] = { "x", "x\n", "x\n\n", "\n", "" };
	buf b = { NULL, 0, 0 };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		const char *at;

		write_file(path, ends[i]);
		append("y\n", 1);
		content(&b);
		at = strstr(b.p, "From a@b");
		ok(at && (at == b.p || (at - b.p >= 2 && memcmp(at - 2, "\n\n", 2) == 0) || (at - b.p == 1 && *b.p == '\n')),
		    ends[i]);
	}
	buf_free(&b);
}

static void check_abandon(void)
{
	struct mbox_letter m;
	struct stat st;
	buf b = { NULL, 0, 0 };
	char *big = mem_alloc(200000);

	memset(big, 'x', 200000);
	unlink(path);
	ok(begin(&m, 1000) == 0 && mbox_write(&m, (slice){ big, 200000 }) == 0, "half a letter");
	ok(stat(path, &st) == 0 && st.st_size > 0, "is in the file");
	mbox_abandon(&m);
	ok(access(path, F_OK) != 0, "a file that was new is gone");
	write_file(path, "From x\n\nold\n\n");
	ok(begin(&m, 1000) == 0 && mbox_write(&m, (slice){ big, 200000 }) == 0, "half a letter");
	mbox_abandon(&m);
	content(&b);
	same(buf_slice(&b), "From x\n\nold\n\n", "the file is as it was");
	buf_free(&b);
	free(big);
}

static void refused(int error, const char *name)
{
	struct mbox_letter m;

	errno = 0;
	ok(begin(&m, 50) == -1 && errno == error, name);
	mbox_abandon(&m);
}

static void check_refusals(void)
{
	char other[80];

	snprintf(other, sizeof other, "%s/other", folder);
	unlink(path);
	write_file(other, "other\n");
	ok(symlink(other, path) == 0, "a link");
	refused(ELOOP, "a symbolic link");
	unlink(path);
	ok(link(other, path) == 0, "a second name");
	refused(EMLINK, "a file with two names");
	unlink(path);
	ok(mkfifo(path, 0600) == 0, "a pipe");
	refused(EINVAL, "a pipe, without waiting for a reader");
	unlink(path);
	ok(mkdir(path, 0700) == 0, "a folder");
	refused(EISDIR, "a folder");
	rmdir(path);
	write_file(path, "");
	write_file(lock, "1 elsewhere\n");
	refused(ETIMEDOUT, "another host's lock");
	ok(access(lock, F_OK) == 0, "stays");
	unlink(lock);
}

/* A process that is killed in the middle of a letter. */
static void kill_halfway(void)
{
	struct mbox_letter m;
	pid_t child = fork();

	if (child == 0) {
		char big[2 * LIMIT_STREAM];

		memset(big, 'k', sizeof big);
		if (begin(&m, 1000) == 0)
			mbox_write(&m, (slice){ big, sizeof big });
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void check_killed(void)
{
	buf b = { NULL, 0, 0 };
	struct stat st;
	int fd;

	write_file(path, "From x\n\nold\n\n");
	kill_halfway();
	ok(stat(path, &st) == 0 && st.st_size > 50000 && access(lock, F_OK) == 0, "half a letter and its lock are left");
	append("new\n", 1);
	content(&b);
	ok(slice_starts(buf_slice(&b), "From x\n\nold\n\nFrom a@b.example ") && !strstr(b.p, "kkkk"),
	    "the next delivery takes it back");
	kill_halfway();
	fd = open(path, O_WRONLY | O_APPEND);
	ok(fd >= 0 && write(fd, "\nFrom y\n\nforeign\n\n", 18) == 18, "somebody appended without looking at the lock");
	close(fd);
	append("last\n", 1);
	content(&b);
	ok(strstr(b.p, "kkkk\nFrom y\n\nforeign\n\nFrom a@b") != NULL, "then nothing is taken away");
	buf_free(&b);
}

static void check_old_lock(void)
{
	struct timespec old[2] = { { .tv_sec = time(NULL) - LIMIT_DOT_LOCK - 60 }, { .tv_sec = time(NULL) - LIMIT_DOT_LOCK - 60 } };

	write_file(path, "");
	write_file(lock, "0");
	ok(utimensat(AT_FDCWD, lock, old, 0) == 0, "a lock of long ago");
	append("x\n", 1);
}

int main(void)
{
	ok(mkdtemp(folder) != NULL, "a folder");
	snprintf(path, sizeof path, "%s/mbox", folder);
	snprintf(lock, sizeof lock, "%s.lock", path);
	check_quoting();
	check_ends();
	check_abandon();
	check_refusals();
	check_killed();
	check_old_lock();
	unlink(path);
	snprintf(path, sizeof path, "%s/other", folder);
	unlink(path);
	ok(rmdir(folder) == 0, "nothing else is left");
	return tap_done();
}
