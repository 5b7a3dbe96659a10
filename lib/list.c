#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "fail.h"
#include "io.h"
#include "limit.h"
#include "list.h"
#include "settings.h"

#define SETTING(name, kind, field, initial) { name, SETTING_##kind, offsetof(struct list, field), initial }

static const struct setting table[] = {
	SETTING("address", TEXT, address, ""),
	SETTING("description", TEXT, description, ""),
	SETTING("post", TEXT, post, "subscribers"),
	SETTING("others", TEXT, others, "refuse"),
	SETTING("prefix", TEXT, prefix, ""),
	SETTING("reply-to", TEXT, reply_to, "author"),
	SETTING("archive", TEXT, archive, ""),
	SETTING("to", TEXT, to, "author"),
	SETTING("unsubscribe", TEXT, unsubscribe, ""),
	SETTING("archive-addresses", TEXT, archive_addresses, "hidden"),
	SETTING("verp", TEXT, verp, "yes"),
	SETTING("seal", TEXT, seal, "no"),
	SETTING("bounce-limit", COUNT, bounce_limit, "3"),
	SETTING("bounce-half-life", TIME, bounce_half_life, "30d"),
	SETTING("munge", TEXT, munge, "auto"),
	SETTING("size-limit", SIZE, size_limit, "0"),
	SETTING("digest-age", TIME, digest_age, "1d"),
	SETTING("digest-count", COUNT, digest_count, "50"),
	SETTING("digest-size", SIZE, digest_size, "500K"),
};

static const struct setting_table known = { table, sizeof table / sizeof *table };

bool list_is_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!ascii_letter(*p) && !ascii_digit(*p) && (p == name || !strchr("-_.", *p)))
			return false;
	return name[0] && strlen(name) <= LIMIT_FILE_NAME;
}

char *list_path(const struct list *l, const char *file)
{
	buf path = { NULL, 0, 0 };

	buf_print(&path, "%s/%s", l->folder, file);
	return path.p;
}

/* What root makes belongs to whose the list is. */
static int give(const struct list *l, int fd)
{
	struct stat st;

	return geteuid() == 0 && (stat(l->folder, &st) || fchown(fd, st.st_uid, st.st_gid)) ? -1 : 0;
}

int list_lock(const struct list *l, const char *file)
{
	char *path = list_path(l, file);
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	free(path);
	if (fd >= 0 && (give(l, fd) || flock(fd, LOCK_EX))) {
		int error = errno;

		close(fd);
		errno = error;
		fd = -1;
	}
	return fd;
}

void list_add_address(buf *to, const struct list *l, const char *suffix)
{
	slice address = slice_of(l->address);

	buf_addslice(to, addr_local(address));
	buf_addtext(to, suffix);
	buf_addchar(to, '@');
	buf_addslice(to, addr_domain(address));
}

void list_add_id(buf *to, const struct list *l)
{
	slice address = slice_of(l->address);

	buf_addchar(to, '<');
	buf_addslice(to, addr_local(address));
	buf_addchar(to, '.');
	buf_addslice(to, addr_domain(address));
	buf_addchar(to, '>');
}

static bool is_one_of(const char *value, const char *words)
{
	return value[0] && slice_lists(slice_of(words), slice_of(value));
}

static int check(const struct list *l, const char *path, buf *why)
{
	if (!addr_local(slice_of(l->address)).n || !addr_domain(slice_of(l->address)).n)
		buf_print(why, "%s: address: not an address", path);
	else if (!is_one_of(l->post, "open subscribers moderators"))
		buf_print(why, "%s: post: not open, subscribers or moderators", path);
	else if (!is_one_of(l->others, "refuse hold"))
		buf_print(why, "%s: others: not refuse or hold", path);
	else if (!is_one_of(l->reply_to, "author list"))
		buf_print(why, "%s: reply-to: not author or list", path);
	else if (!is_one_of(l->to, "author subscriber"))
		buf_print(why, "%s: to: not author or subscriber", path);
	else if (!is_one_of(l->archive_addresses, "hidden shown"))
		buf_print(why, "%s: archive-addresses: not hidden or shown", path);
	else if (!is_one_of(l->verp, "yes no"))
		buf_print(why, "%s: verp: not yes or no", path);
	else if (!is_one_of(l->seal, "yes no"))
		buf_print(why, "%s: seal: not yes or no", path);
	else if (!is_one_of(l->munge, "auto always never"))
		buf_print(why, "%s: munge: not auto, always or never", path);
	return why->n ? -1 : 0;
}

char *list_folder(const struct conf *c, const char *name)
{
	buf path = { NULL, 0, 0 };
	char *folder;

	buf_print(&path, "lists/%s", name);
	folder = conf_path(c, path.p);
	buf_free(&path);
	return folder;
}

bool list_exists(const struct conf *c, const char *name)
{
	char *folder = list_is_name(name) ? list_folder(c, name) : NULL;
	bool exists = folder && (access(folder, F_OK) == 0 || errno != ENOENT);

	free(folder);
	return exists;
}

void list_load(struct list *l, const struct conf *c, const char *name)
{
	buf why = { NULL, 0, 0 };
	char *path;

	if (!list_exists(c, name))
		fail(EX_NOINPUT, "%s: no such list", name);
	*l = (struct list){ .name = name, .folder = list_folder(c, name) };
	settings_begin(&known, l);
	path = list_path(l, "conf");
	if (settings_read(&known, l, path, &why) || check(l, path, &why))
		fail(EX_CONFIG, "%s", why.p);
	free(path);
}

bool member_read(slice line, struct member *m)
{
	size_t tab;

	line = slice_trim(line);
	tab = slice_find(line, '\t');
	m->address = slice_trim(slice_upto(line, tab));
	m->options = slice_from(line, tab + 1);
	return m->address.n && m->address.p[0] != '#';
}

int list_members(const struct list *l, const char *file, int (*each)(void *, const struct member *), void *context)
{
	char *path = list_path(l, file);
	int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC), got, status = 0;
	struct reader in;
	struct member m;
	slice line;

	free(path);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	reader_open(&in, fd);
	while (status == 0 && (got = reader_line(&in, &line)) != 0)
		if (got < 0)
			status = -1;
		else if (member_read(line, &m))
			status = each(context, &m);
	got = errno;
	reader_close(&in);
	close(fd);
	errno = got;
	return status;
}

bool member_has(const struct member *m, const char *option)
{
	return slice_lists(m->options, slice_of(option));
}

static int is_same(void *context, const struct member *m)
{
	const slice *address = context;

	return addr_same(*address, m->address);
}

int list_has(const struct list *l, const char *file, slice address)
{
	return list_members(l, file, is_same, &address);
}
