/* How far the list is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "issue.h"
#include "fail.h"
#include "limit.h"
#include "replace.h"

#define STATE "digest.issue"

/* Whoever may write the file may not have us remove others than those of the Maildir. */
static bool is_message(slice file)
{
	return (slice_starts(file, "new/") || slice_starts(file, "cur/")) && file.n > 4 && slice_find(slice_from(file, 4), '/') == file.n - 4
	    && slice_find(file, '\0') == file.n;
}

static bool take_file(struct state *s, slice field)
{
	size_t start = s->files.n;

	buf_addunescaped(&s->files, field);
	if (!is_message(slice_from(buf_slice(&s->files), start)))
		return false;
	buf_addchar(&s->files, '\0');
	return true;
}

static bool take_letter(struct state *s, slice id)
{
	buf_addslice(&s->letters, id);
	buf_addchar(&s->letters, '\0');
	return queue_is_id(id);
}

static bool take_line(struct state *s, slice line)
{
	slice value = slice_from(line, slice_find(line, ' ') + 1);

	if (slice_starts(line, "issue "))
		return (s->issue = slice_number(value)) >= 0;
	if (slice_starts(line, "letter "))
		return take_letter(s, value);
	if (slice_starts(line, "file "))
		return take_file(s, value);
	s->ready = slice_is(line, "ready");
	return s->ready;
}

void state_read(struct state *s, const struct list *l)
{
	char *path = list_path(l, STATE);
	buf text = { NULL, 0, 0 };
	long long number = 0;
	slice rest, line;

	if (io_file(AT_FDCWD, path, LIMIT_ISSUE, &text) && errno != ENOENT)
		fail(fail_status(errno), "%s: %s", path, strerror(errno));
	rest = buf_slice(&text);
	while (slice_cut(&rest, '\n', &line)) {
		number++;
		if (line.n && !take_line(s, line))
			fail(EX_CONFIG, "%s: line %lld: not what list-digest writes", path, number);
	}
	buf_free(&text);
	free(path);
}

static void add_lines(buf *to, const char *name, const buf *texts)
{
	for (size_t i = 0; i < texts->n; i += strlen(texts->p + i) + 1) {
		buf_addtext(to, name);
		buf_addfield(to, slice_of(texts->p + i));
		buf_addchar(to, '\n');
	}
}

int state_write(const struct state *s, const struct list *l)
{
	char *path = list_path(l, STATE);
	struct replacement new;
	buf text = { NULL, 0, 0 };
	int status;

	buf_print(&text, "issue %lld\n", s->issue);
	add_lines(&text, "letter ", &s->letters);
	add_lines(&text, "file ", &s->files);
	if (s->ready)
		buf_addtext(&text, "ready\n");
	status = replace_begin(&new, path) || writer_put(&new.out, buf_slice(&text)) || replace_commit(&new) ? -1 : 0;
	if (status)
		replace_abandon(&new);
	buf_free(&text);
	free(path);
	return status;
}
