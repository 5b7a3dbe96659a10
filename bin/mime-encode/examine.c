/* What each part is and how it must be encoded, from a first look at its file. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "encode.h"
#include "fail.h"
#include "io.h"
#include "limit.h"
#include "mime.h"

static const char first_prefix[] = "=_";

enum { SAMPLE = 1024 * 1024 };

void each_leaf(struct part *p, void (*each)(struct part *, void *context), void *context)
{
	if (p->path)
		each(p, context);
	for (struct part *child = p->first; child; child = child->next)
		each_leaf(child, each, context);
}

bool is_text(const struct part *p)
{
	return slice_case_starts(slice_of(p->type), "text/");
}

bool is_message(const struct part *p)
{
	return slice_case_starts(slice_of(p->type), "message/");
}

/* What is asked for needs no look at the bytes: a pipe can be sent as it comes. */
static bool is_settled(const struct part *p)
{
	return p->encoding >= ENCODING_QP && p->type && (!is_text(p) || p->charset) && !is_message(p);
}

/*
 * Base64 is the shortest, whatever is still to come; or was for all of a megabyte with NULs, which is taken for a sample of the
 * rest. Text is looked at to its end, for its charset, and a message is never encoded.
 */
static bool is_binary(const struct part *p, long long more)
{
	const struct survey *s = &p->survey;

	if (p->encoding != ENCODING_AUTO || is_text(p) || is_message(p) || !survey_not_seven_bit(s))
		return false;
	if (s->nul && s->bytes >= SAMPLE)
		more = 0;
	return survey_qp_length(s, false, more) > survey_base64_length(s, more);
}

static void find_type(struct part *p, slice start)
{
	if (!p->type)
		p->type = type_by_name(p->name && p->name[0] ? p->name : p->path);
	if (!p->type)
		p->type = type_by_content(start);
}

/* Looks at the bytes, of which there are `size`, as far as need be to decide what is not decided. */
static void look(struct part *p, const char *prefix, long long size)
{
	struct leaf in;
	slice bytes;

	memset(&p->survey, 0, sizeof p->survey);
	snprintf(p->survey.prefix, sizeof p->survey.prefix, "%s", prefix);
	leaf_open(&in, p);
	while (leaf_next(&in, &bytes)) {
		if (p->survey.bytes == 0)
			find_type(p, bytes);
		survey_more(&p->survey, bytes);
		if (is_binary(p, size > p->survey.bytes ? size - p->survey.bytes : 0))
			break;
	}
	if (p->survey.bytes == 0)
		find_type(p, SLICE(""));
	survey_finish(&p->survey);
	leaf_close(&in);
}

static void check(const struct part *p, const char *asked, const char *why)
{
	if (why)
		fail(EX_DATAERR, "%s: %s: %s", input_name(p->path), asked, why);
}

/* A message is 7bit or 8bit, whatever is in it; CRLF becomes LF. What only looks like one by its name may be sent as bytes. */
static bool settle_message(struct part *p, bool asked)
{
	struct survey s = p->survey;
	const char *why;

	s.cr -= s.crlf;
	why = survey_not_eight_bit(&s);
	if (p->encoding > ENCODING_8BIT)
		why = "a message is never encoded";
	if (why && asked)
		check(p, p->type, why);
	if (why)
		return false;
	if (p->encoding == ENCODING_7BIT)
		check(p, "7bit", survey_not_seven_bit(&s));
	if (p->encoding == ENCODING_AUTO)
		p->encoding = s.eight_bit ? ENCODING_8BIT : ENCODING_7BIT;
	return true;
}

/* RFC 2045 §6: what comes through as it is stays; else the shorter of the two encodings, for which text wins a draw. */
static void settle_encoding(struct part *p)
{
	const struct survey *s = &p->survey;

	if (p->encoding == ENCODING_7BIT)
		check(p, "7bit", survey_not_seven_bit(s));
	if (p->encoding == ENCODING_8BIT)
		check(p, "8bit", survey_not_eight_bit(s));
	if (p->encoding != ENCODING_AUTO)
		return;
	if (!survey_not_seven_bit(s) && !survey_not_safe(s, !p->parent))
		p->encoding = ENCODING_7BIT;
	else if (survey_qp_length(s, is_text(p), 0) <= survey_base64_length(s, 0))
		p->encoding = ENCODING_QP;
	else
		p->encoding = ENCODING_BASE64;
}

static void settle_charset(struct part *p)
{
	buf given = { NULL, 0, 0 };

	if (!p->charset && is_text(p) && !mime_parameter(slice_of(p->type), "charset", &given))
		p->charset = !p->survey.eight_bit ? "us-ascii" : p->survey.not_utf8 ? "unknown-8bit" : "utf-8";
	buf_free(&given);
}

/* Where it has a name of its own and is nothing to be read as it stands. */
static void settle_name(struct part *p)
{
	if (!p->disposition && !is_text(p) && !is_message(p) && base_name(p->path) && !(p->name && !p->name[0]))
		p->disposition = "inline";
	if (!p->name && p->disposition)
		p->name = base_name(p->path);
	if (p->name && !p->name[0])
		p->name = NULL;
}

static void examine_leaf(struct part *p, void *context)
{
	bool asked = p->type != NULL;
	long long size = leaf_begin(p, !is_settled(p));

	(void)context;
	if (!is_settled(p))
		look(p, first_prefix, size);
	if (!is_message(p) || !settle_message(p, asked)) {
		if (is_message(p))
			p->type = "application/octet-stream";
		settle_encoding(p);
	}
	settle_charset(p);
	settle_name(p);
}

/* The encoding of a multipart says what is in it (RFC 2045 §6.4). */
static void settle_multipart(struct part *p)
{
	static unsigned count;

	if (p->path)
		return;
	p->number = ++count;
	p->encoding = ENCODING_7BIT;
	for (struct part *child = p->first; child; child = child->next) {
		settle_multipart(child);
		if (child->encoding == ENCODING_8BIT)
			p->encoding = ENCODING_8BIT;
	}
}

void examine(struct part *root)
{
	each_leaf(root, examine_leaf, NULL);
	settle_multipart(root);
}

/* Encoded bytes hold no boundary: no line of base64 or uuencode begins with a dash, and in quoted-printable no `_` follows a `=`. */
static bool may_hold_boundary(const struct part *p)
{
	return p->encoding == ENCODING_7BIT || p->encoding == ENCODING_8BIT;
}

static void add_lines(struct part *p, void *sum)
{
	if (may_hold_boundary(p))
		survey_add_lines(sum, &p->survey);
}

static void look_again(struct part *p, void *prefix)
{
	if (may_hold_boundary(p))
		look(p, prefix, p->survey.bytes);
}

/* See survey.h for why this ends, and that soon. */
void find_boundary(struct part *root, buf *boundary)
{
	long long lines;

	buf_addtext(boundary, first_prefix);
	for (;;) {
		struct survey sum = { .bytes = 0 };

		each_leaf(root, add_lines, &sum);
		buf_addchar(boundary, survey_free_character(&sum, &lines));
		if (lines == 0)
			return;
		each_leaf(root, look_again, boundary->p);
	}
}
