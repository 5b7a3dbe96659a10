#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "queue-run.h"

/* What is written takes minutes; a day and a half leaves a person who looks for a lost letter some time. */
#define STALE (36 * 3600)

/* queue/swept, whose mtime is when: names are read again once a day, not in every pass. */
#define DAY (24 * 3600)

static bool is_stale(int folder, const char *name, time_t now)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode)
	    && st.st_mtime < now - STALE;
}

/* Logs whose letter is gone. */
static bool is_orphan(int folder, const char *name)
{
	slice text = slice_of(name);
	char id[QUEUE_ID + 1];

	if (text.n != QUEUE_ID + 4 || !queue_is_id(slice_upto(text, QUEUE_ID)) || strcmp(name + QUEUE_ID, ".log"))
		return false;
	snprintf(id, sizeof id, "%.*s", QUEUE_ID, name);
	return faccessat(folder, id, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
}

static bool is_any(int folder, const char *name)
{
	(void)folder;
	(void)name;
	return true;
}

static void sweep_folder(const struct manager *m, const char *name, bool (*goes)(int, const char *), time_t now)
{
	int fd = openat(m->queue.fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && goes(fd, entry->d_name) && is_stale(fd, entry->d_name, now)
		    && unlinkat(fd, entry->d_name, 0) == 0)
			log_line("file=%s/%s status=swept", name, entry->d_name);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

void sweep(struct manager *m)
{
	time_t now = clock_now();
	struct stat st;
	int fd;

	if (m->swept_at && now - m->swept_at < DAY)
		return;
	m->swept_at = now;
	if (fstatat(m->queue.fd, "swept", &st, AT_SYMLINK_NOFOLLOW) == 0 && now - st.st_mtime < DAY)
		return;
	fd = openat(m->queue.fd, "swept", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd >= 0) {
		futimens(fd, NULL);
		close(fd);
	}
	sweep_folder(m, "tmp", is_any, now);
	sweep_folder(m, "down", is_any, now);
	sweep_folder(m, "sts", is_any, now);
	for (const char *shard = QUEUE_SHARDS; *shard; shard++)
		sweep_folder(m, (char[]){ *shard, '\0' }, is_orphan, now);
}
