#include <errno.h>
#include <string.h>

#include "fail.h"
#include "header.h"
#include "messages.h"

static bool lists(slice names, slice name)
{
	slice word;

	while (slice_word(&names, &word)) {
		slice one;

		while (slice_cut(&word, ',', &one))
			if (slice_case_same(one, name))
				return true;
	}
	return false;
}

static void compose(struct edit *e, const char *text)
{
	slice s = slice_of(text), name = slice_upto(s, slice_find(s, ':'));
	struct field f;

	for (size_t i = 0; i < s.n; i++)
		if (ascii_control(s.p[i]) && s.p[i] != '\t')
			fail(EX_DATAERR, "%s: a control character in a field", text);
	if (!head_next(&s, &f) || f.name.n != name.n)
		fail(EX_DATAERR, "%s: not a field: name: value", text);
	if (head_compose(&e->field, slice_of(text)))
		fail(EX_DATAERR, "%s: cannot be written in lines of ASCII", text);
	e->names = name;
}

void edits_add(struct edits *edits, char option, const char *text)
{
	struct edit e = { .option = option, .names = slice_of(text) };

	if (strchr("asi", option))
		compose(&e, text);
	edits->list = mem_grow(edits->list, edits->count + 1, sizeof e);
	edits->list[edits->count++] = e;
}

/* Whether -k and -d leave a field of this name. */
static bool stays(const struct edits *edits, slice name)
{
	bool kept = true, chosen = false;

	for (size_t i = 0; i < edits->count; i++) {
		const struct edit *e = &edits->list[i];

		if (e->option == 'd' && lists(e->names, name))
			return false;
		if (e->option == 'k') {
			chosen |= lists(e->names, name);
			kept = chosen;
		}
	}
	return kept;
}

/* The last -s of this name. */
static struct edit *replacement(struct edits *edits, slice name)
{
	for (size_t i = edits->count; i > 0; i--)
		if (edits->list[i - 1].option == 's' && slice_case_same(edits->list[i - 1].names, name))
			return &edits->list[i - 1];
	return NULL;
}

/* A field of ours, with the line ends of the message. */
static void put_lines(slice field, const char *end)
{
	slice line;

	while (field.n) {
		line = slice_upto(field, slice_find(field, '\n'));
		field = slice_from(field, line.n + 1);
		writer_put(&io_out, line);
		writer_text(&io_out, end);
	}
}

/* A field of this name is there: it is not inserted any more. */
static void found(struct edits *edits, slice name)
{
	for (size_t i = 0; i < edits->count; i++)
		if (edits->list[i].option == 'i' && slice_case_same(edits->list[i].names, name))
			edits->list[i].placed = true;
}

static void place(struct edits *edits, struct edit *e, const char *end)
{
	put_lines(buf_slice(&e->field), end);
	e->placed = true;
	found(edits, e->names);
}

/* The fields that came with the message: whether the last one ends in a line end. */
static bool put_fields(struct edits *edits, slice fields, const char *end)
{
	bool ended = true;
	struct field f;

	while (head_next(&fields, &f)) {
		struct edit *new = replacement(edits, f.name);

		if (new && !new->placed)
			place(edits, new, end);
		if (new || !stays(edits, f.name))
			continue;
		found(edits, f.name);
		writer_put(&io_out, f.whole);
		ended = f.whole.p[f.whole.n - 1] == '\n';
	}
	return ended;
}

static bool is_due(struct edits *edits, const struct edit *e)
{
	switch (e->option) {
	case 'a': return true;
	case 'i': return !e->placed;
	case 's': return !e->placed && replacement(edits, e->names) == e;
	default: return false;
	}
}

/* The fields that the message did not have; whether there were any. */
static bool put_new_fields(struct edits *edits, bool ended, const char *end)
{
	bool any = false;

	for (size_t i = 0; i < edits->count; i++) {
		if (!is_due(edits, &edits->list[i]))
			continue;
		if (!any && !ended)
			writer_text(&io_out, end);
		place(edits, &edits->list[i], end);
		any = true;
	}
	return any;
}

static int copy(const char *name, struct reader *in)
{
	slice bytes;
	int got;

	while ((got = reader_some(in, in->cap, &bytes)) > 0)
		if (writer_put(&io_out, bytes))
			return EX_OK;   /* which io_finish reports */
	if (got == 0)
		return EX_OK;
	warn("%s: %s", name, strerror(errno));
	return EX_IOERR;
}

/* Lines of ours end as the first one of the message does. */
static const char *line_end(slice separator, slice fields, slice next)
{
	slice first = separator.n ? separator : fields.n ? fields : next;
	size_t n = slice_find(first, '\n');

	return n > 0 && n < first.n && first.p[n - 1] == '\r' ? "\r\n" : "\n";
}

int edit_message(void *context, const char *name, struct reader *in)
{
	struct edits *edits = context;
	buf separator = { NULL, 0, 0 }, fields = { NULL, 0, 0 };
	slice next = { "", 0 };
	int status = messages_header(name, in, &separator, &fields);
	const char *end;
	bool added = false;

	if (status != EX_OK)
		goto done;
	if (reader_line(in, &next) <= 0)
		next = (slice){ "", 0 };
	end = line_end(buf_slice(&separator), buf_slice(&fields), next);
	if (!edits->without_header) {
		writer_put(&io_out, buf_slice(&separator));
		added = put_new_fields(edits, put_fields(edits, buf_slice(&fields), end), end);
	}
	if (edits->without_body)
		goto done;
	if (added && next.n && !head_ends(next))
		writer_text(&io_out, end);
	if (!edits->without_header || !head_ends(next))
		writer_put(&io_out, next);
	status = copy(name, in);
done:
	buf_free(&separator);
	buf_free(&fields);
	return status;
}
