#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "head.h"
#include "messages.h"

struct walk {
	message_each *each;
	void *context;
	struct reader in;       /* one buffer for all of them */
	int status;
	buf name;               /* of the message in a folder */
};

/* The files of a folder: a table of rows of one pointer, and their names. */
struct listing {
	buf names;              /* each NUL-ended, behind the letter of the subfolder that it is in, or `.` */
	buf rows;               /* char * into names, once sorted */
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
	w->in.start = w->in.end = 0;
	w->in.eof = false;
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

static size_t sort(struct listing *l)
{
	char *end = l->names.p + l->names.n;

	for (char *name = l->names.p; name < end; name += strlen(name) + 1)
		buf_add(&l->rows, &name, sizeof name);
	if (l->rows.n)
		qsort(l->rows.p, l->rows.n / sizeof(char *), sizeof(char *), by_name);
	return l->rows.n / sizeof(char *);
}

/* A mail reader gave it other flags, or moved it from new to cur, since the folder was listed: its name to the `:` stays. */
static int open_moved(struct walk *w, const char *path, int folder, const char *file)
{
	size_t unique = strcspn(file, ":");
	int cur = openat(folder, "cur", O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
	DIR *dir = cur < 0 ? NULL : fdopendir(cur);
	struct dirent *entry;

	while (dir && fd < 0 && (entry = readdir(dir)))
		if (strcspn(entry->d_name, ":") == unique && strncmp(entry->d_name, file, unique) == 0) {
			fd = openat(cur, entry->d_name, O_RDONLY | O_CLOEXEC);
			buf_clear(&w->name);
			buf_print(&w->name, "%s/cur/%s", path, entry->d_name);
		}
	if (dir)
		closedir(dir);
	else if (cur >= 0)
		close(cur);
	return fd;
}

/* What is gone from a Maildir was removed by its reader: that is no error. */
static void read_listed(struct walk *w, const char *path, int folder, const char *row)
{
	const char *file = row + 1;
	bool maildir = row[0] != '.';
	int fd;

	buf_clear(&w->name);
	buf_print(&w->name, "%s/", path);
	if (maildir)
		buf_addtext(&w->name, row[0] == 'n' ? "new/" : "cur/");
	buf_addtext(&w->name, file);
	fd = openat(folder, w->name.p + strlen(path) + 1, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && maildir) {
		fd = open_moved(w, path, folder, file);
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

static int list_all(struct listing *l, int folder)
{
	enum { FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

	if (!is_maildir(folder))
		return list_folder(l, openat(folder, ".", FLAGS), '.');
	return list_folder(l, openat(folder, "new", FLAGS), 'n') || list_folder(l, openat(folder, "cur", FLAGS), 'c') ? -1 : 0;
}

static void read_folder(struct walk *w, const char *path, int folder)
{
	struct listing listing = { .names = { NULL, 0, 0 } };

	if (list_all(&listing, folder))
		refuse(w, path);
	for (size_t i = 0, rows = sort(&listing); i < rows && !io_out.error; i++)
		read_listed(w, path, folder, ((char **)(void *)listing.rows.p)[i]);
	buf_free(&listing.names);
	buf_free(&listing.rows);
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
