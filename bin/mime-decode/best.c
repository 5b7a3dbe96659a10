/* mime-decode -t: of the parts of a type the one that a reader would show. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"
#include "fail.h"

/*
 * The first that is no aside, else the first; of the alternatives of a multipart/alternative the last (RFC 2046
 * §5.1.4). Where a better one may still come, it waits in a temporary file. Asides are attachments, what is in
 * them, and what the first part of a multipart/related is shown with (RFC 2387).
 */
struct choice {
	const struct request *request;
	bool found, is_aside;
	size_t common;          /* depth of the innermost part that is still open and holds the chosen one */
	bool alternative[LIMIT_PART_DEPTH];     /* which parts that are open are alternatives, and so on */
	bool related[LIMIT_PART_DEPTH];
	bool aside[LIMIT_PART_DEPTH];
	bool in_leaf;
	struct copy copy;
	const struct part *whole;               /* a multipart or message that is chosen: all that is in it */
	struct writer *to;
	struct writer spool;    /* where it waits; not open where it went to standard output */
};

/* `text/plain`; `text` and `text/` followed by a star are every kind of text. */
static bool is_wanted(const struct part *p, slice type)
{
	slice subtype = slice_from(type, slice_find(type, '/') + 1);

	return slice_case_same(p->type, slice_upto(type, slice_find(type, '/')))
	    && (subtype.n == 0 || slice_is(subtype, "*") || slice_case_same(p->subtype, subtype));
}

static bool is_better(const struct choice *c, const struct part *p)
{
	if (!c->found)
		return true;
	if (c->is_aside != c->aside[p->depth])
		return c->is_aside;
	return c->alternative[c->common];
}

static bool may_be_bettered(const struct choice *c, const struct part *p)
{
	bool may = c->aside[p->depth];

	for (size_t depth = 0; depth < p->depth; depth++)
		may = may || c->alternative[depth];
	return may;
}

static struct writer *place_for(struct choice *c, const struct part *p)
{
	if (!c->spool.p && !may_be_bettered(c, p))
		return &io_out;
	if (!c->spool.p) {
		int fd = io_spool();

		if (fd < 0)
			fail(EX_CANTCREAT, "temporary file: %s", strerror(errno));
		writer_open(&c->spool, fd);
	}
	c->spool.n = 0;
	if (ftruncate(c->spool.fd, 0) || lseek(c->spool.fd, 0, SEEK_SET))
		c->spool.error = errno;
	return &c->spool;
}

static void enter(struct choice *c, const struct part *p)
{
	size_t depth = p->depth;
	bool multipart = p->kind == PART_MULTIPART;

	c->alternative[depth] = multipart && slice_case_is(p->subtype, "alternative");
	c->related[depth] = multipart && slice_case_is(p->subtype, "related");
	c->aside[depth] = part_is_attachment(p) || (depth && (c->aside[depth - 1] || (p->index > 1 && c->related[depth - 1])));
}

static void begin(void *context, const struct part *p)
{
	struct choice *c = context;

	enter(c, p);
	if (c->whole || !is_wanted(p, slice_of(c->request->target)) || !is_better(c, p))
		return;
	c->to = place_for(c, p);
	c->in_leaf = p->kind == PART_LEAF;
	if (c->in_leaf)
		copy_begin(&c->copy, p, c->request, c->to);
	else
		c->whole = p;
	c->found = true;
	c->is_aside = c->aside[p->depth];
	c->common = p->depth;
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct choice *c = context;

	if (c->in_leaf && what == PART_BODY)
		copy_more(&c->copy, bytes);
	else if (c->whole && part_holds(c->whole, p, what))
		writer_put(c->to, bytes);
}

static void end(void *context, const struct part *p)
{
	struct choice *c = context;

	if (c->in_leaf)
		copy_end(&c->copy);
	c->in_leaf = false;
	if (p == c->whole)
		c->whole = NULL;
	c->alternative[p->depth] = false;
	if (c->found && p->depth == c->common && p->depth > 0)
		c->common--;
}

static void copy_spool(struct choice *c)
{
	struct reader in;
	slice some;
	int got = -1;

	reader_open(&in, c->spool.fd);
	if (writer_flush(&c->spool) == 0 && lseek(c->spool.fd, 0, SEEK_SET) == 0)
		while ((got = reader_some(&in, LIMIT_STREAM, &some)) > 0)
			writer_put(&io_out, some);
	if (got < 0)
		fail(EX_CANTCREAT, "temporary file: %s", strerror(errno));
	reader_close(&in);
	close(c->spool.fd);
	writer_close(&c->spool);
}

int print_best(void *context, const char *name, struct reader *in)
{
	static const struct part_events events = { begin, bytes, end };
	struct choice c = { .request = context };
	int status = walk(&events, &c, name, in);

	if (c.spool.p)
		copy_spool(&c);
	if (status == EX_OK && !c.found) {
		warn("%s: no %s in it", name, c.request->target);
		status = EX_NOINPUT;
	}
	return status;
}
