#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "tally.h"

struct row {
	char *key;              /* the values, TABs between them */
	unsigned long long count;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->key, ((const struct row *)b)->key);
}

/*
 * What a line of the program itself says: at its start, or behind the name that syslog puts before the first `: `, so that
 * nothing counts that a stranger had another program log.
 */
static bool take_own(const struct tally *t, slice *line)
{
	slice before = *line, word;
	size_t n = 0, name = strlen(t->program);

	if (slice_starts(*line, t->begins))
		return true;
	while (n + 1 < line->n && !(line->p[n] == ':' && line->p[n + 1] == ' '))
		n++;
	before.n = n;
	*line = slice_from(*line, n + 2);
	while (slice_word(&before, &word) && before.n)
		;
	return slice_starts(word, t->program) && (word.n == name || word.p[name] == '[') && slice_starts(*line, t->begins);
}

static time_t read_words(const struct tally *t, slice line, buf *value)
{
	time_t when = -1;
	slice word;

	while (slice_word(&line, &word)) {
		size_t n = slice_find(word, '=');

		if (slice_is(slice_upto(word, n), "time"))
			when = clock_read_stamp(slice_from(word, n + 1));
		for (size_t i = 0; i < t->columns; i++)
			if (slice_is(slice_upto(word, n), t->names[i])) {
				if (value[i].n)
					buf_addchar(&value[i], ' ');
				buf_addslice(&value[i], slice_from(word, n + 1));
			}
	}
	return when;
}

static void count_row(struct tally *t, const buf *value)
{
	struct row *row = mem_alloc(sizeof *row), **found;
	buf key = { NULL, 0, 0 };

	for (size_t i = 0; i < t->columns; i++) {
		if (i)
			buf_addchar(&key, '\t');
		buf_addslice(&key, buf_slice(&value[i]));
	}
	*row = (struct row){ .key = key.p };
	found = tsearch(row, &t->rows, compare);
	if (!found)
		abort();
	if (*found != row) {
		free(row);
		buf_free(&key);
	}
	(*found)->count++;
}

static bool is_complete(const struct tally *t, const buf *value)
{
	for (size_t i = 0; i < t->required; i++)
		if (!value[i].n)
			return false;
	return true;
}

static void take_line(struct tally *t, slice line)
{
	buf value[TALLY_COLUMNS] = { { NULL, 0, 0 } };
	time_t when;

	line = slice_trim(line);
	if (!take_own(t, &line))
		return;
	when = read_words(t, line, value);
	if (when >= 0 && is_complete(t, value)) {
		t->begin = t->begin && t->begin < when ? t->begin : when;
		t->end = t->end > when ? t->end : when;
		count_row(t, value);
	}
	for (size_t i = 0; i < t->columns; i++)
		buf_free(&value[i]);
}

static int read_lines(struct tally *t, struct reader *in, const char *name)
{
	slice line;
	int got;

	while ((got = reader_line(in, &line)) > 0)
		take_line(t, line);
	if (got < 0)
		warn("%s: %s", name, strerror(errno));
	return got < 0 ? EX_IOERR : EX_OK;
}

static int read_file(struct tally *t, const char *name)
{
	int fd = open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC), status;
	struct reader in;

	if (fd < 0) {
		warn("%s: %s", name, strerror(errno));
		return EX_NOINPUT;
	}
	reader_open(&in, fd);
	status = read_lines(t, &in, name);
	reader_close(&in);
	close(fd);
	return status;
}

int tally_read(struct tally *t, char *const *names)
{
	int status = EX_OK;

	if (!*names)
		return read_lines(t, &io_in, "standard input");
	for (; *names; names++) {
		int got = read_file(t, *names);

		status = status == EX_OK ? got : status;
	}
	return status;
}

struct walk {
	const struct tally *tally;
	size_t same;
	const struct tally_reader *reader;
	void *context;
	bool open;
	slice first[TALLY_COLUMNS];     /* the values of a row of this group */
};

static bool belongs(const struct walk *w, const slice *value)
{
	for (size_t i = 0; i < w->same; i++)
		if (!slice_same(w->first[i], value[i]))
			return false;
	return w->open;
}

static void visit(const void *node, VISIT order, void *context)
{
	const struct row *row = *(struct row *const *)node;
	slice rest = slice_of(row->key), value[TALLY_COLUMNS] = { { NULL, 0 } };
	struct walk *w = context;

	if (order != postorder && order != leaf)
		return;
	for (size_t i = 0; i < w->tally->columns; i++)
		slice_cut(&rest, '\t', &value[i]);
	if (!belongs(w, value)) {
		if (w->open)
			w->reader->end(w->context);
		w->reader->begin(w->context, value);
		memcpy(w->first, value, sizeof value);
		w->open = true;
	}
	w->reader->row(w->context, value, row->count);
}

void tally_walk(const struct tally *t, size_t same, const struct tally_reader *reader, void *context)
{
	struct walk w = { .tally = t, .same = same, .reader = reader, .context = context };

	twalk_r(t->rows, visit, &w);
	if (w.open)
		reader->end(context);
}
