#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "history.h"
#include "io.h"
#include "limit.h"
#include "uri.h"

/* As a file may be called: small, `/` and `%` as %2F and %25. */
static void add_name(buf *to, slice address)
{
	for (size_t i = 0; i < address.n; i++)
		if (address.p[i] == '/' || address.p[i] == '%' || (i == 0 && address.p[i] == '.'))
			buf_print(to, "%%%02X", (unsigned char)address.p[i]);
		else
			buf_addchar(to, ascii_lower(address.p[i]));
}

/* What is left of 1 after so long: a half after each half-life, and in between as the crow flies. */
static double weight(time_t age, time_t half_life)
{
	double w = 1;

	if (age <= 0 || half_life <= 0)
		return w;
	for (; age >= half_life && w > 0.001; age -= half_life)
		w /= 2;
	return age >= half_life ? 0 : w * (1 - (double)age / (double)half_life / 2);
}

static void read_lines(struct history *h)
{
	slice rest = buf_slice(&h->lines), line, day = { "", 0 };
	time_t now = clock_now();

	h->score = 0;
	while (slice_cut(&rest, '\n', &line)) {
		slice stamp = slice_upto(line, slice_find(line, '\t')), what = slice_from(line, stamp.n + 1);
		time_t when = clock_read_stamp(stamp);

		if (when >= 0 && slice_starts(what, "probe"))
			h->probed = when;
		if (when < 0 || !slice_starts(what, "hard") || slice_same(day, slice_upto(stamp, 10)))
			continue;
		day = slice_upto(stamp, 10);
		h->score += weight(now - when, (time_t)h->list->bounce_half_life);
	}
}

/* Whoever removed the file had its lock: what we opened may be no file any more. */
static int open_locked(const char *path)
{
	struct stat ours, there;
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 || flock(fd, LOCK_EX) || fstat(fd, &ours))
			return -1;
		if (stat(path, &there) == 0 && there.st_ino == ours.st_ino && there.st_dev == ours.st_dev)
			return fd;
		close(fd);
	}
}

static int make_folder(const struct list *l)
{
	char *path = list_path(l, "bounces");
	int status = mkdir(path, 0700) && errno != EEXIST ? -1 : 0;

	free(path);
	return status;
}

int history_open(struct history *h, const struct list *l, slice address)
{
	buf file = { NULL, 0, 0 };
	int status;

	*h = (struct history){ .list = l, .fd = -1 };
	buf_addtext(&file, "bounces/");
	add_name(&file, address);
	h->path = list_path(l, file.p);
	buf_free(&file);
	if (make_folder(l) || (h->fd = open_locked(h->path)) < 0)
		return -1;
	status = io_file(AT_FDCWD, h->path, LIMIT_HEADER, &h->lines);
	if (status == 0)
		read_lines(h);
	return status;
}

static size_t count_lines(slice text)
{
	slice line;
	size_t n = 0;

	while (slice_cut(&text, '\n', &line))
		n += line.n > 0;
	return n;
}

/* Half of them: it is not done again for every bounce. */
static void forget_oldest(struct history *h)
{
	slice rest = buf_slice(&h->lines), line;

	for (size_t i = 0; i < LIMIT_BOUNCES / 2; i++)
		slice_cut(&rest, '\n', &line);
	memmove(h->lines.p, rest.p, rest.n);
	h->lines.n = rest.n;
}

/* The lines from some place on, or else as they were. */
static int write_from(struct history *h, size_t at, size_t before)
{
	if (io_pwrite(h->fd, slice_from(buf_slice(&h->lines), at), (off_t)at) || ftruncate(h->fd, (off_t)h->lines.n)) {
		int error = errno, cut = ftruncate(h->fd, (off_t)before);

		errno = cut ? errno : error;
		return -1;
	}
	return fsync(h->fd) || (before == 0 && io_sync_folder_of(h->path)) ? -1 : 0;
}

/* A day's second bounce of a class says nothing new. */
static bool has_today(const struct history *h, slice stamp, slice fields)
{
	slice rest = buf_slice(&h->lines), line, class = slice_upto(fields, slice_find(fields, '\t'));

	while (slice_cut(&rest, '\n', &line)) {
		slice old = slice_from(line, slice_find(line, '\t') + 1);

		if (slice_same(slice_upto(line, 10), slice_upto(stamp, 10)) && slice_same(slice_upto(old, slice_find(old, '\t')), class))
			return true;
	}
	return false;
}

int history_note(struct history *h, slice fields)
{
	size_t before = h->lines.n, at = before;
	buf stamp = { NULL, 0, 0 };
	int status = 0;

	clock_add_stamp(&stamp, clock_now());
	if (!has_today(h, buf_slice(&stamp), fields)) {
		if (count_lines(buf_slice(&h->lines)) >= LIMIT_BOUNCES) {
			forget_oldest(h);
			at = 0;
		}
		buf_addslice(&h->lines, buf_slice(&stamp));
		buf_addchar(&h->lines, '\t');
		buf_addslice(&h->lines, fields);
		buf_addchar(&h->lines, '\n');
		status = write_from(h, at, before);
		read_lines(h);
	}
	buf_free(&stamp);
	return status;
}

static int append_removed(const struct list *l, slice text)
{
	char *path = list_path(l, "bounces/removed");
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600), status = -1;

	free(path);
	if (fd < 0)
		return -1;
	if (write(fd, text.p, text.n) == (ssize_t)text.n)
		status = fsync(fd);
	close(fd);
	return status;
}

int history_remove(struct history *h, slice address)
{
	buf text = { NULL, 0, 0 };
	slice rest = buf_slice(&h->lines), line;
	int status;

	while (slice_cut(&rest, '\n', &line) && line.n) {
		buf_addfield(&text, address);
		buf_addchar(&text, '\t');
		buf_addslice(&text, line);
		buf_addchar(&text, '\n');
	}
	status = append_removed(h->list, buf_slice(&text)) || unlink(h->path) || io_sync_folder_of(h->path) ? -1 : 0;
	buf_free(&text);
	return status;
}

void history_close(struct history *h)
{
	if (h->fd >= 0)
		close(h->fd);
	free(h->path);
	buf_free(&h->lines);
}

static int read_one(const struct list *l, const char *name, void (*each)(void *, slice, const struct history *), void *context)
{
	struct history h = { .list = l, .fd = -1 };
	buf address = { NULL, 0, 0 }, file = { NULL, 0, 0 };
	int status;

	buf_print(&file, "bounces/%s", name);
	h.path = list_path(l, file.p);
	uri_add_decoded(&address, slice_of(name));
	status = io_file(AT_FDCWD, h.path, LIMIT_HEADER, &h.lines);
	if (status == 0) {
		read_lines(&h);
		each(context, buf_slice(&address), &h);
	}
	history_close(&h);
	buf_free(&address);
	buf_free(&file);
	return status && errno != ENOENT ? -1 : 0;
}

int history_each(const struct list *l, void (*each)(void *, slice, const struct history *), void *context)
{
	char *path = list_path(l, "bounces");
	DIR *folder = opendir(path);
	struct dirent *entry;
	int status = 0;

	free(path);
	if (!folder)
		return errno == ENOENT ? 0 : -1;
	while (status == 0 && (errno = 0, entry = readdir(folder)))
		if (strchr(entry->d_name, '@'))
			status = read_one(l, entry->d_name, each, context);
	closedir(folder);
	return status;
}
