#include <stdarg.h>

#include "base64.h"
#include "qp.h"
#include "verify.h"

/* Ways in which the body may have been another, each hashed as it would have been then. */
enum way { CUT, UNQUOTED, UNSTUFFED, DECODED, WAYS };

enum { BANNER = 16 };           /* lines that may have been added at the start */

/* All that is found out about one canonicalization. */
struct bodies {
	struct message *message;
	bool relaxed;
	struct dkim_body way[WAYS], below[BANNER];
	long long lines;                        /* so far */
	long long cut_at[LIMIT_SIGNATURES];     /* after which a signature was good; -1: never */
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
		b->cut_at[i] = -1;
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

/* Whether a signature is of what was read so far. */
static void compare_cut(struct bodies *b)
{
	unsigned char hash[SHA256_BYTES];

	dkim_body_so_far(&b->way[CUT], hash);
	for (size_t i = 0; i < b->message->verify.count; i++)
		if (is_ours(b, i) && is_hash_of(b, i, hash))
			b->cut_at[i] = b->lines;
}

/* A line, or a piece of a long one. */
static void take(struct bodies *b, slice piece)
{
	if (b->at_start)
		compare_cut(b);
	for (long long i = 0; i < BANNER && i < b->lines; i++)
		dkim_body_more(&b->below[i], piece);
	dkim_body_more(&b->way[CUT], piece);
	dkim_body_more(&b->way[UNQUOTED], slice_from(piece, b->at_start && slice_starts(piece, ">From ")));
	dkim_body_more(&b->way[UNSTUFFED], slice_from(piece, b->at_start && slice_starts(piece, "..")));
	decode(b, piece);
	b->at_start = piece.p[piece.n - 1] == '\n';
	b->lines += b->at_start;
}

static void add_lines(buf *edits, long long lines, const char *where)
{
	add_edit(edits, lines == 1 ? "%lld line was added at the %s of the body" : "%lld lines were added at the %s of the body",
	    lines, where);
}

/* `edit`: what was done to the body, or NULL: lines were added at its start. */
static void end_way(struct bodies *b, struct dkim_body *body, const char *edit, long long lines)
{
	unsigned char hash[SHA256_BYTES];

	dkim_body_end(body, hash);
	for (size_t i = 0; i < b->message->verify.count; i++) {
		if (!is_ours(b, i) || b->cut_at[i] >= 0 || !is_hash_of(b, i, hash))
			continue;
		if (edit)
			add_edit(&b->message->edits[i], "%s", edit);
		else
			add_lines(&b->message->edits[i], lines, "start");
	}
}

static void end(struct bodies *b)
{
	static const char *const edits[] = { [CUT] = "the body was changed", [UNQUOTED] = "lines `From ' of the body were quoted",
		[UNSTUFFED] = "lines of the body had dots added", [DECODED] = "the body was encoded again" };

	b->lines += !b->at_start;
	for (size_t i = 0; i < b->message->verify.count; i++)
		if (b->cut_at[i] >= 0)
			add_lines(&b->message->edits[i], b->lines - b->cut_at[i], "end");
	buf_clear(&b->decoded);
	base64_decode_finish(&b->base64, &b->decoded);
	qp_decode_finish(&b->qp, &b->decoded);
	dkim_body_more(&b->way[DECODED], buf_slice(&b->decoded));
	for (size_t i = 0; i < WAYS; i++)
		end_way(b, &b->way[i], edits[i], 0);
	for (int i = 0; i < BANNER; i++)
		end_way(b, &b->below[i], NULL, i + 1);
	buf_free(&b->decoded);
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
