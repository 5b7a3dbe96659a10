/* mime-decode -t: of the parts of a type the one that a reader would show. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"
#include "fail.h"

/*
 * The first that is no attachment, else the first; of the alternatives of a multipart/alternative the last
 * (RFC 2046 §5.1.4). Where a better one may still come, it waits in a temporary file.
 */
struct choice {
	const struct request *request;
	bool found, attached;
	size_t common;          /* depth of the innermost part that is still open and holds the chosen one */
	bool alternative[LIMIT_PART_DEPTH];     /* which parts that are open are alternatives */
	bool in_leaf;
	struct leaf leaf;
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
	if (c->attached != is_attachment(p))
		return c->attached;
	return c->alternative[c->common];
}

static bool may_be_bettered(const struct choice *c, const struct part *p)
{
	bool may = is_attachment(p);

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

static void begin(void *context, const struct part *p)
{
	struct choice *c = context;

	c->alternative[p->depth] = p->kind == PART_MULTIPART && slice_case_is(p->subtype, "alternative");
	if (p->kind != PART_LEAF || !is_wanted(p, slice_of(c->request->target)) || !is_better(c, p))
		return;
	leaf_begin(&c->leaf, p, c->request, place_for(c, p));
	c->in_leaf = c->found = true;
	c->attached = is_attachment(p);
	c->common = p->depth;
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct choice *c = context;

	(void)p;
	if (c->in_leaf && what == PART_BODY)
		leaf_more(&c->leaf, bytes);
}

static void end(void *context, const struct part *p)
{
	struct choice *c = context;

	if (c->in_leaf)
		leaf_end(&c->leaf);
	c->in_leaf = false;
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
		fail(fail_status(errno), "temporary file: %s", strerror(errno));
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
