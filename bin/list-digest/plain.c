/* A message as RFC 1153 has it: the fields that say something to a reader, its text in UTF-8, a line for each attachment. */
#include "charset.h"
#include "issue.h"
#include "head.h"
#include "limit.h"
#include "markup.h"
#include "param.h"
#include "part.h"
#include "words.h"

struct plain {
	struct digest *digest;
	bool in_line;                   /* the last byte written was not a line end */
	bool alternative[LIMIT_PART_DEPTH];     /* the part that is open there is a multipart/alternative, */
	bool said[LIMIT_PART_DEPTH];    /* and one of its texts was written */

	/* The leaf or, whole, the message that is being read */
	enum { PASS, TEXT, ATTACHMENT } reading;
	const struct part *message;
	struct transfer_decoder decoder;
	struct charset charset;
	bool is_html;
	struct markup markup;
	enum { FIRST, BEHIND_LINE, BEHIND_EMPTY } place;        /* in HTML */
	buf utf8, text;
	buf label;                      /* of the attachment */
	long long bytes;
};

/*
 * A line that begins with a hyphen gets `- ` before it (RFC 934 §4): so no line of a text ends the message, and whoever knows
 * of that gives the text back.
 */
static void put(struct plain *p, slice text)
{
	struct writer *to = &p->digest->body;

	p->digest->eight_bit |= !seven_bit(text);
	while (text.n) {
		size_t n = slice_find(text, '\n');

		if (!p->in_line && text.p[0] == '-')
			writer_text(to, "- ");
		writer_put(to, slice_upto(text, n + 1));
		p->in_line = n == text.n;
		text = slice_from(text, n + 1);
	}
}

static void put_field(struct plain *p, const struct field *f)
{
	buf line = { NULL, 0, 0 }, folded = { NULL, 0, 0 };

	buf_print(&line, "%.*s: ", (int)f->name.n, f->name.p);
	words_decode(&line, f->body);
	buf_addchar(&line, '\n');
	head_refold(&folded, &(struct field){ .whole = buf_slice(&line) }, !field_is(f, "Subject"));
	put(p, buf_slice(&folded));
	buf_free(&line), buf_free(&folded);
}

/* In the order of RFC 1153. A message without any of them would not be one. */
static void put_header(struct plain *p, slice fields)
{
	static const char *const names[] = { "Date", "From", "To", "Cc", "Subject", "Message-ID", "Keywords", "Summary" };
	bool any = false;
	struct field f;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (head_find(fields, names[i], &f)) {
			put_field(p, &f);
			any = true;
		}
	if (!any)
		put(p, SLICE("Subject: (no subject)\n"));
}

static void begin_item(struct plain *p)
{
	if (p->in_line)
		put(p, SLICE("\n"));
	put(p, SLICE("\n"));
}

/* Whether one of its alternatives was written: those that are open are noted to be, if this one is text. */
static bool was_said(struct plain *p, const struct part *part)
{
	bool said = false;

	for (size_t depth = 0; depth < part->depth; depth++)
		if (p->alternative[depth]) {
			said |= p->said[depth];
			p->said[depth] = true;
		}
	return said;
}

/* A multipart without a boundary is text. */
static bool is_text(const struct part *part)
{
	return part->kind == PART_LEAF && !part_is_attachment(part)
	    && (slice_case_is(part->type, "text") || slice_case_is(part->type, "multipart"));
}

static void begin_text(struct plain *p, const struct part *part)
{
	p->reading = TEXT;
	p->is_html = slice_case_is(part->subtype, "html");
	p->markup = (struct markup){ .n = 0 };
	p->place = FIRST;
	part_charset(part, &p->charset);
	transfer_decoder_begin(&p->decoder, part->encoding);
	begin_item(p);
}

static void begin_attachment(struct plain *p, const struct part *part)
{
	p->reading = ATTACHMENT;
	p->bytes = 0;
	buf_clear(&p->label);
	part_filename(&p->label, part);
	if (p->label.n)
		buf_addtext(&p->label, ", ");
	words_plain(&p->label, part->type);
	buf_addchar(&p->label, '/');
	words_plain(&p->label, part->subtype);
	if (part->kind == PART_LEAF)
		transfer_decoder_begin(&p->decoder, part->encoding);
	else
		p->message = part;
}

static void begin(void *context, const struct part *part)
{
	struct plain *p = context;

	if (part->depth == 0)
		put_header(p, part->fields);
	if (p->message)
		return;
	p->alternative[part->depth] = part->kind == PART_MULTIPART && slice_case_is(part->subtype, "alternative");
	p->said[part->depth] = false;
	if (part->kind == PART_MULTIPART)
		return;
	if (!is_text(part))
		begin_attachment(p, part);
	else if (was_said(p, part))
		p->reading = PASS;
	else
		begin_text(p, part);
}

/* The line ends of the digest are LF. */
static void drop_cr(buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->n; i++)
		if (text->p[i] != '\r')
			text->p[n++] = text->p[i];
	text->n = n;
}

/* Of HTML: no line begins with a blank, and an empty one is there once and only between others. */
static void put_squeezed(struct plain *p, slice text)
{
	while (text.n) {
		size_t n = slice_find(text, '\n');
		slice line = slice_upto(text, n + 1);

		text = slice_from(text, n + 1);
		while (!p->in_line && line.n && ascii_blank(line.p[0]))
			line = slice_from(line, 1);
		if (!p->in_line && slice_is(line, "\n") && p->place != FIRST)
			p->place = BEHIND_EMPTY;
		if (!p->in_line && slice_trim(line).n == 0)
			continue;
		if (p->place == BEHIND_EMPTY)
			put(p, SLICE("\n"));
		p->place = BEHIND_LINE;
		put(p, line);
	}
}

static void put_utf8(struct plain *p)
{
	drop_cr(&p->utf8);
	if (!p->is_html) {
		put(p, buf_slice(&p->utf8));
		return;
	}
	buf_clear(&p->text);
	markup_more(&p->markup, buf_slice(&p->utf8), &p->text);
	put_squeezed(p, buf_slice(&p->text));
}

static void take(struct plain *p, slice decoded)
{
	if (p->reading == ATTACHMENT) {
		p->bytes += (long long)decoded.n;
		return;
	}
	buf_clear(&p->utf8);
	charset_more(&p->charset, decoded, &p->utf8);
	put_utf8(p);
}

static void bytes(void *context, const struct part *part, enum part_bytes what, slice some)
{
	struct plain *p = context;

	if (p->message)
		p->bytes += part_holds(p->message, part, what) ? (long long)some.n : 0;
	else if (what == PART_BODY && p->reading != PASS)
		take(p, transfer_decode(&p->decoder, some));
}

static void end_leaf(struct plain *p)
{
	take(p, transfer_decode_rest(&p->decoder));
	transfer_decoder_end(&p->decoder);
	if (p->reading == TEXT) {
		buf_clear(&p->utf8);
		charset_finish(&p->charset, &p->utf8);
		put_utf8(p);
	}
}

static void put_label(struct plain *p)
{
	begin_item(p);
	put(p, SLICE("[attachment: "));
	buf_print(&p->label, ", %lld bytes]\n", p->bytes);
	put(p, buf_slice(&p->label));
}

static void end(void *context, const struct part *part)
{
	struct plain *p = context;

	if (p->reading == PASS || part->kind == PART_MULTIPART || (p->message && p->message != part))
		return;
	if (!p->message)
		end_leaf(p);
	if (p->reading == ATTACHMENT)
		put_label(p);
	p->message = NULL;
	p->reading = PASS;
}

int plain_add(struct digest *d, struct reader *in)
{
	static const struct part_events events = { begin, bytes, end };
	struct plain p = { .digest = d };
	int status = part_walk_message(&events, &p, in);

	if (p.in_line)
		put(&p, SLICE("\n"));
	buf_free(&p.utf8), buf_free(&p.text), buf_free(&p.label);
	return status;
}
