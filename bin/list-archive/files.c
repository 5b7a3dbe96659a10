/* The files that came with a letter. */
#include "leaf.h"
#include "outline.h"

struct filing {
	const struct archive *archive;
	const struct row *row;
	const struct outlined *next;    /* the part that begins next */
	bool wanted;                    /* the leaf that is open */
	struct leaf leaf;
};

/*
 * All are called .bin, whatever they are: a server gives them out as mere bytes, and no browser takes them for a page of
 * the site, which may run scripts. What a reader's disk calls them is said where they are linked.
 */
void add_file_path(buf *to, const struct row *r, const struct part *p)
{
	add_page_name(to, r);
	buf_addchar(to, '/');
	part_number(to, p);
	buf_addtext(to, ".bin");
}

static void begin(void *context, const struct part *p)
{
	struct filing *f = context;

	f->wanted = f->next++->filed;
	if (!f->wanted)
		return;
	leaf_begin(&f->leaf, p, true, false);
	file_begin(f->archive);
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct filing *f = context;

	(void)p;
	if (!f->wanted || what != PART_BODY)
		return;
	buf_addslice(&page, leaf_more(&f->leaf, bytes));
	file_spill();
}

static void end(void *context, const struct part *p)
{
	struct filing *f = context;
	buf path = { NULL, 0, 0 };

	if (!f->wanted)
		return;
	f->wanted = false;
	buf_addslice(&page, leaf_finish(&f->leaf));
	leaf_end(&f->leaf);
	buf_addtext(&path, "message/");
	add_file_path(&path, f->row, p);
	file_end(f->archive, path.p);
	buf_free(&path);
}

int write_files(const struct archive *a, const struct row *r, const struct outline *o, struct reader *in)
{
	static const struct part_events events = { begin, bytes, end };
	struct filing f = { .archive = a, .row = r, .next = o->parts };

	return part_walk_message(&events, &f, in);
}
