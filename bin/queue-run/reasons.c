#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "limit.h"
#include "queue-run.h"

static int open_log(struct manager *m, const struct entry *e)
{
	int folder = shard_folder(m, e->q.id);
	char name[QUEUE_ID + sizeof ".log"];

	snprintf(name, sizeof name, "%s.log", e->q.id);
	return folder < 0 ? -1 : openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static int compare(const void *a, const void *b)
{
	const struct reason_at *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void add_line(struct reasons *r, slice line, off_t at)
{
	slice stamp, recipient;
	buf address = { NULL, 0, 0 };

	if (!slice_cut(&line, '\t', &stamp) || !slice_cut(&line, '\t', &recipient))
		return;
	if ((r->count & (r->count - 1)) == 0)
		r->lines = mem_grow(r->lines, r->count ? r->count * 2 : 1, sizeof *r->lines);
	buf_addunescaped(&address, recipient);
	r->lines[r->count++] = (struct reason_at){ hash_bytes(buf_slice(&address)), at };
	buf_free(&address);
}

void reasons_open(struct manager *m, const struct entry *e, struct reasons *r)
{
	struct reader in;
	off_t at = 0;
	slice line;

	*r = (struct reasons){ .fd = open_log(m, e) };
	if (r->fd < 0)
		return;
	reader_open(&in, r->fd);
	for (; reader_line(&in, &line) > 0; at += (off_t)line.n)
		add_line(r, line, at);
	reader_close(&in);
	if (r->count)
		qsort(r->lines, r->count, sizeof *r->lines, compare);
}

void reasons_close(struct reasons *r)
{
	if (r->fd >= 0)
		close(r->fd);
	free(r->lines);
	buf_free(&r->line);
	buf_free(&r->text);
}

/* Of the lines of this key the last, or NULL. */
static const struct reason_at *last_of(const struct reasons *r, uint64_t key)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->lines[middle].key <= key)
			low = middle + 1;
		else
			high = middle;
	}
	return low && r->lines[low - 1].key == key ? &r->lines[low - 1] : NULL;
}

/* A crash of the system may have taken the end of a log. */
bool reasons_find(struct reasons *r, slice address, struct bounce_recipient *to)
{
	const struct reason_at *found = last_of(r, hash_bytes(address));
	slice line;
	ssize_t n;

	to->reply = SLICE("554 5.0.0 the reason was lost");
	if (!found)
		return false;
	buf_clear(&r->line);
	buf_clear(&r->text);
	n = pread(r->fd, buf_reserve(&r->line, LIMIT_COMMAND_LINE), LIMIT_COMMAND_LINE, found->at);
	line = (slice){ r->line.p, n > 0 ? (size_t)n : 0 };
	line = slice_upto(line, slice_find(line, '\n'));
	buf_reserve(&r->text, line.n);          /* what is unescaped into it stays where it is */
	to->tried = clock_read_stamp(buf_addnextfield(&r->text, &line));
	if (to->tried < 0)
		to->tried = 0;
	buf_addnextfield(&r->text, &line);
	to->host = buf_addnextfield(&r->text, &line);
	to->reply = buf_addnextfield(&r->text, &line);
	return true;
}

time_t reasons_last_time(struct manager *m, const struct entry *e)
{
	char bytes[LIMIT_COMMAND_LINE];
	int fd = open_log(m, e);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n = size > 0 ? pread(fd, bytes, sizeof bytes, size > (off_t)sizeof bytes ? size - (off_t)sizeof bytes : 0) : 0;
	slice text = { bytes, n > 0 ? (size_t)n : 0 }, stamp = { "", 0 };
	size_t at;

	if (fd >= 0)
		close(fd);
	if (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	for (at = text.n; at > 0 && text.p[at - 1] != '\n'; at--)
		;
	text = slice_from(text, at);
	slice_cut(&text, '\t', &stamp);
	return clock_read_stamp(stamp);
}
