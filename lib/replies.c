#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "io.h"
#include "letter.h"
#include "limit.h"
#include "replies.h"

struct count {
	buf fresh;              /* the lines that still count */
	int all, own;
};

/* A time in the future is of a clock that was set back. */
static void read_line(struct count *c, slice line, slice address, time_t now)
{
	slice stamp = slice_upto(line, slice_find(line, '\t'));
	time_t when = clock_read_stamp(stamp);

	if (when < now - LIMIT_REPLIES_TIME || when > now)
		return;
	c->all++;
	c->own += slice_case_same(slice_from(line, stamp.n + 1), address);
	buf_addslice(&c->fresh, line);
	buf_addchar(&c->fresh, '\n');
}

static int read_file(struct count *c, int fd, slice address, time_t now)
{
	struct reader in;
	slice line;
	int got;

	reader_open(&in, fd);
	while ((got = reader_line(&in, &line)) > 0)
		read_line(c, slice_trim(line), address, now);
	reader_close(&in);
	return got;
}

static int count_and_note(int fd, slice address)
{
	struct count c = { .all = 0 };
	time_t now = clock_now();
	int status = read_file(&c, fd, address, now);
	bool allowed = c.own < LIMIT_REPLIES_EACH && c.all < LIMIT_REPLIES;

	if (status == 0 && allowed) {
		clock_add_stamp(&c.fresh, now);
		buf_addchar(&c.fresh, '\t');
		buf_addslice(&c.fresh, address);
		buf_addchar(&c.fresh, '\n');
		status = io_pwrite(fd, buf_slice(&c.fresh), 0) || ftruncate(fd, (off_t)c.fresh.n);
	}
	buf_free(&c.fresh);
	return status ? -1 : allowed;
}

static int note(const struct conf *c, slice address)
{
	char *path = conf_path(c, "lists/.replies");
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600), status = -1;

	free(path);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX) == 0)
		status = count_and_note(fd, address);
	close(fd);
	return status;
}

int replies_allow(const struct conf *c, const struct list *l, const struct request *r)
{
	bool personal = request_is_personal(r) && letter_takes(r->sender);
	int allowed = personal ? note(c, r->sender) : 0;

	if (allowed == 0)
		log_line("list=%s status=dropped sender=%.*s reason=\"%s\"", l->name, (int)r->sender.n, r->sender.p,
		    personal ? "had too many answers" : "no person asks");
	return allowed;
}
