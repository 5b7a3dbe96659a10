/* The message body: fields and parts, each file read again from its start. */
#include <string.h>

#include "base64.h"
#include "encode.h"
#include "fail.h"
#include "head.h"
#include "io.h"
#include "limit.h"
#include "param.h"
#include "qp.h"
#include "uu.h"

static slice prefix;            /* of boundaries */
static bool encoded_words;      /* names as such too */

/* `_` ends the number: no boundary begins another. */
static void add_boundary(buf *to, const struct part *p)
{
	buf_addslice(to, prefix);
	buf_print(to, "%u_", p->number);
}

/* A name as a Content-ID has it before its @: bytes that may not stand there become `_`. */
static void add_id(buf *to, const char *name)
{
	for (; name && *name; name++)
		buf_addchar(to, ascii_letter(*name) || ascii_digit(*name) || strchr("-_.+", *name) ? *name : '_');
}

/* RFC 2231, and for readers who do not know it a name of encoded words, which should not be in quotes (RFC 2047 §5). */
static void add_word_name(buf *to, const char *name)
{
	if (!encoded_words || !name || seven_bit(slice_of(name)))
		return;
	buf_addtext(to, ";\n name=\"");
	head_add_phrase(to, slice_of(name));
	buf_addchar(to, '"');
}

static void add_type(buf *to, const struct part *p)
{
	buf boundary = { NULL, 0, 0 };

	buf_print(to, "Content-Type: %s", p->type);
	if (p->charset)
		mime_add_parameter(to, "charset", slice_of(p->charset));
	if (!p->path) {
		if (p->first && slice_case_is(slice_of(p->type), "multipart/related"))
			mime_add_parameter(to, "type", slice_upto(slice_of(p->first->type), strcspn(p->first->type, "; \t")));
		add_boundary(&boundary, p);
		mime_add_parameter(to, "boundary", buf_slice(&boundary));
	}
	add_word_name(to, p->name);
	buf_addchar(to, '\n');
	buf_free(&boundary);
}

static void put_fields(const struct part *p)
{
	static const char *const encodings[] = {
		[ENCODING_8BIT] = "8bit", [ENCODING_QP] = "quoted-printable", [ENCODING_BASE64] = "base64",
		[ENCODING_UU] = "x-uuencode",
	};
	buf fields = { NULL, 0, 0 };

	if (!p->digested || !slice_is(slice_of(p->type), "message/rfc822"))
		add_type(&fields, p);
	if (encodings[p->encoding])
		buf_print(&fields, "Content-Transfer-Encoding: %s\n", encodings[p->encoding]);
	if (p->inlined && p->name) {
		buf_addtext(&fields, "Content-ID: <");
		add_id(&fields, p->name);
		buf_addtext(&fields, "@inline>\n");
	}
	if (p->disposition) {
		buf_print(&fields, "Content-Disposition: %s", p->disposition);
		if (p->name)
			mime_add_parameter(&fields, "filename", slice_of(p->name));
		buf_addchar(&fields, '\n');
	}
	buf_addchar(&fields, '\n');
	writer_put(&io_out, buf_slice(&fields));
	buf_free(&fields);
}

struct encoder {
	const struct part *part;
	buf out;                /* encoded, and to be written */
	char last;              /* encoded byte, or NUL */
	struct qp qp;
	struct base64 base64;
	struct uu uu;
	struct survey survey;   /* of what goes out as it is */
};

static void flush(struct encoder *e)
{
	if (e->out.n)
		e->last = e->out.p[e->out.n - 1];
	writer_put(&io_out, buf_slice(&e->out));
	buf_clear(&e->out);
}

/* A message has CRs only before LF (settle_message), and loses them. */
static void add_without_cr(struct encoder *e, slice bytes)
{
	while (bytes.n) {
		size_t n = slice_find(bytes, '\r');

		buf_addslice(&e->out, slice_upto(bytes, n));
		bytes = slice_from(bytes, n + 1);
	}
}

static void begin(struct encoder *e)
{
	const struct part *p = e->part;

	e->qp.binary = !is_text(p);
	e->qp.exact = true;
	memcpy(e->survey.prefix, p->survey.prefix, sizeof e->survey.prefix);
	if (p->encoding == ENCODING_UU)
		uu_begin(&e->out, 0644, slice_of(p->name ? p->name : "-"));
}

static void more(struct encoder *e, slice bytes)
{
	switch (e->part->encoding) {
	case ENCODING_QP: qp_more(&e->qp, bytes, &e->out); break;
	case ENCODING_BASE64: base64_more(&e->base64, bytes, &e->out); break;
	case ENCODING_UU: uu_more(&e->uu, bytes, &e->out); break;
	default:
		survey_more(&e->survey, bytes);
		if (e->part->survey.cr)
			add_without_cr(e, bytes);
		else
			writer_put(&io_out, bytes);
	}
}

/* What was promised of the bytes must be true of those that went out. */
static void finish(struct encoder *e)
{
	switch (e->part->encoding) {
	case ENCODING_QP: qp_finish(&e->qp, &e->out); break;
	case ENCODING_BASE64: base64_finish(&e->base64, &e->out); break;
	case ENCODING_UU: uu_finish(&e->uu, &e->out); break;
	default:
		survey_finish(&e->survey);
		if (!io_out.error && !survey_same(&e->survey, &e->part->survey))
			fail(EX_TEMPFAIL, "%s: changed while it was read", input_name(e->part->path));
	}
}

/*
 * The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1), for which base64 and uuencode have one to
 * spare; at the end of a message there must be one, which quoted-printable can take back.
 */
static void end_last_line(const struct encoder *e)
{
	bool spare = e->last == '\n' && e->part->encoding != ENCODING_QP;

	if (e->part->parent)
		writer_text(&io_out, spare ? "" : "\n");
	else if (e->part->encoding == ENCODING_QP && e->last != '\n')
		writer_text(&io_out, "=\n");
}

static void put_leaf(const struct part *p)
{
	struct encoder e = { .part = p };
	struct leaf in;
	slice bytes;

	leaf_open(&in, p);
	begin(&e);
	while (!io_out.error && leaf_next(&in, &bytes)) {
		more(&e, bytes);
		flush(&e);
	}
	finish(&e);
	flush(&e);
	end_last_line(&e);
	buf_free(&e.out);
	leaf_close(&in);
}

static void put_delimiter(const struct part *p, const char *end)
{
	buf line = { NULL, 0, 0 };

	buf_addtext(&line, "--");
	add_boundary(&line, p);
	buf_addtext(&line, end);
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

static void put_part(const struct part *p)
{
	put_fields(p);
	if (p->path) {
		put_leaf(p);
		return;
	}
	for (const struct part *child = p->first; child; child = child->next) {
		put_delimiter(p, "\n");
		put_part(child);
	}
	put_delimiter(p, "--\n");
}

void write_message(const struct part *root, slice header, slice boundary, bool words)
{
	prefix = boundary;
	encoded_words = words;
	writer_put(&io_out, header);
	writer_text(&io_out, "MIME-Version: 1.0\n");
	put_part(root);
}
