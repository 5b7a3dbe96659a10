#include <errno.h>
#include <string.h>

#include "decode.h"
#include "fail.h"

void copy_begin(struct copy *c, const struct part *p, const struct request *request, struct writer *to)
{
	c->to = to;
	leaf_begin(&c->leaf, p, request->raw, request->unflow);
}

void copy_more(struct copy *c, slice bytes)
{
	writer_put(c->to, leaf_more(&c->leaf, bytes));
}

void copy_end(struct copy *c)
{
	writer_put(c->to, leaf_finish(&c->leaf));
	leaf_end(&c->leaf);
}

int walk(const struct part_events *events, void *context, const char *name, struct reader *in)
{
	if (part_walk_message(events, context, in) == 0)
		return EX_OK;
	warn("%s: %s", name, strerror(errno));
	return EX_IOERR;
}

bool is_plain_text(const struct part *p)
{
	return p->encoding == TRANSFER_IDENTITY && slice_case_is(p->type, "text") && slice_case_is(p->subtype, "plain");
}
