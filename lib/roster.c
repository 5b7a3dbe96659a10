#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "domain.h"
#include "fail.h"
#include "io.h"
#include "letter.h"
#include "limit.h"
#include "replace.h"
#include "roster.h"

/* Lines without their ends, borrowed from a text. */
struct rows {
	slice *line;
	size_t count;
};

struct change {
	const struct list *list;
	bool joins;
	void (*changed)(void *, slice);
	void *context;
	struct replacement file;
};

/* The words behind the TAB, as the file has them. */
static int add_options(buf *to, slice options)
{
	slice word;
	char before = '\t';

	while (slice_word(&options, &word)) {
		buf_addchar(to, before);
		before = ' ';
		for (size_t i = 0; i < word.n; i++)
			if (ascii_control(word.p[i]))
				return -1;
		buf_addslice(to, word);
	}
	return 0;
}

int roster_add(struct roster *r, slice line)
{
	size_t start = r->lines.n;
	struct member m;

	if (!member_read(line, &m))
		return -1;
	buf_addslice(&r->lines, addr_local(m.address));
	buf_addchar(&r->lines, '@');
	if (!letter_takes(m.address) || !addr_local(m.address).n || domain_ascii(addr_domain(m.address), &r->lines)
	    || add_options(&r->lines, m.options) || r->lines.n - start > LIMIT_COMMAND_LINE) {
		r->lines.n = start;
		return -1;
	}
	buf_addchar(&r->lines, '\n');
	return 0;
}

static bool add_or_warn(struct roster *r, slice line)
{
	if (slice_trim(line).n == 0 || line.p[0] == '#' || roster_add(r, line) == 0)
		return true;
	warn("`%.*s': not an address", (int)slice_upto(line, LIMIT_ADDRESS).n, line.p);
	return false;
}

int roster_read(struct roster *r, char *const *addresses)
{
	int wrong = 0, got = 0;
	slice line;

	for (size_t i = 0; addresses[i]; i++)
		wrong |= !add_or_warn(r, slice_of(addresses[i]));
	while (!addresses[0] && (got = reader_line(&io_in, &line)) > 0)
		wrong |= !add_or_warn(r, line);
	return got < 0 ? -1 : wrong;
}

void roster_free(struct roster *r)
{
	buf_free(&r->lines);
}

static slice address_of(slice line)
{
	return slice_trim(slice_upto(line, slice_find(line, '\t')));
}

static int compare(slice a, slice b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		int order = (unsigned char)ascii_lower(a.p[i]) - (unsigned char)ascii_lower(b.p[i]);

		if (order)
			return order;
	}
	return (a.n > b.n) - (a.n < b.n);
}

/* Of one address, in the order of the text. */
static int by_address(const void *a, const void *b)
{
	const slice *x = a, *y = b;
	int order = compare(address_of(*x), address_of(*y));

	return order ? order : (x->p > y->p) - (x->p < y->p);
}

static struct rows rows_of(slice text)
{
	struct rows r = { NULL, 0 };
	size_t room = 0;
	bool sorted = true;
	slice line;

	while (slice_cut(&text, '\n', &line)) {
		line = slice_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (r.count == room)
			r.line = mem_grow(r.line, room = room ? room * 2 : 64, sizeof *r.line);
		r.line[r.count++] = line;
		sorted = sorted && (r.count == 1 || by_address(&r.line[r.count - 2], &line) < 0);
	}
	if (!sorted)
		qsort(r.line, r.count, sizeof *r.line, by_address);
	return r;
}

static void put(struct change *c, slice line)
{
	writer_put(&c->file.out, line);
	writer_char(&c->file.out, '\n');
}

static void put_comments(struct change *c, slice text)
{
	slice line;

	while (slice_cut(&text, '\n', &line))
		if (line.n && line.p[0] == '#')
			put(c, line);
}

/* One address: as it stands in the file, if it does, and as it was named, if it was. */
static void settle(struct change *c, const slice *old, const slice *named)
{
	bool stays = old && (!named || (c->joins && (slice_same(*old, *named) || slice_find(*named, '\t') == named->n)));

	if (stays) {
		put(c, *old);
	} else if (named && c->joins) {
		put(c, *named);
		c->changed(c->context, *named);
	} else if (old) {
		c->changed(c->context, *old);
	}
}

/* The first of several rows of one address; then *at stands behind them. */
static const slice *take(const struct rows *r, size_t *at)
{
	const slice *first = &r->line[(*at)++];

	while (*at < r->count && compare(address_of(*first), address_of(r->line[*at])) == 0)
		++*at;
	return first;
}

static void merge(struct change *c, const struct rows *old, const struct rows *named)
{
	size_t i = 0, j = 0;

	while (i < old->count || j < named->count) {
		int order = i == old->count ? 1 : j == named->count ? -1
		    : compare(address_of(old->line[i]), address_of(named->line[j]));

		settle(c, order <= 0 ? take(old, &i) : NULL, order >= 0 ? take(named, &j) : NULL);
	}
}

static int write_new(struct change *c, const char *path, slice old, slice named)
{
	struct rows there, changes;

	if (replace_begin(&c->file, path))
		return -1;
	there = rows_of(old), changes = rows_of(named);
	put_comments(c, old);
	merge(c, &there, &changes);
	free(there.line), free(changes.line);
	return replace_commit(&c->file);
}

static int change_locked(struct change *c, slice named)
{
	char *path = list_path(c->list, "subscribers");
	buf old = { NULL, 0, 0 };
	int status = io_file(AT_FDCWD, path, LIMIT_SUBSCRIBERS, &old);

	if (status == 0 || errno == ENOENT) {
		status = write_new(c, path, buf_slice(&old), named);
		if (status)
			replace_abandon(&c->file);
	}
	free(path);
	buf_free(&old);
	return status;
}

static int change(struct roster *r, struct change *c)
{
	int lock = list_lock(c->list, "lock"), status;

	if (lock < 0)
		return -1;
	status = change_locked(c, buf_slice(&r->lines));
	close(lock);
	return status;
}

int roster_subscribe(struct roster *r, const struct list *l, void (*changed)(void *, slice), void *context)
{
	struct change c = { .list = l, .joins = true, .changed = changed, .context = context };

	return change(r, &c);
}

int roster_unsubscribe(struct roster *r, const struct list *l, void (*changed)(void *, slice), void *context)
{
	struct change c = { .list = l, .changed = changed, .context = context };

	return change(r, &c);
}

static void count(void *changes, slice line)
{
	(void)line;
	++*(int *)changes;
}

int roster_change_one(const struct list *l, slice line, bool joins)
{
	struct change c = { .list = l, .joins = joins, .changed = count };
	struct roster named = { { NULL, 0, 0 } };
	int changes = 0, status;

	c.context = &changes;
	if (roster_add(&named, line)) {
		errno = EINVAL;
		return -1;
	}
	status = list_has(l, "subscribers", address_of(buf_slice(&named.lines)));
	status = status < 0 ? -1 : status == joins ? 0 : change(&named, &c);
	roster_free(&named);
	return status ? -1 : changes;
}
