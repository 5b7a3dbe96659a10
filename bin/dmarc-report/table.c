/* The lines of auth-check in the log, alike ones counted. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "report.h"

static const char *const names[COLUMNS] = { [DOMAIN] = "domain", [P] = "p", [SP] = "sp", [ADKIM] = "adkim", [ASPF] = "aspf",
	[PCT] = "pct", [CLIENT] = "client", [DONE] = "done", [DISPOSITION] = "disposition", [ALIGNED] = "aligned", [FROM] = "from",
	[SPF] = "spf", [SPF_DOMAIN] = "spf-domain", [SPF_SCOPE] = "spf-scope", [DKIM] = "dkim" };

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->key, ((const struct row *)b)->key);
}

/*
 * What a line of auth-check itself says: at its start, or behind the name that syslog puts before the first `: `, so that
 * nothing counts that a stranger had another program log.
 */
static bool take_own(slice *line)
{
	static const char program[] = "auth-check";
	slice before = *line, word;
	size_t n = 0;

	if (slice_starts(*line, "dmarc="))
		return true;
	while (n + 1 < line->n && !(line->p[n] == ':' && line->p[n + 1] == ' '))
		n++;
	before.n = n;
	*line = slice_from(*line, n + 2);
	while (slice_word(&before, &word) && before.n)
		;
	return slice_starts(word, program) && (word.n == sizeof program - 1 || word.p[sizeof program - 1] == '[')
	    && slice_starts(*line, "dmarc=");
}

/* Of several words of a name all count: signatures. */
static time_t read_words(slice line, buf value[COLUMNS])
{
	time_t when = -1;
	slice word;

	while (slice_word(&line, &word)) {
		size_t n = slice_find(word, '=');

		if (slice_is(slice_upto(word, n), "time"))
			when = clock_read_stamp(slice_from(word, n + 1));
		for (size_t i = 0; i < COLUMNS; i++)
			if (slice_is(slice_upto(word, n), names[i])) {
				if (value[i].n)
					buf_addchar(&value[i], ' ');
				buf_addslice(&value[i], slice_from(word, n + 1));
			}
	}
	return when;
}

static void count_row(struct table *t, const buf value[COLUMNS])
{
	struct row *row = mem_alloc(sizeof *row), **found;
	buf key = { NULL, 0, 0 };

	for (size_t i = 0; i < COLUMNS; i++) {
		if (i)
			buf_addchar(&key, '\t');
		buf_addfield(&key, buf_slice(&value[i]));
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

void table_line(struct table *t, slice line)
{
	buf value[COLUMNS] = { { NULL, 0, 0 } };
	time_t when;

	line = slice_trim(line);
	if (!take_own(&line))
		return;
	when = read_words(line, value);
	if (when >= 0 && value[DOMAIN].n && value[CLIENT].n) {
		t->begin = t->begin && t->begin < when ? t->begin : when;
		t->end = t->end > when ? t->end : when;
		count_row(t, value);
	}
	for (size_t i = 0; i < COLUMNS; i++)
		buf_free(&value[i]);
}

void row_fields(const struct row *row, slice field[COLUMNS])
{
	slice rest = slice_of(row->key);

	for (size_t i = 0; i < COLUMNS; i++)
		if (!slice_cut(&rest, '\t', &field[i]))
			field[i] = (slice){ NULL, 0 };
}
