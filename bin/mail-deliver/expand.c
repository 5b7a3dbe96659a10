#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "aliases.h"
#include "deliver.h"
#include "letter.h"
#include "limit.h"

/* A list that is being opened out. */
struct source {
	const char *path;       /* for diagnostics */
	uid_t owner;            /* who may name commands and files besides root */
	bool trusted;           /* only such people can have written it */
	int depth;              /* of :include: */
};

static void expand_list(struct delivery *, slice list, const struct source *);

void add_line(buf *lines, slice line)
{
	buf_addslice(lines, line);
	buf_addchar(lines, '\n');
}

static void add_error(struct delivery *d, const char *enhanced, slice member, const char *what, const char *path)
{
	buf_print(&d->lines, "error:%s %.*s: %s (%s)\n", enhanced, (int)member.n, member.p, what, path);
}

static void add_address(struct delivery *d, slice member, const char *path)
{
	struct addr_list list = addr_list(member);
	struct addr a = { .bare = false };
	bool good = addr_next(&list, &a) > 0 && a.address.n;
	buf line = { NULL, 0, 0 };

	if (good) {
		buf_addslice(&line, buf_slice(&a.address));
		if (a.bare) {
			buf_addchar(&line, '@');
			buf_addslice(&line, delivery_domain(d));
		}
		good = addr_next(&list, &a) == 0;
	}
	if (good && letter_takes(buf_slice(&line)))
		add_line(&d->lines, buf_slice(&line));
	else
		add_error(d, "5.1.3", member, "not an address", path);
	buf_free(&line);
	addr_free(&a);
}

/* Opens a list that others wrote: regular, and not larger than LIMIT_EXPANSION. */
static int open_list(const char *path, uid_t owner, bool *trusted, buf *text)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct reader in;
	struct stat st;
	slice bytes;
	int got;

	if (fd < 0)
		return -1;
	reader_open(&in, fd);
	got = fstat(fd, &st);
	if (got == 0 && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		got = -1;
	}
	if (got == 0)
		*trusted = (st.st_uid == 0 || st.st_uid == owner) && !(st.st_mode & 022);
	while (got == 0 && (got = reader_some(&in, LIMIT_STREAM, &bytes)) > 0) {
		buf_addslice(text, bytes);
		got = text->n > LIMIT_EXPANSION ? -1 : 0;
		if (got)
			errno = EMSGSIZE;
	}
	reader_close(&in);
	close(fd);
	return got;
}

static void expand_include(struct delivery *d, slice name, const struct source *from)
{
	char *path = mem_text(name);
	struct source to = { .path = path, .owner = from->owner, .depth = from->depth + 1 };
	buf text = { NULL, 0, 0 };

	if (to.depth > LIMIT_INCLUDES) {
		outcome_set(&d->outcome, 554, "5.4.6", "%s: includes stand too deep in each other", path);
	} else if (name.n == 0 || name.p[0] != '/') {
		outcome_set(&d->outcome, 451, "4.3.5", "%s: :include: takes an absolute path", from->path);
	} else if (open_list(path, to.owner, &to.trusted, &text)) {
		outcome_set(&d->outcome, 451, "4.3.5", "%s: %s", path, strerror(errno));
	} else {
		to.trusted = to.trusted && from->trusted;
		trace(d, "include", name);
		expand_list(d, buf_slice(&text), &to);
	}
	buf_free(&text);
	free(path);
}

static void expand_member(struct delivery *d, slice member, const struct source *from)
{
	slice rest;

	switch (aliases_kind(member, &rest)) {
	case MEMBER_INCLUDE:
		expand_include(d, rest, from);
		break;
	case MEMBER_COMMAND: case MEMBER_FILE:
		if (from->trusted)
			add_line(&d->lines, member);
		else
			add_error(d, "5.7.0", member, "a file that others can write may name addresses only", from->path);
		break;
	case MEMBER_MAILBOX: case MEMBER_ERROR:
		add_line(&d->lines, member);
		break;
	case MEMBER_ADDRESS:
		add_address(d, member, from->path);
		break;
	}
}

static void expand_list(struct delivery *d, slice list, const struct source *from)
{
	buf member = { NULL, 0, 0 };
	int got = 0;

	while (d->outcome.code < 300 && (got = aliases_member(&list, &member)) > 0) {
		expand_member(d, buf_slice(&member), from);
		if (d->lines.n > LIMIT_EXPANSION)
			outcome_set(&d->outcome, 554, "5.4.6", "%s: too many members", from->path);
	}
	if (d->outcome.code < 300 && got < 0)
		outcome_set(&d->outcome, 451, "4.3.5", "%s: quotes or brackets do not close", from->path);
	buf_free(&member);
}

void expand_alias(struct delivery *d)
{
	char *path = conf_path(d->conf, "aliases");
	struct source from = { .path = path, .trusted = true };
	struct stat st;
	buf where = { NULL, 0, 0 };

	from.owner = stat(path, &st) == 0 ? st.st_uid : 0;
	if (d->who.line) {
		buf_print(&where, "%s: line %d", path, d->who.line);
		from.path = where.p;
	} else {
		from.path = "postmaster";
	}
	expand_list(d, buf_slice(&d->who.members), &from);
	buf_free(&where);
	free(path);
}

static bool open_forward(struct delivery *d, const char *path)
{
	struct source from = { .path = path, .owner = d->who.uid, .depth = 0 };
	buf text = { NULL, 0, 0 };
	bool there = true;

	if (open_list(path, from.owner, &from.trusted, &text)) {
		there = errno != ENOENT;
		if (there)
			outcome_set(&d->outcome, 451, "4.3.5", "%s: %s", path, strerror(errno));
	} else if (!from.trusted) {
		outcome_set(&d->outcome, 451, "4.3.5", "%s: not the user's own, or others can write it", path);
	} else {
		trace(d, "include", slice_of(path));
		expand_list(d, buf_slice(&text), &from);
		there = d->outcome.code >= 300 || d->lines.n;
	}
	buf_free(&text);
	return there;
}

bool expand_forward(struct delivery *d)
{
	slice extension = buf_slice(&d->who.extension);
	buf path = { NULL, 0, 0 };
	bool there = false;

	buf_clear(&d->lines);
	buf_print(&path, "%s/.forward", d->who.home.p);
	if (extension.n && slice_find(extension, '/') == extension.n) {
		buf_print(&path, "+%s", extension.p);
		there = open_forward(d, path.p);
		path.n -= extension.n + 1;
		path.p[path.n] = '\0';
	}
	there = there || open_forward(d, path.p);
	buf_free(&path);
	return there;
}
