#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "fail.h"
#include "queue-run.h"

static const char shards[] = QUEUE_SHARDS;
#define SHARDS (sizeof shards - 1)

int shard_folder(struct manager *m, const char *id)
{
	size_t i = (size_t)(strchr(shards, id[QUEUE_ID - 1]) - shards);

	if (m->shards[i] < 0)
		m->shards[i] = queue_folder(&m->queue, (char[]){ shards[i], '\0' });
	return m->shards[i];
}

static void watch_shards(struct manager *m)
{
	buf path = { NULL, 0, 0 };

	m->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	for (size_t i = 0; i < SHARDS && m->inotify >= 0; i++) {
		int fd = queue_folder(&m->queue, (char[]){ shards[i], '\0' });

		m->shards[i] = fd;
		buf_clear(&path);
		buf_print(&path, "%s/%c", m->queue.path, shards[i]);
		if (fd < 0 || inotify_add_watch(m->inotify, path.p, IN_CREATE | IN_MOVED_TO | IN_ATTRIB) < 0) {
			warn("%s: not watched: %s", path.p, strerror(errno));
			close(m->inotify);
			m->inotify = -1;
		}
	}
	buf_free(&path);
}

/* Who asks whether we are there holds the lock for a moment, and on a shared folder another host may have it. */
void arrive_lock(struct manager *m)
{
	if (m->lock < 0)
		m->lock = openat(m->queue.fd, "resident", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (m->lock >= 0)
		flock(m->lock, LOCK_EX | LOCK_NB);
}

void arrive_begin(struct manager *m)
{
	m->inotify = m->lock = -1;
	memset(m->shards, -1, sizeof m->shards);
	if (!m->resident)
		return;
	arrive_lock(m);
	watch_shards(m);
}

static int found(void *context, const char *folder, const char *id, const struct stat *st)
{
	struct manager *m = context;

	(void)folder;
	if (m->scan_forced)
		waiting_add(&m->waiting, id, DUE_NOW);
	else if (st->st_mtime <= clock_now() + (m->resident ? RESCAN : 0))
		waiting_add(&m->waiting, id, st->st_mtime);
	return 0;
}

void arrive_scan_all(struct manager *m, bool forced)
{
	m->scan_forced = forced;
	m->scans_left = SHARDS;
	m->next_scan = 0;
}

/* A resident looks through one shard at a time, all of them in RESCAN seconds, and is never long away. */
void arrive_step(struct manager *m)
{
	int64_t now = clock_ms();

	if (m->stopping || now < m->next_scan || (!m->resident && !m->scans_left))
		return;
	if (queue_scan(&m->queue, (char[]){ shards[m->scan], '\0' }, found, m) < 0) {
		warn("%s/%c: %s", m->queue.path, shards[m->scan], strerror(errno));
		m->status = fail_status(errno);
	}
	m->scan = (m->scan + 1) % SHARDS;
	if (m->scans_left && --m->scans_left == 0)
		m->scan_forced = false;
	if (m->scans_left == 0)
		m->next_scan = now + (m->inotify < 0 ? 5 : RESCAN) * SECOND_MS / (int64_t)SHARDS;
}

static void arrived(struct manager *m, const char *name)
{
	struct stat st;
	int folder;

	if (!queue_is_id(slice_of(name)) || (folder = shard_folder(m, name)) < 0)
		return;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		found(m, NULL, name, &st);
}

void arrive_events(struct manager *m)
{
	char bytes[64 * 1024] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(m->inotify, bytes, sizeof bytes);

	for (char *p = bytes; n > 0 && p < bytes + n;) {
		const struct inotify_event *event = (const struct inotify_event *)(void *)p;

		if (event->mask & IN_Q_OVERFLOW)
			arrive_scan_all(m, false);
		else if (event->len)
			arrived(m, event->name);
		p += sizeof *event + event->len;
	}
}
