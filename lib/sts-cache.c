#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "domain.h"
#include "limit.h"
#include "queue.h"
#include "sts-cache.h"

#define MAGIC "pennypost-sts 1"

enum { HEAD = 4096 };           /* what stands above a policy has some 300 bytes */

static void take_failure(struct sts_cached *c, slice value)
{
	slice stamp;

	slice_word(&value, &stamp);
	c->failed = clock_read_stamp(stamp);
	slice_word(&value, &c->failed_id);
	slice_word(&value, &c->failure);
	c->why = slice_trim(value);
}

static void take_head(struct sts_cached *c, slice name, slice value)
{
	if (slice_is(name, "id"))
		c->id = value;
	else if (slice_is(name, "fetched"))
		c->fetched = clock_read_stamp(value);
	else if (slice_is(name, "expires"))
		c->expires = clock_read_stamp(value);
	else if (slice_is(name, "failed"))
		take_failure(c, value);
}

static void read_text(struct sts_cached *c, slice text)
{
	slice line = { NULL, 0 }, name;

	if (!slice_cut(&text, '\n', &line) || !slice_is(line, MAGIC))
		return;
	while (slice_cut(&text, '\n', &line) && slice_cut(&line, ' ', &name) && name.n)
		take_head(c, name, line);
	if (!c->id.n || sts_read(&c->sts, text)) {
		c->id = (slice){ NULL, 0 };
		c->sts = (struct sts){ .mode = STS_NONE };
	}
}

void sts_cache_read(struct sts_cached *c, const struct conf *conf, slice domain)
{
	buf path = { NULL, 0, 0 };

	*c = (struct sts_cached){ .fetched = 0 };
	if (!domain_valid(domain))
		return;
	buf_print(&path, "%s/sts/%.*s", conf->queue, (int)domain.n, domain.p);
	if (io_file(AT_FDCWD, path.p, HEAD + LIMIT_STS_POLICY, &c->file) == 0)
		read_text(c, buf_slice(&c->file));
	buf_free(&path);
}

void sts_cache_free(struct sts_cached *c)
{
	buf_free(&c->file);
}

bool sts_cache_holds(const struct sts_cached *c, time_t now)
{
	return c->id.n && now < c->expires;
}

/* A time in the future is of a clock that was set back. */
bool sts_cache_failed(const struct sts_cached *c, slice id, time_t now)
{
	return c->failed_id.n && slice_same(c->failed_id, id) && c->failed <= now && now < c->failed + LIMIT_STS_RETRY;
}

static void add_stamp(buf *to, const char *name, time_t when)
{
	buf_print(to, "%s ", name);
	clock_add_stamp(to, when);
}

static void add_text(buf *to, const struct sts_cached *c)
{
	buf_addtext(to, MAGIC "\n");
	if (c->id.n) {
		buf_print(to, "id %.*s\n", (int)c->id.n, c->id.p);
		add_stamp(to, "fetched", c->fetched);
		add_stamp(to, "\nexpires", c->expires);
		buf_addchar(to, '\n');
	}
	if (c->failed_id.n) {
		add_stamp(to, "failed", c->failed);
		buf_print(to, " %.*s %.*s %.*s\n", (int)c->failed_id.n, c->failed_id.p, (int)c->failure.n, c->failure.p,
		    (int)slice_find(slice_upto(c->why, LIMIT_SAID), '\n'), c->why.p);
	}
	buf_addchar(to, '\n');
	if (c->id.n)
		buf_addslice(to, c->sts.text);
}

/* Its time is when it is of no more use: queue-run sweeps away what is long past that. */
static int write_file(int folder, int tmp, slice text, time_t useful, const char *name)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = useful } };
	char temporary[32];
	unsigned long random = 0;
	int fd, status;

	if (getrandom(&random, sizeof random, 0) != sizeof random)
		return -1;
	snprintf(temporary, sizeof temporary, "sts-%lx", random);
	fd = openat(tmp, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return -1;
	status = io_pwrite(fd, text, 0) || futimens(fd, times) || fsync(fd) || renameat(tmp, temporary, folder, name)
	    || fsync(folder) ? -1 : 0;
	if (status)
		unlinkat(tmp, temporary, 0);
	close(fd);
	return status;
}

static int write_entry(const struct sts_cached *c, const struct queue *queue, const char *name)
{
	int folder = queue_folder(queue, "sts"), tmp = queue_folder(queue, "tmp"), status = -1;
	time_t useful = c->failed_id.n ? c->failed + LIMIT_STS_RETRY : 0;
	buf text = { NULL, 0, 0 };

	if (c->id.n && c->expires > useful)
		useful = c->expires;
	add_text(&text, c);
	if (folder >= 0 && tmp >= 0)
		status = write_file(folder, tmp, buf_slice(&text), useful, name);
	if (folder >= 0)
		close(folder);
	if (tmp >= 0)
		close(tmp);
	buf_free(&text);
	return status;
}

int sts_cache_write(const struct sts_cached *c, const struct conf *conf, slice domain)
{
	struct queue queue;
	int status = -1;
	char *name;

	if (!domain_valid(domain)) {
		errno = EINVAL;
		return -1;
	}
	name = mem_text(domain);
	if (queue_open(&queue, conf) == 0) {
		status = write_entry(c, &queue, name);
		close(queue.fd);
	}
	free(queue.path);
	free(name);
	return status;
}
