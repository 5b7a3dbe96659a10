#include <stdarg.h>

#include "base64.h"
#include "boundary.h"
#include "qp.h"
#include "verify.h"

/* Ways in which the body may have been another, each hashed as it would have been then. */
enum way { CUT, UNQUOTED, UNSTUFFED, DECODED, UNWRAPPED, WAYS };

enum { BANNER = 16 };           /* lines that may have been added at the start */

/* All that is found out about one canonicalization. */
struct bodies {
	struct message *message;
	bool relaxed;
	struct dkim_body way[WAYS], below[BANNER];
	long long lines, parts;                 /* so far */
	long long lines_then[LIMIT_SIGNATURES], parts_then[LIMIT_SIGNATURES];   /* when a signature was good; -1: never */
	struct boundaries boundaries;           /* of the message, until its last part ends */
	buf closing;                            /* the line that ends it */
	bool in_part;                           /* behind the header of the first */
	enum { PLAIN, QUOTED_PRINTABLE, BASE64 } encoding;
	struct qp_decoder qp;
	struct base64_decoder base64;
	buf decoded;
	bool at_start;                          /* of a line */
};

void add_edit(buf *edits, const char *format, ...)
{
	va_list args;

	if (edits->n)
		buf_addtext(edits, ", ");
	va_start(args, format);
	buf_vprint(edits, format, args);
	va_end(args);
}

static bool is_ours(const struct bodies *b, size_t i)
{
	const struct dkim_check *c = &b->message->verify.check[i];

	return c->body_differs && c->signature.relaxed_body == b->relaxed;
}

static bool is_hash_of(const struct bodies *b, size_t i, const unsigned char hash[SHA256_BYTES])
{
	return memcmp(b->message->verify.check[i].signature.body_hash, hash, SHA256_BYTES) == 0;
}

static void begin_parts(struct bodies *b)
{
	struct field f;

	buf_clear(&b->message->part);
	if (!head_find(buf_slice(&b->message->fields), "Content-Type", &f) || !boundaries_push(&b->boundaries, f.body, false))
		return;
	buf_print(&b->closing, "--%.*s--", (int)b->boundaries.levels[0].n, b->boundaries.text.p);
}

static void begin(struct bodies *b)
{
	struct field f;
	slice encoding = { NULL, 0 };

	if (head_find(buf_slice(&b->message->fields), "Content-Transfer-Encoding", &f))
		encoding = slice_trim(f.body);
	b->encoding = slice_case_is(encoding, "base64") ? BASE64 : slice_case_is(encoding, "quoted-printable") ? QUOTED_PRINTABLE : PLAIN;
	b->at_start = true;
	for (size_t i = 0; i < WAYS; i++)
		dkim_body_begin(&b->way[i], b->relaxed);
	for (size_t i = 0; i < BANNER; i++)
		dkim_body_begin(&b->below[i], b->relaxed);
	for (size_t i = 0; i < LIMIT_SIGNATURES; i++)
		b->lines_then[i] = b->parts_then[i] = -1;
	begin_parts(b);
}

static void decode(struct bodies *b, slice piece)
{
	buf_clear(&b->decoded);
	if (b->encoding == BASE64)
		base64_decode(&b->base64, piece, &b->decoded);
	if (b->encoding == QUOTED_PRINTABLE)
		qp_decode(&b->qp, piece, &b->decoded);
	dkim_body_more(&b->way[DECODED], buf_slice(&b->decoded));
}

/* Notes which signatures are of what was read so far and this end. */
static void compare_cut(struct bodies *b, slice end, long long *then, long long now)
{
	unsigned char hash[SHA256_BYTES];

	dkim_body_so_far(&b->way[CUT], end, hash);
	for (size_t i = 0; i < b->message->verify.count; i++)
		if (is_ours(b, i) && is_hash_of(b, i, hash))
			then[i] = now;
}

/* Where a part begins the last may have ended: whether the line delimits parts. */
static bool take_boundary(struct bodies *b, slice line)
{
	bool closes;

	if (boundaries_find(&b->boundaries, slice_trim(line), &closes) == b->boundaries.depth)
		return false;
	if (closes)
		b->boundaries.depth = 0;
	else
		compare_cut(b, buf_slice(&b->closing), b->parts_then, b->parts++);
	return true;
}

/* The first part may have been the body. The line end before its boundary is none of it, which makes no difference to a hash. */
static void take_part(struct bodies *b, slice piece)
{
	buf *header = &b->message->part;

	if (b->boundaries.depth == 0 || b->parts != 1)
		return;
	if (b->in_part)
		dkim_body_more(&b->way[UNWRAPPED], piece);
	else if (b->at_start && head_ends(piece))
		b->in_part = true;
	else if (header->n + piece.n <= LIMIT_HEADER)
		buf_addslice(header, piece);
}

/* A line, or a piece of a long one. */
static void take(struct bodies *b, slice piece)
{
	if (b->at_start && !head_ends(piece))   /* empty lines at the end make no difference to a hash */
		compare_cut(b, SLICE(""), b->lines_then, b->lines);
	if (!b->at_start || !take_boundary(b, piece))
		take_part(b, piece);
	for (long long i = 0; i < BANNER && i < b->lines; i++)
		dkim_body_more(&b->below[i], piece);
	dkim_body_more(&b->way[CUT], piece);
	dkim_body_more(&b->way[UNQUOTED], slice_from(piece, b->at_start && slice_starts(piece, ">From ")));
	dkim_body_more(&b->way[UNSTUFFED], slice_from(piece, b->at_start && slice_starts(piece, "..")));
	decode(b, piece);
	b->at_start = piece.p[piece.n - 1] == '\n';
	b->lines += b->at_start;
}

static void add_count(buf *edits, long long count, const char *what, const char *where)
{
	add_edit(edits, count == 1 ? "%lld %s was added at the %s of the body" : "%lld %ss were added at the %s of the body",
	    count, what, where);
}

static bool was_cut(const struct bodies *b, size_t i)
{
	return b->lines_then[i] >= 0 || b->parts_then[i] >= 0;
}

static void end_cut(struct bodies *b, size_t i)
{
	buf *edits = &b->message->edits[i];

	if (b->lines_then[i] >= 0)
		add_count(edits, b->lines - b->lines_then[i], "line", "end");
	else if (b->parts_then[i] >= 0)
		add_count(edits, b->parts - b->parts_then[i], "part", "end");
}

/* `edit`: what was done to the body, or NULL: lines were added at its start. */
static void end_way(struct bodies *b, struct dkim_body *body, const char *edit, long long lines)
{
	unsigned char hash[SHA256_BYTES];

	dkim_body_end(body, hash);
	for (size_t i = 0; i < b->message->verify.count; i++) {
		if (!is_ours(b, i) || was_cut(b, i) || !is_hash_of(b, i, hash))
			continue;
		b->message->wrapped[i] |= body == &b->way[UNWRAPPED];
		if (edit)
			add_edit(&b->message->edits[i], "%s", edit);
		else
			add_count(&b->message->edits[i], lines, "line", "start");
	}
}

static void end(struct bodies *b)
{
	static const char *const edits[] = { [CUT] = "the body was changed", [UNQUOTED] = "lines `From ' of the body were quoted",
		[UNSTUFFED] = "lines of the body had dots added", [DECODED] = "the body was encoded again",
		[UNWRAPPED] = "the body was made a part of a multipart" };

	b->lines += !b->at_start;
	for (size_t i = 0; i < b->message->verify.count; i++)
		end_cut(b, i);
	buf_clear(&b->decoded);
	base64_decode_finish(&b->base64, &b->decoded);
	qp_decode_finish(&b->qp, &b->decoded);
	dkim_body_more(&b->way[DECODED], buf_slice(&b->decoded));
	for (size_t i = 0; i < WAYS; i++)
		end_way(b, &b->way[i], edits[i], 0);
	for (int i = 0; i < BANNER; i++)
		end_way(b, &b->below[i], NULL, i + 1);
	buf_free(&b->decoded), buf_free(&b->closing);
	boundaries_free(&b->boundaries);
}

static int explain(struct message *m, bool relaxed)
{
	struct bodies b = { .message = m, .relaxed = relaxed };
	slice piece;
	int got;

	if (twice_again(&m->body))
		return -1;
	begin(&b);
	while ((got = reader_line(m->body.in, &piece)) > 0)
		take(&b, piece);
	end(&b);
	return got;
}

int explain_body(struct message *m)
{
	bool differs[2] = { false, false };

	for (size_t i = 0; i < m->verify.count; i++)
		differs[m->verify.check[i].signature.relaxed_body] |= m->verify.check[i].body_differs;
	for (size_t i = 0; i < 2; i++)
		if (differs[i] && explain(m, i))
			return -1;
	return 0;
}
