#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "aliases.h"
#include "limit.h"
#include "local.h"

static void set_text(buf *b, slice text)
{
	buf_clear(b);
	buf_addslice(b, text);
}

/* What may be the name of a folder or stand in passwd, and nothing else. */
static bool is_name(slice name)
{
	if (name.n == 0 || name.n >= LIMIT_LOCAL_PART || name.p[0] == '.' || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (ascii_control(name.p[i]) || name.p[i] == '/' || name.p[i] == ':')
			return false;
	return true;
}

static int find_folder(struct local *l, const struct conf *c, const char *name, buf *why)
{
	struct stat st;

	buf_clear(&l->home);
	buf_print(&l->home, "%s/%s", c->mailboxes, name);
	if (stat(l->home.p, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			return 0;
		l->uid = st.st_uid;
		l->gid = st.st_gid;
		return 1;
	}
	if ((errno == ENOENT && stat(c->mailboxes, &st) == 0) || errno == ENAMETOOLONG)
		return 0;
	buf_print(why, "%s: %s", c->mailboxes, strerror(errno));
	return -1;
}

static void set_passwd(struct local *l, const struct passwd *entry)
{
	set_text(&l->home, slice_of(entry->pw_dir));
	set_text(&l->shell, slice_of(entry->pw_shell));
	l->uid = entry->pw_uid;
	l->gid = entry->pw_gid;
}

/* 1 and *l, 0, or -1 and errno. */
static int ask_passwd(struct local *l, const char *name)
{
	struct passwd entry, *found = NULL;
	buf room = { NULL, 0, 0 };
	size_t size = 1024;
	int error;

	do {
		size *= 2;
		error = getpwnam_r(name, &entry, buf_reserve(&room, size), size, &found);
	} while (error == EINTR || (error == ERANGE && size < LIMIT_HEADER));
	if (found)
		set_passwd(l, found);
	buf_free(&room);
	errno = error;
	return found ? 1 : error == 0 || error == ENOENT || error == ESRCH ? 0 : -1;
}

/* That the file could not be read is forgotten when the next source of nsswitch.conf knows of nobody. */
static int find_passwd(struct local *l, const char *name, buf *why)
{
	int got = ask_passwd(l, name), fd;

	if (got == 0) {
		fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			close(fd);
		else if (errno != ENOENT)
			got = -1;
	}
	if (got < 0)
		buf_print(why, "passwd: %s", strerror(errno));
	return got;
}

static int find_spelt(struct local *l, const struct conf *c, slice name, buf *why)
{
	int got;

	set_text(&l->name, name);
	got = c->mailboxes[0] ? find_folder(l, c, l->name.p, why) : find_passwd(l, l->name.p, why);
	if (got > 0)
		l->kind = LOCAL_USER;
	return got;
}

static int find_user(struct local *l, const struct conf *c, slice name, buf *why)
{
	buf lower = { NULL, 0, 0 };
	int got;

	if (!is_name(name))
		return 0;
	got = find_spelt(l, c, name, why);
	if (got)
		return got;
	buf_addlower(&lower, name);
	if (!slice_same(buf_slice(&lower), name))
		got = find_spelt(l, c, buf_slice(&lower), why);
	buf_free(&lower);
	return got;
}

static int find_postmaster(struct local *l, const struct conf *c)
{
	struct stat st;

	set_text(&l->name, SLICE("postmaster"));
	if (!slice_case_is(slice_of(c->postmaster), "postmaster") || !c->mailboxes[0]) {
		l->kind = LOCAL_ALIAS;
		l->line = 0;
		set_text(&l->members, slice_case_is(slice_of(c->postmaster), "postmaster")
		    ? SLICE("root") : slice_of(c->postmaster));
		return 1;
	}
	l->kind = LOCAL_USER;
	buf_clear(&l->home);
	buf_print(&l->home, "%s/postmaster", c->mailboxes);
	if (stat(c->mailboxes, &st) == 0) {
		l->uid = st.st_uid;
		l->gid = st.st_gid;
	}
	return 1;
}

static bool find_alias(struct local *l, const struct aliases *a, slice name)
{
	l->line = aliases_find(a, name, &l->members);
	if (l->line) {
		l->kind = LOCAL_ALIAS;
		set_text(&l->name, name);
	}
	return l->line != 0;
}

/* 1: it is somebody; 0; -1. */
static int find_name(struct local *l, const struct conf *c, const struct aliases *a, slice name, buf *why)
{
	int got;

	if (find_alias(l, a, name))
		return 1;
	got = find_user(l, c, name, why);
	if (got == 0 && slice_case_is(name, "postmaster"))
		got = find_postmaster(l, c);
	return got;
}

/* The longest alias before one of the first dashes up to `end`. */
static int find_first(struct local *l, const struct aliases *a, slice whole, size_t end)
{
	size_t cuts[LIMIT_DASHES], n = 0;

	for (size_t i = 1; i < end && n < LIMIT_DASHES; i++)
		if (whole.p[i] == '-')
			cuts[n++] = i;
	while (n-- > 0)
		if (find_alias(l, a, slice_upto(whole, cuts[n]))) {
			set_text(&l->extension, slice_from(whole, cuts[n] + 1));
			return 1;
		}
	return 0;
}

static int find_before(struct local *l, const struct conf *c, const struct aliases *a, slice whole, size_t cut,
    buf *why)
{
	int got = cut ? find_name(l, c, a, slice_upto(whole, cut), why) : 0;

	if (got > 0)
		set_text(&l->extension, slice_from(whole, cut + 1));
	return got;
}

/* The last dashes cut off an extension from an alias or a user. The first may have an address behind them, full of its own. */
static int find_parts(struct local *l, const struct conf *c, const struct aliases *a, slice whole, buf *why)
{
	size_t plus = slice_find(whole, '+');
	int got = find_name(l, c, a, whole, why), dashes = 0;

	if (got == 0 && plus < whole.n)
		got = find_before(l, c, a, whole, plus, why);
	for (size_t i = plus; i-- > 0 && got == 0 && dashes < LIMIT_DASHES;)
		if (whole.p[i] == '-') {
			dashes++;
			got = find_before(l, c, a, whole, i, why);
		}
	return got ? got : find_first(l, a, whole, plus);
}

static int settle(struct local *l, int got)
{
	if (got <= 0)
		l->kind = LOCAL_NOBODY;
	return got < 0 ? -1 : 0;
}

int local_find(struct local *l, const struct conf *c, slice local_part, buf *why)
{
	struct aliases a;
	buf whole = { NULL, 0, 0 };
	int got;

	*l = (struct local){ .kind = LOCAL_NOBODY };
	addr_add_unquoted(&whole, slice_upto(local_part, LIMIT_ADDRESS));
	got = aliases_read(&a, c, why);
	if (got == 0)
		got = find_parts(l, c, &a, buf_slice(&whole), why);
	aliases_free(&a);
	buf_free(&whole);
	return settle(l, got);
}

int local_user(struct local *l, const struct conf *c, slice name, buf *why)
{
	*l = (struct local){ .kind = LOCAL_NOBODY };
	return settle(l, find_user(l, c, name, why));
}

void local_free(struct local *l)
{
	buf_free(&l->name);
	buf_free(&l->extension);
	buf_free(&l->members);
	buf_free(&l->home);
	buf_free(&l->shell);
	l->kind = LOCAL_NOBODY;
}
