/* mime-list: one line for each part of each message. See mime-list(1). */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "fail.h"
#include "messages.h"
#include "mime.h"
#include "param.h"
#include "part.h"

static const char usage[] = "usage: mime-list [-0] [-s] [file | folder ...]";

/* What a row says, in the order of its fields; then come bytes and lines. */
enum { NUMBER, TYPE, CHARSET, ENCODING, DISPOSITION, FILENAME, TEXTS };

/* A part: its bytes are known only after those of the parts in it, which stand below it. */
struct row {
	size_t at, n;           /* in texts: each NUL-ended */
	size_t depth;
	bool text;              /* has lines */
	bool last;              /* of those that are in the same part */
	long long bytes, lines;
};

/* A part that has not ended. */
struct open_part {
	size_t row;
	long long start;        /* of what is in it, by `seen` */
	bool in_line;           /* its last line has no end yet */
	struct transfer_decoder decoder;
};

struct listing {
	char end;               /* of a record */
	bool tree;
	buf rows, texts;        /* of the message that is read */
	struct open_part open[LIMIT_PART_DEPTH];
	long long seen[LIMIT_PART_DEPTH];       /* bytes, by how many encoded messages they are inside */
	buf scratch;
};

static struct row *row_of(const struct listing *l, size_t i)
{
	return &((struct row *)(void *)l->rows.p)[i];
}

/* The bytes of a container are those of this level. */
static size_t level_inside(const struct part *p)
{
	return p->decoded + part_is_encoded_message(p);
}

/* At most so many bytes of a text that was appended from `start` on, cut between characters of UTF-8; then its NUL. */
static void end_text(buf *texts, size_t start, size_t most)
{
	if (texts->n - start > most) {
		texts->n = start + most;
		while (texts->n > start && (texts->p[texts->n] & 0xc0) == 0x80)
			texts->n--;
	}
	buf_addchar(texts, '\0');
}

static void add_name(buf *texts, slice name)
{
	size_t start = texts->n;

	buf_addlower(texts, name);
	end_text(texts, start, LIMIT_TYPE_NAME);
}

static void add_type(buf *texts, const struct part *p)
{
	add_name(texts, p->type);
	texts->p[texts->n - 1] = '/';
	add_name(texts, p->subtype);
}

static void add_charset(struct listing *l, const struct part *p)
{
	buf_clear(&l->scratch);
	mime_parameter_text(p->content_type, "charset", &l->scratch);
	add_name(&l->texts, buf_slice(&l->scratch));
}

static void add_filename(buf *texts, const struct part *p)
{
	size_t start = texts->n;

	part_filename(texts, p);
	end_text(texts, start, LIMIT_FILE_NAME);
}

static slice first_token(slice body)
{
	return mime_token(&body);
}

static void begin(void *context, const struct part *p)
{
	struct listing *l = context;
	struct open_part *o = &l->open[p->depth];
	struct row row = { .at = l->texts.n, .depth = p->depth, .text = p->kind == PART_LEAF && slice_case_is(p->type, "text") };

	part_number(&l->texts, p);
	buf_addchar(&l->texts, '\0');
	add_type(&l->texts, p);
	add_charset(l, p);
	add_name(&l->texts, first_token(p->transfer_encoding));
	add_name(&l->texts, first_token(p->disposition));
	add_filename(&l->texts, p);
	row.n = l->texts.n - row.at;

	o->row = l->rows.n / sizeof row;
	o->in_line = false;
	if (part_is_encoded_message(p))
		l->seen[level_inside(p)] = 0;
	o->start = l->seen[level_inside(p)] + (part_is_encoded_message(p) ? 0 : (long long)p->header.n);
	if (p->kind == PART_LEAF)
		transfer_decoder_begin(&o->decoder, p->encoding);
	buf_add(&l->rows, &row, sizeof row);
}

static void count_lines(struct open_part *o, struct row *r, slice text)
{
	for (size_t at; text.n; text = slice_from(text, at + 1)) {
		r->lines += !o->in_line;
		at = slice_find(text, '\n');
		o->in_line = at == text.n;
	}
}

static void count(struct listing *l, struct open_part *o, slice decoded)
{
	struct row *r = row_of(l, o->row);

	r->bytes += (long long)decoded.n;
	if (r->text)
		count_lines(o, r, decoded);
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct listing *l = context;
	struct open_part *o = &l->open[p->depth];

	l->seen[p->decoded] += (long long)bytes.n;
	if (what == PART_BODY)
		count(l, o, transfer_decode(&o->decoder, bytes));
}

static void end(void *context, const struct part *p)
{
	struct listing *l = context;
	struct open_part *o = &l->open[p->depth];

	if (p->kind == PART_LEAF) {
		count(l, o, transfer_decode_rest(&o->decoder));
		transfer_decoder_end(&o->decoder);
	} else {
		row_of(l, o->row)->bytes = l->seen[level_inside(p)] - o->start;
	}
}

static const char *next_text(const char *text)
{
	return text + strlen(text) + 1;
}

static void print_record(struct listing *l, const char *name, const struct row *r)
{
	const char *text = l->texts.p + r->at;

	buf_clear(&l->scratch);
	buf_addfield(&l->scratch, messages_operand(name));
	for (int i = 0; i < TEXTS; i++, text = next_text(text)) {
		buf_addchar(&l->scratch, '\t');
		buf_addfield(&l->scratch, slice_of(text));
	}
	buf_addchar(&l->scratch, '\t');
	buf_addnumber(&l->scratch, (unsigned long long)r->bytes);
	buf_addchar(&l->scratch, '\t');
	if (r->text)
		buf_addnumber(&l->scratch, (unsigned long long)r->lines);
	buf_addchar(&l->scratch, l->end);
	writer_put(&io_out, buf_slice(&l->scratch));
}

/* Which rows are the last in what they are in: seen from the end, the first of their depth. */
static void mark_last(struct listing *l)
{
	bool seen[LIMIT_PART_DEPTH] = { false };
	size_t deepest = 0;

	for (size_t i = l->rows.n / sizeof(struct row); i-- > 0;) {
		struct row *r = row_of(l, i);

		while (deepest > r->depth)
			seen[deepest--] = false;
		deepest = r->depth;
		r->last = !seen[r->depth];
		seen[r->depth] = true;
	}
}

static void print_row(struct listing *l, const struct row *r)
{
	const char *text = l->texts.p + r->at;

	for (int i = 0; i < TEXTS; i++, text = next_text(text))
		if (*text)
			writer_print(&io_out, i == NUMBER ? "%s" : i == FILENAME ? "  \"%s\"" : "  %s", text);
	writer_print(&io_out, "  %lld byte%s", r->bytes, r->bytes == 1 ? "" : "s");
	if (r->text)
		writer_print(&io_out, ", %lld line%s", r->lines, r->lines == 1 ? "" : "s");
	writer_char(&io_out, '\n');
}

static void print_tree(struct listing *l, const char *name)
{
	size_t rows = l->rows.n / sizeof(struct row);
	bool last[LIMIT_PART_DEPTH] = { false };

	mark_last(l);
	writer_put(&io_out, messages_operand(name));
	writer_char(&io_out, '\n');
	for (size_t i = 0; i < rows; i++) {
		const struct row *r = row_of(l, i);

		for (size_t d = 1; d < r->depth; d++)
			writer_text(&io_out, last[d] ? "   " : "│  ");
		if (r->depth)
			writer_text(&io_out, r->last ? "└─ " : "├─ ");
		last[r->depth] = r->last;
		print_row(l, r);
	}
}

static void print_records(struct listing *l, const char *name)
{
	size_t rows = l->rows.n / sizeof(struct row);

	for (size_t i = 0; i < rows; i++)
		print_record(l, name, row_of(l, i));
}

static int list(void *context, const char *name, struct reader *in)
{
	static const struct part_events events = { begin, bytes, end };
	struct listing *l = context;
	int got;

	buf_clear(&l->rows);
	buf_clear(&l->texts);
	l->seen[0] = 0;
	got = part_walk_message(&events, l, in);
	if (got < 0)
		warn("%s: %s", name, strerror(errno));
	if (l->tree)
		print_tree(l, name);
	else
		print_records(l, name);
	return got < 0 ? EX_IOERR : EX_OK;
}

int main(int argc, char **argv)
{
	struct listing listing = { .end = '\n' };
	int ch;

	fail_name("mime-list", usage);
	while ((ch = getopt(argc, argv, "0s")) != -1)
		switch (ch) {
		case '0': listing.end = '\0'; break;
		case 's': listing.tree = true; break;
		default: fail_usage();
		}
	return io_finish(messages_each(argv + optind, list, &listing));
}
