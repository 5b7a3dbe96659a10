#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "addr.h"
#include "clock.h"
#include "letter.h"
#include "limit.h"
#include "xtext.h"

static void add_digits(char *to, uint64_t value, int count)
{
	for (int i = count - 1; i >= 0; i--, value >>= 5)
		to[i] = QUEUE_SHARDS[value & 31];
}

/*
 * 55 bits of microseconds, then 20 at random, so that hosts sharing a folder never meet. The shard, which
 * is the last character, is that of the second: processes that store at the same time sync the same folder, and
 * one write of it serves them all.
 */
static void make_id(char id[QUEUE_ID + 1])
{
	struct timespec now;
	uint64_t chance;

	clock_gettime(CLOCK_REALTIME, &now);
	if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
		chance = (uint64_t)now.tv_nsec ^ ((uint64_t)getpid() << 8);
	add_digits(id, (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000, 11);
	add_digits(id + 11, chance, 4);
	add_digits(id + QUEUE_ID - 1, (uint64_t)now.tv_sec, 1);
	id[QUEUE_ID] = '\0';
}

bool letter_takes(slice address)
{
	bool quoted = false;

	if (address.n == 0 || address.n > LIMIT_ADDRESS || address.p[0] == '-')
		return false;
	for (size_t i = 0; i < address.n; i++) {
		char c = address.p[i];

		if (ascii_control(c) || (!quoted && (c == ' ' || c == '<' || c == '>')))
			return false;
		if (c == '"')
			quoted = !quoted;
		else if (quoted && c == '\\' && (++i == address.n || ascii_control(address.p[i])))
			return false;
	}
	return !quoted;
}

bool letter_takes_complete(slice address)
{
	return letter_takes(address) && addr_local(address).n && addr_domain(address).n;
}

static bool options_fit(slice options)
{
	if (options.n > LIMIT_COMMAND_LINE - LIMIT_ADDRESS - 16)
		return false;
	for (size_t i = 0; i < options.n; i++)
		if (ascii_control(options.p[i]))
			return false;
	return true;
}

/* DSN options only (RFC 3461 §4): what else follows a blank is a mistaken address. */
static bool recipient_options_fit(slice options)
{
	slice rest = options, word;

	while (slice_word(&rest, &word))
		if (!slice_starts(word, "notify=") && !slice_starts(word, "orcpt="))
			return false;
	return options_fit(options);
}

static int has_room(const struct letter *l, const struct conf *c)
{
	struct statvfs fs;

	if (fstatvfs(l->queue.fd, &fs))
		return -1;
	/* Some file systems count no inodes, and say 0 of all. */
	if ((unsigned long long)fs.f_bavail * fs.f_frsize < (unsigned long long)c->queue_reserve
	    || (fs.f_files > 0 && fs.f_favail == 0)) {
		errno = ENOSPC;
		return -1;
	}
	return 0;
}

static int open_file(struct letter *l)
{
	int tmp, fd = openat(l->folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0640);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	tmp = queue_folder(&l->queue, "tmp");
	if (tmp < 0)
		return -1;
	fd = openat(tmp, l->id, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0640);
	l->named = fd >= 0;
	close(tmp);
	return fd;
}

static int write_envelope(struct letter *l, slice sender, slice options)
{
	buf head = { NULL, 0, 0 };
	slice word;
	int status;

	buf_addtext(&head, QUEUE_MAGIC "\narrived ");
	clock_add_stamp(&head, clock_now());
	buf_print(&head, "\nsender %.*s\n", (int)sender.n, sender.p);
	while (slice_word(&options, &word))
		buf_print(&head, "option %.*s\n", (int)word.n, word.p);
	status = writer_put(&l->out, buf_slice(&head));
	buf_free(&head);
	return status;
}

int letter_begin(struct letter *l, const struct conf *c, slice sender, slice options)
{
	*l = (struct letter){ .folder = -1, .out.fd = -1, .queue.fd = -1, .room = c->size_limit };
	if ((sender.n && !letter_takes(sender)) || !options_fit(options)) {
		errno = EINVAL;
		return -1;
	}
	make_id(l->id);
	if (queue_open(&l->queue, c) || has_room(l, c))
		return -1;
	writer_open(&l->out, -1);
	return write_envelope(l, sender, options);
}

int letter_begin_own(struct letter *l, const struct conf *c, slice sender, slice options)
{
	char *keys = conf_path(c, "dkim");
	buf all = { NULL, 0, 0 };
	int status;

	buf_addslice(&all, options);
	if (access(keys, F_OK) == 0)
		buf_addtext(&all, " sign");
	status = letter_begin(l, c, sender, buf_slice(&all));
	buf_free(&all);
	free(keys);
	return status;
}

int letter_hold(struct letter *l)
{
	l->folder = queue_folder(&l->queue, "hold");
	return l->folder < 0 ? -1 : 0;
}

int letter_open(struct letter *l)
{
	if (l->folder < 0)
		l->folder = queue_folder(&l->queue, l->id + QUEUE_ID - 1);
	if (l->folder >= 0 && l->out.fd < 0)
		l->out.fd = open_file(l);
	return l->out.fd < 0 ? -1 : 0;
}

int letter_recipient(struct letter *l, slice recipient)
{
	slice address = rcpt_address(recipient);

	if (!letter_takes(address) || !recipient_options_fit(slice_from(recipient, address.n))) {
		errno = EINVAL;
		return -1;
	}
	if (letter_open(l))
		return -1;
	l->recipients++;
	writer_text(&l->out, "-  ");
	writer_put(&l->out, recipient);
	return writer_char(&l->out, '\n');
}

int letter_write(struct letter *l, slice bytes)
{
	if (!l->in_message) {
		l->in_message = true;
		writer_char(&l->out, '\n');
	}
	if ((long long)bytes.n > l->room) {
		errno = EFBIG;
		return -1;
	}
	l->room -= (long long)bytes.n;
	return writer_put(&l->out, bytes);
}

static int put_in_place(struct letter *l)
{
	char path[64];
	int status, tmp;

	if (!l->named) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", l->out.fd);
		return linkat(AT_FDCWD, path, l->folder, l->id, AT_SYMLINK_FOLLOW);
	}
	tmp = queue_folder(&l->queue, "tmp");
	status = tmp < 0 ? -1 : renameat(tmp, l->id, l->folder, l->id);
	l->named = status != 0;
	close(tmp);
	return status;
}

static void release(struct letter *l)
{
	if (l->out.fd >= 0)
		close(l->out.fd);
	writer_close(&l->out);
	if (l->folder >= 0)
		close(l->folder);
	if (l->queue.fd >= 0)
		close(l->queue.fd);
	free(l->queue.path);
	l->folder = l->queue.fd = -1;
	l->queue.path = NULL;
}

int letter_commit(struct letter *l)
{
	if (l->recipients == 0) {
		errno = EINVAL;
		return -1;
	}
	if (letter_write(l, SLICE("")) || writer_flush(&l->out) || fsync(l->out.fd) || put_in_place(l))
		return -1;
	if (fsync(l->folder)) {
		int error = errno;

		unlinkat(l->folder, l->id, 0);
		errno = error;
		return -1;
	}
	release(l);
	return 0;
}

void letter_abandon(struct letter *l)
{
	int error = errno, tmp;

	if (l->named && (tmp = queue_folder(&l->queue, "tmp")) >= 0) {
		unlinkat(tmp, l->id, 0);
		close(tmp);
	}
	release(l);
	errno = error;
}

/* 1 where it is locked; 0 where it is gone; -1. */
static int open_held(struct queued *q, const struct queue *queue, const char *id)
{
	switch (queued_open(q, queue, "hold", id, QUEUE_LOCK)) {
	case QUEUE_OK: return 1;
	case QUEUE_GONE: return 0;
	case QUEUE_BUSY: errno = EAGAIN; return -1;
	case QUEUE_CORRUPT: errno = EBADMSG; return -1;
	default: return -1;
	}
}

int letter_release(const struct queue *queue, const char *id)
{
	struct queued q;
	int status = open_held(&q, queue, id);

	if (status > 0)
		status = queued_move(&q, queue, id + QUEUE_ID - 1);
	queued_close(&q);
	return status;
}

int letter_drop_held(const struct queue *queue, const char *id)
{
	int folder = queue_folder(queue, "hold"), status = -1;
	struct queued q = { .fd = -1 };

	if (folder >= 0)
		status = open_held(&q, queue, id);
	if (status > 0)
		status = queued_remove(&q, queue) || fsync(folder) ? -1 : 0;
	queued_close(&q);
	if (folder >= 0)
		close(folder);
	return status;
}

bool letter_takes_option(slice option)
{
	static const char *const known[] = { "smtputf8", "body=7bit", "body=8bitmime", "body=binarymime",
		"ret=full", "ret=hdrs", "requiretls", "sign", "verp", "tls=off", "tls=may", "tls=require", "tls=verify" };

	if (slice_starts(option, "envid="))
		return xtext_is(slice_from(option, 6));
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (slice_is(option, known[i]))
			return true;
	return false;
}
