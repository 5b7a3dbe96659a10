/* list-archive: the archive of a list as HTML. See list-archive(1). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "fail.h"
#include "io.h"

static const char usage[] = "usage: list-archive list folder";

static struct archive archive;

static void open_maildir(struct archive *a)
{
	char *path = list_path(&a->list, "archive");

	a->maildir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (a->maildir < 0)
		fail(errno == ENOENT ? EX_NOINPUT : fail_status(errno), "%s: %s", path, strerror(errno));
}

/* One at a time: who comes second finds what is left to do. */
static void open_folder(struct archive *a, const char *path)
{
	int lock;

	if (mkdir(path, 0777) && errno != EEXIST)
		fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
	a->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (a->folder < 0)
		fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
	lock = openat(a->folder, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lock < 0 || flock(lock, LOCK_EX))
		fail(EX_CANTCREAT, "%s/.lock: %s", path, strerror(errno));
}

static void write_messages(struct archive *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct row *r = a->rows[i];

		if (r->written != r->wanted && write_message(a, r))
			r->written = r->wanted;
	}
}

static void write_page(const struct archive *a, const struct page *p)
{
	for (size_t i = 0; i < a->month_count; i++)
		if (slice_starts(p->path, a->months[i].name)) {
			(slice_is(slice_from(p->path, 8), "index.html") ? write_by_date : write_by_thread)(a, &a->months[i]);
			return;
		}
	if (slice_is(p->path, "style.css")) {
		file_begin(a);
		buf_addtext(&page, style);
		file_end(a, "style.css");
	} else {
		write_front(a);
	}
}

static void write_pages(struct archive *a)
{
	for (size_t i = 0; i < a->page_count; i++)
		if (a->pages[i].written != a->pages[i].wanted) {
			write_page(a, &a->pages[i]);
			a->pages[i].written = a->pages[i].wanted;
		}
}

/* Killed anywhere, there is no index, and the next run writes all pages again: at the addresses that they had. */
static void update(struct archive *a)
{
	index_remove(a);
	remove_stale(a);
	write_messages(a);
	write_pages(a);
	if (a->lost)
		sweep(a);
	if (syncfs(a->folder))
		fail(fail_status(errno), "%s", strerror(errno));
	index_write(a);
}

int main(int argc, char **argv)
{
	struct archive *a = &archive;

	fail_name("list-archive", usage);
	if (getopt(argc, argv, "") != -1 || optind + 2 != argc)
		fail_usage();
	conf_load(&a->conf);
	list_load(&a->list, &a->conf, argv[optind]);
	open_maildir(a);
	open_folder(a, argv[optind + 1]);
	index_read(a);
	gather(a);
	arrange(a);
	plan(a);
	if (!is_finished(a))
		update(a);
	return io_finish(a->status);
}
