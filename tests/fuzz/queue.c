/* queue: whatever stands in a queue file, what is read of it is really there, and a mark changes one byte. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "queue.h"

#define ID "0000000000000000"

static char folder[] = "/tmp/fuzz-queue.XXXXXX";
static struct queue queue;

static void check(bool good)
{
	if (!good)
		abort();
}

static void clean(void)
{
	if (chdir(folder) == 0) {
		unlink("0/" ID);
		rmdir("0");
		rmdir(folder);
	}
}

static void begin(void)
{
	check(mkdtemp(folder) != NULL);
	queue = (struct queue){ open(folder, O_RDONLY | O_DIRECTORY), folder };
	close(queue_folder(&queue, "0"));
	atexit(clean);
}

static void put(const uint8_t *p, size_t n)
{
	int fd = openat(queue.fd, "0/" ID, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
}

/* Nothing but the state has changed, and nothing has been added. */
static void mark(const struct queued *q, const uint8_t *p, size_t n, off_t at)
{
	uint8_t *now = malloc(n + 1);

	check(queued_mark(q, at, RCPT_DELIVERED) == 0);
	check(pread(q->fd, now, n + 1, 0) == (ssize_t)n);
	check(now[at] == RCPT_DELIVERED);
	now[at] = p[at];
	check(memcmp(now, p, n) == 0);
	check(pwrite(q->fd, p + at, 1, at) == 1);
	free(now);
}

static void recipients(struct queued *q, const uint8_t *p, size_t n)
{
	buf both = { NULL, 0, 0 };
	struct queue_rcpt r;
	off_t last = q->first - 1;
	int got;

	while ((got = queued_next(q, &r)) > 0) {
		check(r.at > last && (size_t)r.at < n && p[r.at] == (uint8_t)r.state);
		check(r.both.n && r.address.n + r.options.n <= r.both.n);
		check(memcmp(p + r.at + 3, r.both.p, r.both.n) == 0);
		if (queued_recipient(q, r.at, &both) == 0 && r.both.n < 4000)
			check(slice_same(buf_slice(&both), r.both));
		mark(q, p, n, r.at);
		last = r.at;
	}
	if (got == 0)
		check((size_t)q->message <= n && p[q->message - 1] == '\n' && p[q->message - 2] == '\n');
	buf_free(&both);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct queued q;

	if (!queue.path)
		begin();
	put(p, n);
	if (queued_open(&q, &queue, NULL, ID, QUEUE_LOCK) == QUEUE_OK) {
		recipients(&q, p, n);
		queued_rewind(&q);
		recipients(&q, p, n);
	}
	queued_close(&q);
	return 0;
}
