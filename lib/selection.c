#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "clock.h"
#include "selection.h"
#include "settings.h"

/* Where letters may stand: their shards, then the folders that no runner touches. */
static const char *const folders[] = { NULL, "hold", "dead", "corrupt" };
#define FOLDERS (sizeof folders / sizeof folders[0])

struct row {
	char id[QUEUE_ID + 1];
	unsigned char folder;
};

struct table {
	struct row *rows;
	size_t count, cap;
	unsigned char folder;
};

int selection_option(struct selection *s, int option, const char *argument)
{
	switch (option) {
	case 'a':
		s->by_age = true;
		s->age = setting_time(slice_of(argument));
		return s->age < 0 ? -1 : 0;
	case 'd': s->domain = argument; return 0;
	case 'f': s->sender = strcmp(argument, "<>") ? argument : ""; return 0;
	case 'r': s->recipient = argument; return 0;
	default: return -1;
	}
}

bool selection_is_narrow(const struct selection *s)
{
	return s->sender || s->recipient || s->domain || s->by_age || s->id_count;
}

static int add_row(void *context, const char *folder, const char *id, const struct stat *st)
{
	struct table *t = context;

	(void)folder;
	(void)st;
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 1024;
		t->rows = mem_grow(t->rows, t->cap, sizeof *t->rows);
	}
	memcpy(t->rows[t->count].id, id, QUEUE_ID + 1);
	t->rows[t->count++].folder = t->folder;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->id, ((const struct row *)b)->id);
}

static bool matches(const char *pattern, slice text)
{
	char *copy = mem_text(text);
	bool match = fnmatch(pattern, copy, FNM_CASEFOLD) == 0;

	free(copy);
	return match;
}

static bool has_recipient(const struct selection *s, struct queued *q)
{
	struct queue_rcpt r;
	bool found = false;

	if (!s->recipient && !s->domain)
		return true;
	while (!found && queued_next(q, &r) > 0)
		found = r.state == RCPT_TODO && (!s->recipient || matches(s->recipient, r.address))
		    && (!s->domain || matches(s->domain, addr_domain(r.address)));
	queued_rewind(q);
	return found;
}

static bool takes(const struct selection *s, struct queued *q)
{
	return (!s->sender || matches(s->sender, buf_slice(&q->sender)))
	    && q->arrived <= clock_now() - s->age && has_recipient(s, q);
}

/* What cannot be read meets no condition. */
static bool selected(const struct selection *s, struct queued *q, enum queue_status status)
{
	if (status == QUEUE_OK)
		return takes(s, q);
	if (status == QUEUE_GONE)
		return s->id_count > 0;
	return !s->sender && !s->recipient && !s->domain && !s->age;
}

static enum queue_status open_anywhere(struct queued *q, const struct queue *queue, const char *id,
    enum queue_access access)
{
	enum queue_status status = QUEUE_GONE;

	for (size_t i = 0; i < FOLDERS && status == QUEUE_GONE; i++) {
		if (i > 0)
			queued_close(q);
		status = queued_open(q, queue, folders[i], id, access);
	}
	return status;
}

static int each_id(const struct selection *s, const struct queue *queue, enum queue_access access,
    int (*each)(void *, struct queued *, enum queue_status), void *context)
{
	int result = 0;

	for (size_t i = 0; i < s->id_count && result == 0; i++) {
		struct queued q = { .fd = -1 };
		enum queue_status status = open_anywhere(&q, queue, s->ids[i], access);

		if (status == QUEUE_GONE)
			strncpy(q.id, s->ids[i], sizeof q.id - 1);
		if (selected(s, &q, status))
			result = each(context, &q, status);
		queued_close(&q);
	}
	return result;
}

static int read_table(struct table *t, const struct queue *queue)
{
	for (size_t i = 0; i < FOLDERS; i++) {
		t->folder = (unsigned char)i;
		if (queue_scan(queue, folders[i], add_row, t))
			return -1;
	}
	if (t->count)
		qsort(t->rows, t->count, sizeof *t->rows, by_id);
	return 0;
}

int selection_each(const struct selection *s, const struct queue *queue, enum queue_access access,
    int (*each)(void *, struct queued *, enum queue_status), void *context)
{
	struct table t = { NULL, 0, 0, 0 };
	int result;

	if (s->id_count)
		return each_id(s, queue, access, each, context);
	result = read_table(&t, queue);
	for (size_t i = 0; i < t.count && result == 0; i++) {
		struct queued q;
		enum queue_status status = queued_open(&q, queue, folders[t.rows[i].folder], t.rows[i].id, access);

		if (selected(s, &q, status))
			result = each(context, &q, status);
		queued_close(&q);
	}
	free(t.rows);
	return result;
}
