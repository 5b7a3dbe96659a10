/* What is made of each part of a letter. */
#include "leaf.h"
#include "outline.h"

static bool is_type(const struct part *p, const char *type, const char *subtype)
{
	return slice_case_is(p->type, type) && (!subtype || slice_case_is(p->subtype, subtype));
}

static struct outlined *add(struct outline *o, const struct part *p)
{
	struct outlined *part;

	if (o->count == o->room)
		o->parts = mem_grow(o->parts, o->room = o->room ? o->room * 2 : 16, sizeof *o->parts);
	part = &o->parts[o->count];
	*part = (struct outlined){ .parent = p->parent ? o->open[p->depth - 1] : 0 };
	o->open[p->depth] = o->count++;
	return part;
}

/* Of alternatives that have one the plain text is shown: it is what its author saw to (RFC 2046 §5.1.4 says the last). */
static void note_plain(struct outline *o, size_t part)
{
	while (part) {
		part = o->parts[part].parent;
		o->parts[part].has_plain |= o->parts[part].alternative;
	}
}

static void begin(void *context, const struct part *p)
{
	struct outline *o = context;
	struct outlined *part = add(o, p);
	buf name = { NULL, 0, 0 };

	part->alternative = p->kind == PART_MULTIPART && is_type(p, "multipart", "alternative");
	if (p->kind != PART_LEAF)
		return;
	part_filename(&name, p);
	part->markup = is_type(p, "text", "html");
	part->filed = part_is_attachment(p) || name.n || !is_type(p, "text", NULL) || part->markup;
	part->shown = is_type(p, "text", NULL) && !(part->markup && (part_is_attachment(p) || name.n));
	if (is_type(p, "text", "plain") && !part->filed)
		note_plain(o, o->count - 1);
	transfer_decoder_begin(&o->decoder, p->encoding);
	buf_free(&name);
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct outline *o = context;

	if (p->kind == PART_LEAF && what == PART_BODY)
		o->parts[o->open[p->depth]].bytes += (long long)transfer_decode(&o->decoder, bytes).n;
}

static void end(void *context, const struct part *p)
{
	struct outline *o = context;

	if (p->kind != PART_LEAF)
		return;
	o->parts[o->open[p->depth]].bytes += (long long)transfer_decode_rest(&o->decoder).n;
	transfer_decoder_end(&o->decoder);
}

static bool has_plain_beside(const struct outline *o, size_t part)
{
	while (part) {
		part = o->parts[part].parent;
		if (o->parts[part].has_plain)
			return true;
	}
	return false;
}

/* What could not be told before all parts were seen. */
static void settle(struct outline *o)
{
	for (size_t i = 0; i < o->count; i++) {
		struct outlined *p = &o->parts[i];

		if (p->shown && p->markup && has_plain_beside(o, i))
			p->shown = p->filed = false;
		if (p->shown && p->bytes > LIMIT_PAGE_TEXT) {
			p->shown = false;
			p->filed = true;
		}
		o->files += p->filed;
	}
}

int outline_read(struct outline *o, struct reader *in)
{
	static const struct part_events events = { begin, bytes, end };

	o->count = o->files = 0;
	if (part_walk_message(&events, o, in))
		return -1;
	settle(o);
	return 0;
}
