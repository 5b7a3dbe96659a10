#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "content.h"
#include "limit.h"

/* The next block: 1, 0 at the end, -1. Regular files give less than asked for only at their end. */
static int read_block(struct content *c)
{
	ssize_t n;

	c->block.n = 0;
	if (c->at == c->begin)
		buf_addslice(&c->block, buf_slice(&c->above));
	while ((n = pread(c->fd, buf_reserve(&c->block, LIMIT_STREAM), LIMIT_STREAM, c->at)) < 0 && errno == EINTR)
		;
	if (n < 0)
		return -1;
	c->whole = c->at == c->begin && n < LIMIT_STREAM;
	c->at += n;
	c->block.n += (size_t)n;
	return n > 0;
}

struct survey {
	struct facts *facts;
	size_t column;          /* in the line, its end not counted */
	bool head;
	bool carriage_return;   /* was the last byte */
};

/* A piece of a line without LF. */
static void survey_piece(struct survey *s, slice piece)
{
	unsigned char bits = 0;
	bool nul = false;

	if (piece.n == 0)
		return;
	if (s->carriage_return)
		s->facts->unfit = true;
	for (size_t i = 0; i < piece.n; i++) {
		bits |= (unsigned char)piece.p[i];
		nul |= piece.p[i] == '\0';
	}
	s->carriage_return = piece.p[piece.n - 1] == '\r';
	s->column += piece.n;
	if (nul || slice_find(piece, '\r') + s->carriage_return < piece.n
	    || s->column > LIMIT_TEXT_LINE + (size_t)s->carriage_return)
		s->facts->unfit = true;
	s->facts->eight_bit |= bits & 0x80;
	s->facts->eight_bit_head |= s->head && bits & 0x80;
	s->facts->size += (long long)piece.n;
}

static void survey_line_end(struct survey *s)
{
	s->facts->size += s->carriage_return ? 1 : 2;
	if (s->column == s->carriage_return)
		s->head = false;
	s->column = 0;
	s->carriage_return = false;
}

static void survey_block(struct survey *s, slice block)
{
	while (block.n) {
		size_t n = slice_find(block, '\n');

		survey_piece(s, slice_upto(block, n));
		if (n < block.n)
			survey_line_end(s);
		block = slice_from(block, n + 1);
	}
}

int content_learn(struct content *c, struct facts *facts)
{
	struct survey s = { .facts = facts, .head = true };
	int got;

	*facts = (struct facts){ .size = 0 };
	while ((got = read_block(c)) > 0) {
		survey_block(&s, buf_slice(&c->block));
		if (c->whole)
			break;
	}
	if (s.carriage_return)
		facts->unfit = true;
	if (s.column)
		facts->size += 2;
	return got < 0 ? -1 : 0;
}

static void add_line_end(struct content *c, buf *wire)
{
	if (c->last != '\r')
		buf_addchar(wire, '\r');
	buf_addchar(wire, '\n');
	c->last = '\n';
}

static void add_block(struct content *c, slice block, bool stuffed, buf *wire)
{
	while (block.n) {
		size_t n = slice_find(block, '\n');
		slice piece = slice_upto(block, n);

		if (stuffed && c->last == '\n' && piece.n && piece.p[0] == '.')
			buf_addchar(wire, '.');
		buf_addslice(wire, piece);
		if (piece.n)
			c->last = piece.p[piece.n - 1];
		if (n < block.n)
			add_line_end(c, wire);
		block = slice_from(block, n + 1);
	}
}

/* The next bytes of the file, all of them where they are known: 1, 0 at the end, -1. */
static int next_block(struct content *c, slice *block)
{
	int got = 1;

	if (c->whole && c->at > c->begin)
		return 0;
	if (c->whole)
		c->at += (off_t)c->block.n;
	else
		got = read_block(c);
	*block = buf_slice(&c->block);
	return got > 0 && block->n == 0 ? 0 : got;
}

/* The same, converted; what the conversion kept back until the end is the last of it. */
static int next_converted(struct content *c, slice *block)
{
	int got, status;

	if (c->conversion == CONVERTED)
		return 0;
	if (c->conversion == TO_CONVERT)
		downgrade_begin(&c->downgrade);
	c->conversion = CONVERTING;
	got = next_block(c, block);
	if (got < 0)
		return -1;
	buf_clear(&c->converted);
	if (got == 0)
		c->conversion = CONVERTED;
	status = got ? downgrade_more(&c->downgrade, *block, &c->converted) : downgrade_finish(&c->downgrade, &c->converted);
	*block = buf_slice(&c->converted);
	if (status)
		errno = EBADMSG;
	return status ? -1 : 1;
}

/* Frees what the conversion holds, if it was left in the middle. */
static void stop_conversion(struct content *c)
{
	if (c->conversion == CONVERTING)
		downgrade_finish(&c->downgrade, &c->converted);
	c->conversion = AS_IT_IS;
}

void content_rewind(struct content *c, bool convert)
{
	stop_conversion(c);
	c->at = c->begin;
	c->last = '\n';
	c->ahead_due = c->ahead.n;
	c->conversion = convert ? TO_CONVERT : AS_IT_IS;
}

void content_put_ahead(struct content *c, buf *fields)
{
	buf_free(&c->ahead);
	c->ahead = *fields;
}

bool content_converts(const struct content *c)
{
	return c->conversion != AS_IT_IS;
}

int content_try(struct content *c, struct facts *facts)
{
	buf wire = { NULL, 0, 0 };
	int got;

	content_rewind(c, true);
	facts->converted_size = 0;
	do {
		buf_clear(&wire);
		got = content_next(c, false, &wire);
		facts->converted_size += (long long)wire.n;
	} while (got > 0);
	buf_free(&wire);
	facts->refusal = got < 0 && errno == EBADMSG ? c->downgrade.why : NULL;
	facts->tried = got == 0 || facts->refusal;
	return facts->tried ? 0 : -1;
}

int content_next(struct content *c, bool stuffed, buf *wire)
{
	slice block;
	int got;

	if (c->ahead_due) {
		buf_addslice(wire, buf_slice(&c->ahead));
		c->ahead_due = false;
		return 1;
	}
	got = content_converts(c) ? next_converted(c, &block) : next_block(c, &block);
	if (got > 0)
		add_block(c, block, stuffed, wire);
	else if (got == 0 && c->last != '\n')
		add_line_end(c, wire);
	return got;
}

int content_read_head(struct content *c, struct content_head *h)
{
	char *end = NULL;
	int got = 1;

	while (!end && got > 0 && h->text.n <= LIMIT_HEADER + LIMIT_STREAM) {
		size_t from = h->text.n > 3 ? h->text.n - 3 : 0;

		got = content_next(c, false, &h->text);
		if (h->text.n > from)
			end = memmem(h->text.p + from, h->text.n - from, "\r\n\r\n", 4);
	}
	if (!end)
		return got < 0 ? -1 : 0;
	h->fields = slice_upto(buf_slice(&h->text), (size_t)(end - h->text.p) + 2);
	h->body = slice_from(buf_slice(&h->text), h->fields.n + 2);
	return 1;
}

int content_open(struct content *c, slice path, int fd, off_t begin)
{
	char *name;

	c->fd = fd;
	c->borrowed = fd >= 0;
	c->begin = begin;
	c->whole = false;
	buf_clear(&c->above);
	buf_clear(&c->ahead);
	content_rewind(c, false);
	if (c->borrowed)
		return 0;
	name = mem_text(path);
	c->fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	free(name);
	return c->fd < 0 ? -1 : 0;
}

void content_close(struct content *c)
{
	if (c->fd >= 0 && !c->borrowed)
		close(c->fd);
	c->fd = -1;
	stop_conversion(c);
}

void content_free(struct content *c)
{
	content_close(c);
	buf_free(&c->above);
	buf_free(&c->ahead);
	buf_free(&c->block);
	buf_free(&c->converted);
}
