#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "head.h"
#include "messages.h"

/* The files of a folder: a table of rows of one pointer, and their names. */
struct listing {
	buf names;              /* each NUL-ended, behind the letter of the subfolder that it is in, or `.` */
	buf rows;               /* char * into names, once sorted */
};

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

static bool is_plain(int folder, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_name[0] == '.')
		return false;
	if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
		return entry->d_type == DT_REG;
	return fstatat(folder, entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

/* Takes the descriptor over; 0, -1. */
static int list_folder(struct listing *l, int fd, char mark)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((errno = 0, entry = readdir(dir)))
		if (is_plain(fd, entry)) {
			buf_addchar(&l->names, mark);
			buf_add(&l->names, entry->d_name, strlen(entry->d_name) + 1);
		}
	return closedir(dir) || errno ? -1 : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a + 1, *(char *const *)b + 1);
}

/* To the `:`, behind which are the flags that a mail reader changes. */
static int by_unique_name(const void *a, const void *b)
{
	const char *x = *(char *const *)a + 1, *y = *(char *const *)b + 1;
	size_t n = strcspn(x, ":"), m = strcspn(y, ":");
	int order = memcmp(x, y, n < m ? n : m);

	return order ? order : (n > m) - (n < m);
}

static int by_name_in_maildir(const void *a, const void *b)
{
	int order = by_unique_name(a, b);

	return order ? order : by_name(a, b);
}

static size_t sort(struct listing *l, int (*order)(const void *, const void *))
{
	char *end = l->names.p + l->names.n;

	for (char *name = l->names.p; name < end; name += strlen(name) + 1)
		buf_add(&l->rows, &name, sizeof name);
	if (l->rows.n)
		qsort(l->rows.p, l->rows.n / sizeof(char *), sizeof(char *), order);
	return l->rows.n / sizeof(char *);
}

static void listing_free(struct listing *l)
{
	buf_free(&l->names);
	buf_free(&l->rows);
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
	list_folder(&w->moved, openat(cur, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), 'c');
	sort(&w->moved, by_unique_name);
}

/* A mail reader gave it other flags, or moved it from new to cur, since the folder was listed: its name to the `:` stays. */
static int open_moved(struct walk *w, const char *path, int folder, const char *row)
{
	int cur = openat(folder, "cur", O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
	char **found = NULL;

	if (cur < 0)
		return -1;
	list_moved(w, cur);
	if (w->moved.rows.n)
		found = bsearch(&row, w->moved.rows.p, w->moved.rows.n / sizeof(char *), sizeof(char *), by_unique_name);
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
	const char *file = row + 1;
	bool maildir = row[0] != '.';
	int fd;

	buf_clear(&w->name);
	buf_addtext(&w->name, path);
	buf_addtext(&w->name, !maildir ? "/" : row[0] == 'n' ? "/new/" : "/cur/");
	buf_addtext(&w->name, file);
	fd = openat(folder, w->name.p + strlen(path) + 1, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && maildir) {
		if (!next || by_unique_name(&row, &next) != 0)
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

static bool is_maildir(int folder)
{
	return faccessat(folder, "cur", X_OK, 0) == 0 && faccessat(folder, "new", X_OK, 0) == 0;
}

static int list_all(struct listing *l, int folder, bool maildir)
{
	enum { FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

	if (!maildir)
		return list_folder(l, openat(folder, ".", FLAGS), '.');
	return list_folder(l, openat(folder, "new", FLAGS), 'n') || list_folder(l, openat(folder, "cur", FLAGS), 'c') ? -1 : 0;
}

static void read_folder(struct walk *w, const char *path, int folder)
{
	struct listing listing = { .names = { NULL, 0, 0 } };
	bool maildir = is_maildir(folder);
	char **rows;
	size_t n;

	if (list_all(&listing, folder, maildir))
		refuse(w, path);
	w->changed.tv_nsec = -1;
	n = sort(&listing, maildir ? by_name_in_maildir : by_name);
	rows = (char **)(void *)listing.rows.p;
	for (size_t i = 0; i < n && !io_out.error; i++)
		read_listed(w, path, folder, rows[i], i + 1 < n ? rows[i + 1] : NULL);
	listing_free(&listing);
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
	char *const standard_input[] = { "-", NULL };

	reader_open(&w.in, STDIN_FILENO);
	for (char *const *operand = *operands ? operands : standard_input; *operand && !io_out.error; operand++)
		if (strcmp(*operand, "-") == 0)
			read_message(&w, *operand, STDIN_FILENO, false);
		else
			read_operand(&w, *operand);
	reader_close(&w.in);
	buf_free(&w.name);
	return w.status;
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
