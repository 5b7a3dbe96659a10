#include "block.h"

static const slice mark = SLICE("begin");

void block_begin(struct block *b, bool wanted)
{
	b->wanted = wanted;
	b->inside = b->in_line = false;
	buf_clear(&b->begin);
}

static void feed(struct block *b, slice line)
{
	bool data = b->uu.named;

	uu_decode(&b->uu, line, &b->data);
	if (line.p[line.n - 1] != '\n')
		return;
	/* Prose may well begin a line with the word, and a number. */
	b->inside = b->uu.named && !b->uu.ended && (!data || b->uu.wrong < 0 || b->data.n);
}

/* Outside: a line is looked at until it can be told whether it begins a block. */
static slice look_for_begin(struct block *b, slice line)
{
	slice some = slice_upto(line, b->in_line ? line.n : mark.n - b->begin.n);

	if (!b->in_line) {
		buf_addslice(&b->begin, some);
		b->in_line = !slice_same(buf_slice(&b->begin), slice_upto(mark, b->begin.n));
		b->inside = !b->in_line && b->begin.n == mark.n;
	}
	if (b->inside) {
		b->uu = (struct uu_decoder){ .at = 0 };
		feed(b, buf_slice(&b->begin));
	}
	if (b->inside || b->in_line)
		buf_clear(&b->begin);
	if (some.p[some.n - 1] == '\n')
		b->in_line = false;
	return some;
}

slice block_decode(struct block *b, slice *text, slice *name)
{
	slice line = slice_upto(*text, slice_find(*text, '\n') + 1);

	buf_clear(&b->data);
	if (b->inside)
		feed(b, line);
	else
		line = look_for_begin(b, line);
	*text = slice_from(*text, line.n);
	*name = slice_of(b->uu.name);
	return buf_slice(&b->data);
}

void block_end(struct block *b)
{
	buf_free(&b->begin);
	buf_free(&b->data);
	b->wanted = false;
}
