#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "head.h"
#include "mime.h"
#include "param.h"
#include "part.h"

/* `--`, the boundary, `--`, and as many blanks as any gateway pads with. */
enum { LONGEST_DELIMITER = 2 + LIMIT_BOUNDARY + 2 + 256 };

static struct part *innermost(struct part_walk *w)
{
	return &w->stack[w->depth - 1];
}

bool part_is_encoded_message(const struct part *p)
{
	return p->kind == PART_MESSAGE && p->encoding != TRANSFER_IDENTITY;
}

bool part_holds(const struct part *container, const struct part *p, enum part_bytes what)
{
	if (p == container && what == PART_HEADER)
		return false;
	return p->depth >= container->depth && p->decoded == container->decoded + part_is_encoded_message(container);
}

static void push(struct part_walk *w, const struct part *parent, size_t index)
{
	struct part *p = &w->stack[w->depth++];

	*p = (struct part){ .parent = parent, .index = index,
	    .depth = parent ? parent->depth + 1 : 0, .decoded = parent ? parent->decoded + part_is_encoded_message(parent) : 0 };
	++*w->parts;
	w->in_header = true;
	buf_clear(&w->header);
	buf_clear(&w->line);
}

static void begin_body(struct part_walk *w)
{
	w->in_header = false;
	w->at_start = true;
	buf_clear(&w->held);
	w->line_end = 0;
}

/* The header */

static void note_fields(struct part *p)
{
	struct { const char *name; slice *body; } wanted[] = {
		{ "Content-Type", &p->content_type }, { "Content-Transfer-Encoding", &p->transfer_encoding },
		{ "Content-Disposition", &p->disposition }, { "Content-ID", &p->id },
	};
	slice rest = p->fields;
	struct field f;

	while (head_next(&rest, &f))
		for (size_t i = 0; slice_case_starts(f.name, "Content-") && i < sizeof wanted / sizeof *wanted; i++)
			if (!wanted[i].body->p && field_is(&f, wanted[i].name))
				*wanted[i].body = f.body;
}

static void note_type(struct part *p, bool in_digest)
{
	if (mime_type(p->content_type, &p->type, &p->subtype))
		return;
	p->type = in_digest ? SLICE("message") : SLICE("text");
	p->subtype = in_digest ? SLICE("rfc822") : SLICE("plain");
}

static bool is_message(const struct part *p)
{
	static const char *const subtypes[] = { "rfc822", "global", "news" };

	if (!slice_case_is(p->type, "message") || p->encoding == TRANSFER_UNKNOWN)
		return false;
	for (size_t i = 0; i < sizeof subtypes / sizeof *subtypes; i++)
		if (slice_case_is(p->subtype, subtypes[i]))
			return true;
	return false;
}

static enum part_kind kind_of(struct part_walk *w, struct part *p)
{
	if (p->depth + 1 >= LIMIT_PART_DEPTH || *w->parts >= LIMIT_PARTS)
		return PART_LEAF;
	if (is_message(p))
		return PART_MESSAGE;
	p->level = w->open.depth;
	return slice_case_is(p->type, "multipart")
	    && boundaries_push(&w->open, p->content_type, slice_case_is(p->subtype, "digest")) ? PART_MULTIPART : PART_LEAF;
}

/* The stack is larger than most headers: zeroing it would take a fifth of the time that a message takes. */
static void begin_walk(struct part_walk *w, const struct part_events *events, void *context)
{
	memset(w, 0, offsetof(struct part_walk, stack));
	w->events = events;
	w->context = context;
}

static void walk_inside(struct part_walk *w, struct part *message)
{
	w->inside = mem_alloc(sizeof *w->inside);
	begin_walk(w->inside, w->events, w->context);
	w->inside->parts = w->parts;
	push(w->inside, message, 0);
	transfer_decoder_begin(&w->decoder, message->encoding);
}

static bool in_digest(const struct part_walk *w, const struct part *p)
{
	return p->index && w->open.levels[p->parent->level].digest;
}

static slice without_from_line(slice header)
{
	bool from = head_is_from_line(header) || slice_starts(header, ">From ");

	return slice_from(header, from ? slice_find(header, '\n') + 1 : 0);
}

static void end_header(struct part_walk *w)
{
	struct part *p = innermost(w);

	p->header = buf_slice(&w->header);
	p->fields = without_from_line(p->header);
	note_fields(p);
	note_type(p, in_digest(w, p));
	p->encoding = transfer_encoding(p->transfer_encoding);
	p->kind = kind_of(w, p);
	w->events->begin(w->context, p);
	if (p->header.n)
		w->events->bytes(w->context, p, PART_HEADER, p->header);
	if (w->header.cap > LIMIT_STREAM)
		buf_free(&w->header);
	begin_body(w);
	if (part_is_encoded_message(p))
		walk_inside(w, p);
	else if (p->kind == PART_MESSAGE)
		push(w, p, 0);
}

static bool is_delimiter(const struct part_walk *w, slice line)
{
	bool closes;

	return slice_starts(line, "--") && boundaries_find(&w->open, slice_trim(line), &closes) < w->open.depth;
}

/* Whether a line still belongs to the header; the blank line that ends it does. */
static bool belongs(const struct part_walk *w, slice line)
{
	bool first = w->header.n == 0;

	if (w->header.n + line.n > LIMIT_HEADER || is_delimiter(w, line))
		return false;
	if (head_ends(line) || (!first && ascii_blank(line.p[0])))
		return true;
	return head_begins_field(line) || (first && without_from_line(line).n == 0);
}

static void take(struct part_walk *w, slice bytes);

/* Whether it was taken: else it is the first of the body. */
static bool take_header_line(struct part_walk *w, slice line)
{
	bool taken = belongs(w, line);

	if (taken)
		buf_addslice(&w->header, line);
	if (!taken || head_ends(line))
		end_header(w);
	return taken;
}

/* A line that came in cuts; what is too long for a header is no line of it. */
static void take_cut_line(struct part_walk *w)
{
	buf line = w->line;

	w->line = (buf){ NULL, 0, 0 };
	if (!take_header_line(w, buf_slice(&line)))
		take(w, buf_slice(&line));
	buf_free(&line);
}

static void take_header(struct part_walk *w, slice *bytes)
{
	size_t n = slice_find(*bytes, '\n');
	bool whole = n < bytes->n;
	slice line = slice_upto(*bytes, n + whole);

	if (whole && w->line.n == 0) {
		if (take_header_line(w, line))
			*bytes = slice_from(*bytes, line.n);
		return;
	}
	line = slice_upto(line, LIMIT_HEADER + 1);
	buf_addslice(&w->line, line);
	*bytes = slice_from(*bytes, line.n);
	if (whole || w->line.n > LIMIT_HEADER)
		take_cut_line(w);
}

/* The body */

static void end_inside(struct part_walk *w)
{
	part_walk_more(w->inside, transfer_decode_rest(&w->decoder));
	part_walk_finish(w->inside);
	transfer_decoder_end(&w->decoder);
	free(w->inside);
	w->inside = NULL;
}

static void give(struct part_walk *w, slice bytes)
{
	struct part *p = innermost(w);

	if (bytes.n == 0)
		return;
	if (w->inside) {
		w->events->bytes(w->context, p, PART_ENCODED, bytes);
		part_walk_more(w->inside, transfer_decode(&w->decoder, bytes));
	} else {
		w->events->bytes(w->context, p, p->kind == PART_MULTIPART ? PART_OUTSIDE : PART_BODY, bytes);
	}
}

static void give_held(struct part_walk *w)
{
	give(w, buf_slice(&w->held));
	buf_clear(&w->held);
	w->line_end = 0;
}

static void end_part(struct part_walk *w)
{
	if (w->inside)
		end_inside(w);
	w->events->end(w->context, innermost(w));
	w->depth--;
}

/* The length of the line end at the end of s. */
static size_t line_end(slice s)
{
	if (s.n == 0 || s.p[s.n - 1] != '\n')
		return 0;
	return s.n > 1 && s.p[s.n - 2] == '\r' ? 2 : 1;
}

/* Ends what is inside the multipart of this level; then a part of it begins, or its epilogue. */
static void delimit(struct part_walk *w, size_t level, bool closes)
{
	struct part *multipart;

	while ((multipart = innermost(w))->kind != PART_MULTIPART || multipart->level != level)
		end_part(w);
	w->open.depth = closes ? level : level + 1;
	give_held(w);
	w->at_start = true;
	if (!closes)
		push(w, multipart, ++multipart->parts);
}

/* A line behind `held`, whole or the last of the message: a boundary, or another line of the body. */
static void end_candidate(struct part_walk *w)
{
	slice held = buf_slice(&w->held), line = slice_from(held, w->line_end);
	size_t end = line_end(line), level;
	bool closes;

	level = boundaries_find(&w->open, slice_upto(line, line.n - end), &closes);
	if (level < w->open.depth && (closes || *w->parts < LIMIT_PARTS)) {
		delimit(w, level, closes);
		return;
	}
	give(w, slice_upto(held, held.n - end));
	memmove(w->held.p, held.p + held.n - end, end);
	w->held.n = w->line_end = end;
	w->at_start = end > 0;
}

/* Whether what stands behind the line end in `held` may yet become a boundary. */
static bool may_delimit(const struct part_walk *w)
{
	slice line = slice_from(buf_slice(&w->held), w->line_end);

	return slice_same(slice_upto(line, 2), slice_upto(SLICE("--"), line.n))
	    && line.n < LONGEST_DELIMITER;
}

/* At the start of a line, or behind a CR that may begin a line end. */
static void take_candidate(struct part_walk *w, slice *bytes)
{
	slice line = slice_upto(*bytes, slice_find(*bytes, '\n') + 1);
	bool only_cr = slice_is(buf_slice(&w->held), "\r");

	if (only_cr || w->held.n - w->line_end < 2)
		line = slice_upto(line, 1);
	else
		line = slice_upto(line, LONGEST_DELIMITER);
	buf_addslice(&w->held, line);
	*bytes = slice_from(*bytes, line.n);
	if (only_cr && line.p[0] == '\n') {
		w->at_start = true;
		w->line_end = 2;
	} else if (only_cr || !may_delimit(w)) {
		w->held.n -= line.n;
		*bytes = (slice){ line.p, line.n + bytes->n };
		give_held(w);
		w->at_start = false;
	} else if (line.p[line.n - 1] == '\n') {
		end_candidate(w);
	}
}

/* Where the first line that begins with a dash does; all, where there is none. */
static size_t find_dashed_line(slice s)
{
	for (size_t at = 1; at < s.n; at++) {
		at += slice_find(slice_from(s, at), '-');
		if (at < s.n && s.p[at - 1] == '\n' && (at + 1 == s.n || s.p[at + 1] == '-'))
			return at;
	}
	return s.n;
}

/* Inside a line: on to the next one that may be a boundary; its line end is held. */
static void take_run(struct part_walk *w, slice *bytes)
{
	slice run = slice_upto(*bytes, find_dashed_line(*bytes));
	size_t end = line_end(run);

	w->at_start = end > 0;
	w->line_end = end;
	if (end == 0 && run.p[run.n - 1] == '\r')
		end = 1;
	give(w, slice_upto(run, run.n - end));
	buf_add(&w->held, run.p + run.n - end, end);
	*bytes = slice_from(*bytes, run.n);
}

static void take_body(struct part_walk *w, slice *bytes)
{
	if (w->open.depth == 0) {
		give(w, *bytes);
		*bytes = slice_from(*bytes, bytes->n);
	} else if (w->at_start || w->held.n) {
		take_candidate(w, bytes);
	} else {
		take_run(w, bytes);
	}
}

static void take(struct part_walk *w, slice bytes)
{
	while (bytes.n)
		if (w->in_header)
			take_header(w, &bytes);
		else
			take_body(w, &bytes);
}

void part_walk_begin(struct part_walk *w, const struct part_events *events, void *context)
{
	begin_walk(w, events, context);
	w->parts = &w->own_parts;
	push(w, NULL, 0);
}

void part_walk_more(struct part_walk *w, slice bytes)
{
	take(w, bytes);
}

void part_walk_finish(struct part_walk *w)
{
	while (w->in_header && w->line.n)
		take_cut_line(w);
	if (!w->in_header && w->held.n > w->line_end && w->at_start)
		end_candidate(w);
	while (w->in_header)
		end_header(w);
	give_held(w);
	while (w->depth)
		end_part(w);
	boundaries_free(&w->open);
	buf_free(&w->header);
	buf_free(&w->line);
	buf_free(&w->held);
}

int part_walk_message(const struct part_events *events, void *context, struct reader *in)
{
	struct part_walk w;
	int got, error;
	slice some;

	part_walk_begin(&w, events, context);
	while ((got = reader_some(in, LIMIT_STREAM, &some)) > 0)
		part_walk_more(&w, some);
	error = errno;
	part_walk_finish(&w);
	errno = error;
	return got;
}

void part_charset(const struct part *p, struct charset *c)
{
	buf name = { NULL, 0, 0 };

	mime_parameter_text(p->content_type, "charset", &name);
	if (charset_open(c, buf_slice(&name)))
		charset_guess(c);
	buf_free(&name);
}

bool part_is_attachment(const struct part *p)
{
	slice body = p->disposition;

	return slice_case_is(mime_token(&body), "attachment");
}

void part_filename(buf *to, const struct part *p)
{
	if (!mime_parameter_text(p->disposition, "filename", to))
		mime_parameter_text(p->content_type, "name", to);
}

/* Parts inside this one begin with its number and a dot, but those of a body that is a multipart as a whole. */
static bool is_whole_body(const struct part *p)
{
	return p->index == 0 && p->kind == PART_MULTIPART;
}

void part_number(buf *to, const struct part *p)
{
	const struct part *outer = p->parent;

	while (outer && is_whole_body(outer))
		outer = outer->parent;
	if (outer) {
		part_number(to, outer);
		buf_addchar(to, '.');
	}
	buf_addnumber(to, is_whole_body(p) ? 0 : p->index ? p->index : 1);
}
