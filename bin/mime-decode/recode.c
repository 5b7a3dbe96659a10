/* mime-decode -c: the same message with its parts as 7bit, 8bit or binary (RFC 2045 §6.2). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"
#include "fail.h"
#include "head.h"
#include "mime.h"

/* What a part asks of a transport, a container as much as all that is in it; or it stays encoded. */
enum need { SEVEN_BIT, EIGHT_BIT, BINARY, ENCODED };

/* What the bytes of a decoded part turned out to be; their last line, if it may be a boundary. */
struct check {
	enum need need;
	size_t column;
	bool cr;                /* the last byte was one */
	buf line;
};

/*
 * The first pass finds out, part by part in the order in which they begin, how each can be written; the second writes it.
 * A part stays encoded where a line of it would delimit a multipart, or a CR at its end be lost in one, and below
 * multipart/signed and multipart/encrypted.
 */
struct recoding {
	buf needs;                              /* a byte a part */
	size_t begun;                           /* parts */
	size_t place[LIMIT_PART_DEPTH];         /* in `needs`, of the parts that are open */
	bool sealed[LIMIT_PART_DEPTH];          /* what is in them */
	size_t level[LIMIT_PART_DEPTH];         /* boundaries that were open when they began */
	struct boundaries open;                 /* of all that is open, decoded or not */
	struct transfer_decoder decoder;        /* of the leaf */
	struct check leaf;
	struct check inside[LIMIT_PART_DEPTH];  /* of the encoded messages, by how many each is inside */
	const char *line_end;                   /* of the message */
	bool cr;                                /* held: it may begin a line end */
};

static char *need_of(const struct recoding *r, const struct part *p)
{
	return &r->needs.p[r->place[p->depth]];
}

static bool is_coded(const struct part *p)
{
	return p->kind != PART_MULTIPART && p->encoding != TRANSFER_IDENTITY && p->encoding != TRANSFER_UNKNOWN;
}

static bool is_sealed(const struct recoding *r, const struct part *p)
{
	return p->depth && r->sealed[p->depth - 1];
}

static bool seals(const struct part *p)
{
	return p->kind == PART_MULTIPART && (slice_case_is(p->subtype, "signed") || slice_case_is(p->subtype, "encrypted"));
}

static enum need declared(const struct part *p)
{
	slice body = p->transfer_encoding, token = mime_token(&body);

	if (slice_case_is(token, "binary"))
		return BINARY;
	return slice_case_is(token, "8bit") ? EIGHT_BIT : SEVEN_BIT;
}

static void enter(struct recoding *r, const struct part *p)
{
	r->place[p->depth] = r->begun++;
	r->sealed[p->depth] = is_sealed(r, p) || seals(p);
	r->level[p->depth] = r->open.depth;
	if (p->kind == PART_MULTIPART)
		boundaries_push(&r->open, p->content_type, false);
}

/* The first pass */

static void raise_need(struct check *c, enum need need)
{
	if (c->need < need)
		c->need = need;
}

static void check_piece(struct check *c, slice piece)
{
	for (size_t i = 0; i < piece.n; i++) {
		if (piece.p[i] == '\0' || c->cr)
			raise_need(c, BINARY);
		if ((unsigned char)piece.p[i] > 127)
			raise_need(c, EIGHT_BIT);
		c->cr = piece.p[i] == '\r';
	}
	c->column += piece.n;
	if (c->column > LIMIT_TEXT_LINE)
		raise_need(c, BINARY);
	if (c->line.n <= LIMIT_TEXT_LINE)
		buf_addslice(&c->line, slice_upto(piece, LIMIT_TEXT_LINE + 1));
}

/* A line that would end what it is in, or what is around that. */
static void check_line(struct check *c, const struct recoding *r, size_t levels)
{
	struct boundaries around = r->open;
	bool closes;

	around.depth = levels;
	if (slice_starts(buf_slice(&c->line), "--") && boundaries_find(&around, slice_trim(buf_slice(&c->line)), &closes) < levels)
		raise_need(c, ENCODED);
	buf_clear(&c->line);
	c->column = 0;
	c->cr = false;
}

static void check(struct check *c, const struct recoding *r, size_t levels, slice bytes)
{
	while (bytes.n) {
		size_t n = slice_find(bytes, '\n');

		check_piece(c, slice_upto(bytes, n));
		if (n < bytes.n)
			check_line(c, r, levels);
		bytes = slice_from(bytes, n + 1);
	}
}

static char end_check(struct check *c, const struct recoding *r, size_t levels)
{
	enum need need;

	/* A CR before the line end of a boundary would be half of it. */
	if (c->cr)
		raise_need(c, levels ? ENCODED : BINARY);
	check_line(c, r, levels);
	need = c->need;
	buf_free(&c->line);
	*c = (struct check){ .need = SEVEN_BIT };
	return (char)need;
}

static void measure_begin(void *context, const struct part *p)
{
	struct recoding *r = context;
	bool stays = is_coded(p) && is_sealed(r, p);

	enter(r, p);
	buf_addchar(&r->needs, stays ? ENCODED : (char)declared(p));
	if (p->depth == 0)
		r->line_end = p->header.n > 1 && p->header.p[slice_find(p->header, '\n') - 1] == '\r' ? "\r\n" : "\n";
	if (p->kind == PART_LEAF && is_coded(p)) {
		transfer_decoder_begin(&r->decoder, p->encoding);
		/* Whatever else has lines: 7bit and 8bit let a transport change their ends. */
		r->leaf.need = slice_case_is(p->type, "text") ? SEVEN_BIT : BINARY;
	}
}

/* The innermost encoded message that a part is in, and the boundaries around it. */
static const struct part *message_around(const struct part *p)
{
	for (p = p->parent; p && !part_is_encoded_message(p); p = p->parent)
		;
	return p;
}

static void measure(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct recoding *r = context;

	if (p->decoded)
		check(&r->inside[p->decoded], r, r->level[message_around(p)->depth], bytes);
	if (what == PART_BODY && is_coded(p))
		check(&r->leaf, r, r->open.depth, transfer_decode(&r->decoder, bytes));
}

static void measure_end(void *context, const struct part *p)
{
	struct recoding *r = context;
	char *need = need_of(r, p);

	r->open.depth = r->level[p->depth];
	if (p->kind == PART_LEAF && is_coded(p)) {
		check(&r->leaf, r, r->open.depth, transfer_decode_rest(&r->decoder));
		transfer_decoder_end(&r->decoder);
	}
	if (is_coded(p)) {
		struct check *c = p->kind == PART_LEAF ? &r->leaf : &r->inside[p->decoded + 1];
		char found = end_check(c, r, r->open.depth);

		if (*need < found)
			*need = found;
	}
	if (p->parent && *need != ENCODED && *need_of(r, p->parent) < *need)
		*need_of(r, p->parent) = *need;
}

/* The second pass */

static void put_held(struct recoding *r)
{
	if (r->cr)
		writer_char(&io_out, '\r');
	r->cr = false;
}

/* Text with the line ends of the message that it is in. */
static void put_text(struct recoding *r, slice text)
{
	while (text.n) {
		size_t n = slice_find(text, '\n');
		slice line = slice_upto(text, n);
		bool cr = n ? line.p[n - 1] == '\r' : r->cr;

		if (n)
			put_held(r);
		r->cr = cr;
		writer_put(&io_out, slice_upto(line, n && cr ? n - 1 : n));
		if (n < text.n) {
			r->cr = false;
			writer_text(&io_out, r->line_end);
		}
		text = slice_from(text, n + 1);
	}
}

static void put(struct recoding *r, const struct part *p, slice bytes)
{
	const struct part *message = message_around(p);

	if (message && *need_of(r, message) < BINARY)
		put_text(r, bytes);
	else
		writer_put(&io_out, bytes);
}

static void put_encoding(struct recoding *r, char need)
{
	static const char *const names[] = { "7bit", "8bit", "binary" };

	writer_print(&io_out, "Content-Transfer-Encoding: %s%s", names[(int)need], r->line_end);
}

/* The header with another encoding, in the place of the first that it names. */
static void put_header(struct recoding *r, const struct part *p, char need)
{
	bool done = false;
	slice rest = p->fields;
	struct field f;

	put(r, p, slice_upto(p->header, p->header.n - p->fields.n));
	while (head_next(&rest, &f))
		if (!field_is(&f, "Content-Transfer-Encoding")) {
			put(r, p, f.whole);
		} else if (!done) {
			put_encoding(r, need);
			done = true;
		}
	if (!done)
		put_encoding(r, need);
	put(r, p, rest);
}

/* In a message that stays encoded: it was written as it came. */
static bool is_kept(const struct recoding *r, const struct part *p)
{
	for (p = message_around(p); p; p = message_around(p))
		if (*need_of(r, p) == ENCODED)
			return true;
	return false;
}

static void write_begin(void *context, const struct part *p)
{
	struct recoding *r = context;
	char need;

	enter(r, p);
	if (is_kept(r, p))
		return;
	need = *need_of(r, p);
	if (need != ENCODED && (is_coded(p) || (!is_sealed(r, p) && need > (char)declared(p))))
		put_header(r, p, need);
	else
		put(r, p, p->header);
	put_held(r);
	if (p->kind == PART_LEAF && is_coded(p))
		transfer_decoder_begin(&r->decoder, p->encoding);
}

static void put_decoded(struct recoding *r, const struct part *p, slice decoded)
{
	if (*need_of(r, p) < BINARY)
		put_text(r, decoded);
	else
		writer_put(&io_out, decoded);
}

static void write_bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct recoding *r = context;
	bool decodes = is_coded(p) && *need_of(r, p) != ENCODED;

	if (what == PART_HEADER || is_kept(r, p) || (what == PART_ENCODED && decodes))
		return;
	if (what == PART_BODY && decodes)
		put_decoded(r, p, transfer_decode(&r->decoder, bytes));
	else
		put(r, p, bytes);
}

static void write_end(void *context, const struct part *p)
{
	struct recoding *r = context;

	r->open.depth = r->level[p->depth];
	if (p->kind == PART_LEAF && is_coded(p)) {
		if (*need_of(r, p) != ENCODED && !is_kept(r, p))
			put_decoded(r, p, transfer_decode_rest(&r->decoder));
		transfer_decoder_end(&r->decoder);
	}
	put_held(r);
}

static int rewind_input(struct reader *in, off_t start)
{
	reader_restart(in);
	return lseek(in->fd, start, SEEK_SET) < 0 ? -1 : 0;
}

static int recode_file(const char *name, struct reader *in, off_t start)
{
	static const struct part_events measuring = { measure_begin, measure, measure_end };
	static const struct part_events writing = { write_begin, write_bytes, write_end };
	struct recoding r = { .line_end = "\n" };
	int status = walk(&measuring, &r, name, in);

	if (status == EX_OK && rewind_input(in, start)) {
		warn("%s: %s", name, strerror(errno));
		status = EX_IOERR;
	}
	r.begun = r.open.depth = 0;
	if (status == EX_OK)
		status = walk(&writing, &r, name, in);
	boundaries_free(&r.open);
	buf_free(&r.needs);
	return status;
}

int recode(void *context, const char *name, struct reader *in)
{
	off_t start = lseek(in->fd, 0, SEEK_CUR);
	struct reader spool;
	bool file_failed;
	int fd, status;

	(void)context;
	if (start >= 0)
		return recode_file(name, in, start);
	fd = io_spool_rest(in, &file_failed);
	if (fd < 0) {
		warn("%s: %s%s", name, file_failed ? "temporary file: " : "", strerror(errno));
		return file_failed ? EX_CANTCREAT : EX_IOERR;
	}
	reader_open(&spool, fd);
	status = recode_file(name, &spool, 0);
	reader_close(&spool);
	close(fd);
	return status;
}
