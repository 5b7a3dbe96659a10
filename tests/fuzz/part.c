/* part: no byte is lost, parts nest, and the same events come however the message is cut. */
#include <stdint.h>
#include <stdlib.h>

#include "part.h"

static void check(bool good)
{
	if (!good)
		abort();
}

struct trace {
	buf bytes;              /* that are not decoded */
	buf events;
	size_t depth;
};

static void begin(void *context, const struct part *p)
{
	struct trace *t = context;

	check(p->depth == t->depth && p->depth < LIMIT_PART_DEPTH);
	t->depth++;
	buf_addchar(&t->events, '{');
	part_number(&t->events, p);
	buf_addslice(&t->events, p->type);
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct trace *t = context;

	check(bytes.n && p->depth < t->depth);
	if (p->decoded == 0)
		buf_addslice(&t->bytes, bytes);
	if (what == PART_BODY)
		buf_addslice(&t->events, bytes);
}

static void end(void *context, const struct part *p)
{
	struct trace *t = context;

	check(p->depth == --t->depth);
	buf_addchar(&t->events, '}');
}

static struct trace walk(slice message, size_t cut)
{
	static const struct part_events events = { begin, bytes, end };
	struct trace t = { .depth = 0 };
	struct part_walk w;
	slice rest = message;

	part_walk_begin(&w, &events, &t);
	for (; rest.n; rest = slice_from(rest, cut))
		part_walk_more(&w, slice_upto(rest, cut));
	part_walk_finish(&w);
	check(t.depth == 0 && slice_same(buf_slice(&t.bytes), message));
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice message = { (const char *)p, n };
	struct trace whole = walk(message, n ? n : 1), cut = walk(message, n % 5 + 1);

	check(slice_same(buf_slice(&whole.events), buf_slice(&cut.events)));
	buf_free(&whole.events);
	buf_free(&whole.bytes);
	buf_free(&cut.events);
	buf_free(&cut.bytes);
	return 0;
}
