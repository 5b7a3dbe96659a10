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

/* As far as it goes. */
static bool may_begin(slice line)
{
	return line.n == 0 || (line.p[0] == mark.p[0] && slice_same(slice_upto(line, mark.n), slice_upto(mark, line.n)));
}

/* Inside of a line that begins no block: up to the next line that may. */
static slice other_lines(slice text)
{
	size_t at = 0, n;

	while ((n = slice_find(slice_from(text, at), '\n')) < text.n - at) {
		at += n + 1;
		if (may_begin(slice_from(text, at)))
			return slice_upto(text, at);
	}
	return text;
}

/* Outside: a line is looked at until it can be told whether it begins a block. */
static slice look_for_begin(struct block *b, slice text)
{
	slice line = slice_upto(text, slice_find(text, '\n') + 1), some = slice_upto(line, mark.n - b->begin.n);

	buf_addslice(&b->begin, some);
	b->in_line = !slice_same(buf_slice(&b->begin), slice_upto(mark, b->begin.n));
	b->inside = !b->in_line && b->begin.n == mark.n;
	if (b->inside) {
		b->uu = (struct uu_decoder){ .at = 0 };
		feed(b, buf_slice(&b->begin));
	}
	if (b->inside || b->in_line)
		buf_clear(&b->begin);
	return some;
}

slice block_decode(struct block *b, slice *text, slice *name)
{
	slice some;

	buf_clear(&b->data);
	if (b->inside) {
		some = slice_upto(*text, slice_find(*text, '\n') + 1);
		feed(b, some);
	} else {
		some = b->in_line ? other_lines(*text) : look_for_begin(b, *text);
		if (some.p[some.n - 1] == '\n')
			b->in_line = false;
	}
	*text = slice_from(*text, some.n);
	*name = slice_of(b->uu.name);
	return buf_slice(&b->data);
}

void block_end(struct block *b)
{
	buf_free(&b->begin);
	buf_free(&b->data);
	b->wanted = false;
}
