/* mime-decode -p: one part. */
#include <string.h>

#include "decode.h"
#include "fail.h"

struct printing {
	const struct request *request;
	const struct part *container;   /* the multipart or message that was asked for: all that is in it is printed */
	bool found;
	bool in_leaf;
	struct copy copy;
	buf number;
};

static void begin(void *context, const struct part *p)
{
	struct printing *s = context;

	if (s->found)
		return;
	buf_clear(&s->number);
	part_number(&s->number, p);
	s->found = strcmp(s->number.p, s->request->target) == 0;
	s->in_leaf = s->found && p->kind == PART_LEAF;
	if (s->in_leaf)
		copy_begin(&s->copy, p, s->request, &io_out);
	else if (s->found)
		s->container = p;
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct printing *s = context;

	if (s->in_leaf && what == PART_BODY)
		copy_more(&s->copy, bytes);
	else if (s->container && part_holds(s->container, p, what))
		writer_put(&io_out, bytes);
}

static void end(void *context, const struct part *p)
{
	struct printing *s = context;

	if (s->in_leaf)
		copy_end(&s->copy);
	s->in_leaf = false;
	if (p == s->container)
		s->container = NULL;
}

int print_part(void *context, const char *name, struct reader *in)
{
	static const struct part_events events = { begin, bytes, end };
	struct printing s = { .request = context };
	int status = walk(&events, &s, name, in);

	if (status == EX_OK && !s.found) {
		warn("%s: no part %s", name, s.request->target);
		status = EX_NOINPUT;
	}
	buf_free(&s.number);
	return status;
}
