#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "head.h"
#include "limit.h"
#include "listing.h"
#include "messages.h"

static const char standard_input[] = "standard input";

struct walk {
	message_each *each;
	void *context;
	struct reader in;       /* one buffer for all of them */
	int status;
	buf name;               /* of the message in a folder */
	struct listing moved;   /* cur of a Maildir as it was later, if a message was not where it had been */
	struct timespec changed;        /* cur, then; tv_nsec is -1 where that says nothing */
};

static void went_wrong(struct walk *w, int status)
{
	if (w->status == EX_OK)
		w->status = status;
}

static void refuse(struct walk *w, const char *name)
{
	warn("%s: %s", name, strerror(errno));
	went_wrong(w, EX_NOINPUT);
}

static void read_message(struct walk *w, const char *name, int fd, bool plain)
{
	w->in.fd = fd;
	w->in.plain = plain;
	reader_restart(&w->in);
	went_wrong(w, w->each(w->context, name, &w->in));
}

/* Lists cur again, unless it is as it was: one that changed a moment ago may change and keep its time. */
static void list_moved(struct walk *w, int cur)
{
	struct stat st;

	if (fstat(cur, &st) || (st.st_mtim.tv_sec == w->changed.tv_sec && st.st_mtim.tv_nsec == w->changed.tv_nsec))
		return;
	w->changed = st.st_mtim;
	if (time(NULL) <= st.st_mtim.tv_sec + 1)
		w->changed.tv_nsec = -1;
	listing_free(&w->moved);
	listing_add(&w->moved, cur, ".", 'c');
	listing_sort(&w->moved, true);
}

/* A mail reader gave it other flags, or moved it from new to cur, since the folder was listed: its name to the `:` stays. */
static int open_moved(struct walk *w, const char *path, int folder, const char *row)
{
	int cur = openat(folder, "cur", O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
	const char **found = NULL;

	if (cur < 0)
		return -1;
	list_moved(w, cur);
	if (w->moved.count)
		found = bsearch(&row, w->moved.row, w->moved.count, sizeof *w->moved.row, listing_order);
	if (found) {
		fd = openat(cur, *found + 1, O_RDONLY | O_NOCTTY | O_CLOEXEC);
		buf_clear(&w->name);
		buf_print(&w->name, "%s/cur/%s", path, *found + 1);
	}
	close(cur);
	return fd;
}

/*
 * What is gone from a Maildir was removed by its reader: that is no error. The next row may be the same message, if it was
 * moved from new to cur between our looks at them.
 */
static void read_listed(struct walk *w, const char *path, int folder, const char *row, const char *next)
{
	bool maildir = row[0] != '.';
	int fd;

	buf_clear(&w->name);
	buf_print(&w->name, "%s/", path);
	listing_add_path(&w->name, row);
	fd = openat(folder, w->name.p + strlen(path) + 1, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && maildir) {
		if (!next || listing_order(&row, &next) != 0)
			fd = open_moved(w, path, folder, row);
		if (fd < 0)
			return;
	}
	if (fd < 0) {
		refuse(w, w->name.p);
		return;
	}
	read_message(w, w->name.p, fd, true);
	close(fd);
}

static void read_folder(struct walk *w, const char *path, int folder)
{
	struct listing l = { .count = 0 };

	if (listing_read(&l, folder))
		refuse(w, path);
	w->changed.tv_nsec = -1;
	for (size_t i = 0; i < l.count && !io_out.error; i++)
		read_listed(w, path, folder, l.row[i], i + 1 < l.count ? l.row[i + 1] : NULL);
	listing_free(&l);
	listing_free(&w->moved);
}

static void read_operand(struct walk *w, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		refuse(w, path);
	else if (S_ISDIR(st.st_mode))
		read_folder(w, path, fd);
	else
		read_message(w, path, fd, false);
	if (fd >= 0)
		close(fd);
}

int messages_each(char *const *operands, message_each *each, void *context)
{
	struct walk w = { .each = each, .context = context, .status = EX_OK };
	char *const by_default[] = { "-", NULL };

	reader_open(&w.in, STDIN_FILENO);
	for (char *const *operand = *operands ? operands : by_default; *operand && !io_out.error; operand++)
		if (strcmp(*operand, "-") == 0)
			read_message(&w, standard_input, STDIN_FILENO, false);
		else
			read_operand(&w, *operand);
	reader_close(&w.in);
	buf_free(&w.name);
	return w.status;
}

static void read_named(struct walk *w, buf *name)
{
	if (name->n)
		read_operand(w, name->p);
	buf_clear(name);
}

/* Names of any length; the last may lack its separator. */
int messages_each_named(char separator, message_each *each, void *context)
{
	struct walk w = { .each = each, .context = context, .status = EX_OK };
	buf name = { NULL, 0, 0 };
	int got = 0;
	slice bytes;

	reader_open(&w.in, STDIN_FILENO);
	while (!io_out.error && (io_in.start < io_in.end || writer_flush(&io_out) == 0)
	    && (got = reader_some(&io_in, LIMIT_STREAM, &bytes)) > 0) {
		size_t n = slice_find(bytes, separator);

		buf_addslice(&name, slice_upto(bytes, n));
		if (n == bytes.n)
			continue;
		reader_back(&io_in, slice_from(bytes, n + 1));
		read_named(&w, &name);
	}
	if (got < 0) {
		warn("%s: %s", standard_input, strerror(errno));
		went_wrong(&w, EX_IOERR);
	}
	if (!io_out.error)
		read_named(&w, &name);
	reader_close(&w.in);
	buf_free(&w.name), buf_free(&name);
	return w.status;
}

slice messages_operand(const char *name)
{
	return slice_of(name == standard_input ? "-" : name);
}

bool messages_several(char *const *operands)
{
	struct stat st;

	return operands[0] && (operands[1] || (stat(operands[0], &st) == 0 && S_ISDIR(st.st_mode)));
}

int messages_header(const char *name, struct reader *in, buf *separator, buf *fields)
{
	slice line;
	int got = reader_line(in, &line), why;

	buf_clear(fields);
	buf_clear(separator);
	if (got > 0 && head_is_from_line(line))
		buf_addslice(separator, line);
	else if (got > 0)
		reader_back(in, line);
	if (got < 0 || head_read(in, fields)) {
		why = errno;
		warn("%s: %s", name, why == EMSGSIZE ? "the header is too large" : strerror(why));
		return why == EMSGSIZE ? EX_DATAERR : EX_IOERR;
	}
	return EX_OK;
}
