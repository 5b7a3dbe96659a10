#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyed.h"
#include "listing.h"

static bool is_plain(int folder, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_name[0] == '.')
		return false;
	if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
		return entry->d_type == DT_REG;
	return fstatat(folder, entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

int listing_add(struct listing *l, int parent, const char *folder, char mark)
{
	int fd = openat(parent, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
			l->count++;
		}
	return closedir(dir) || errno ? -1 : 0;
}

void listing_add_path(buf *to, const char *row)
{
	buf_addtext(to, row[0] == '.' ? "" : row[0] == 'n' ? "new/" : "cur/");
	buf_addtext(to, row + 1);
}

slice listing_name(const char *row)
{
	return (slice){ row + 1, strcspn(row + 1, ":") };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a + 1, *(const char *const *)b + 1);
}

/* As the name goes, without its flags: what is before the colon. */
static int next_byte(const char **name)
{
	return **name == ':' || **name == '\0' ? 0 : (unsigned char)*(*name)++;
}

int listing_order(const void *a, const void *b)
{
	const char *x = *(const char *const *)a + 1, *y = *(const char *const *)b + 1;
	int c, d;

	do {
		c = next_byte(&x);
		d = next_byte(&y);
	} while (c == d && c);
	return c - d;
}

static int by_name_in_maildir(const void *a, const void *b)
{
	int order = listing_order(a, b);

	return order ? order : by_name(a, b);
}

/* How many bytes all names begin with. */
static size_t common_start(const struct listing *l)
{
	slice first = slice_of(l->names.p + 1);
	const char *name = l->names.p;

	for (size_t i = 0; i < l->count; i++, name += strlen(name) + 1)
		for (size_t n = 0; n < first.n; n++)
			if (name[1 + n] != first.p[n])
				first.n = n;
	return first.n;
}

void listing_sort(struct listing *l, bool maildir)
{
	struct keyed *rows = mem_grow(NULL, l->count + 1, sizeof *rows);
	size_t common = l->count ? common_start(l) : 0;
	char *name = l->names.p;

	for (size_t i = 0; i < l->count; i++, name += strlen(name) + 1) {
		slice sorts = maildir ? listing_name(name) : slice_of(name + 1);

		rows[i] = (struct keyed){ keyed_start(slice_from(sorts, common)), name };
	}
	keyed_sort(rows, l->count, maildir ? by_name_in_maildir : by_name);
	l->row = mem_grow(l->row, l->count + 1, sizeof *l->row);
	for (size_t i = 0; i < l->count; i++)
		l->row[i] = rows[i].row;
	free(rows);
}

int listing_read(struct listing *l, int folder)
{
	bool maildir = faccessat(folder, "cur", X_OK, 0) == 0 && faccessat(folder, "new", X_OK, 0) == 0;
	int status = maildir ? listing_add(l, folder, "new", 'n') || listing_add(l, folder, "cur", 'c')
	    : listing_add(l, folder, ".", '.');

	listing_sort(l, maildir);
	return status ? -1 : 0;
}

void listing_free(struct listing *l)
{
	free(l->row);
	buf_free(&l->names);
	*l = (struct listing){ .count = 0 };
}
