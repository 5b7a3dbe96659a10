#include <stdlib.h>

#include "dkim-canon.h"
#include "dkim-fields.h"
#include "limit.h"

static uint32_t mark_of(slice name)
{
	uint32_t mark = 2166136261U;    /* FNV-1a */

	for (size_t i = 0; i < name.n; i++)
		mark = (mark ^ (unsigned char)ascii_lower(name.p[i])) * 16777619U;
	return mark;
}

int dkim_fields_begin(struct dkim_fields *f, slice fields)
{
	size_t room = 0;
	struct field one;

	*f = (struct dkim_fields){ .count = 0 };
	while (head_next(&fields, &one)) {
		if (f->count == LIMIT_FIELDS)
			return -1;
		if (f->count == room)
			f->row = mem_grow(f->row, room = room ? 2 * room : 64, sizeof *f->row);
		f->row[f->count++] = (struct dkim_field){ one, mark_of(one.name) };
	}
	return 0;
}

void dkim_fields_free(struct dkim_fields *f)
{
	free(f->row);
	*f = (struct dkim_fields){ .count = 0 };
}

static const struct field *above(const struct dkim_fields *f, slice name, uint32_t mark, size_t *at)
{
	while (*at) {
		const struct dkim_field *row = &f->row[--*at];

		if (row->mark == mark && slice_case_same(row->field.name, name))
			return &row->field;
	}
	return NULL;
}

const struct field *dkim_fields_above(const struct dkim_fields *f, slice name, size_t *at)
{
	return above(f, name, mark_of(name), at);
}

void dkim_fields_add(const struct dkim_fields *f, slice names, slice self, bool relaxed, buf *to)
{
	bool *taken = mem_alloc(f->count + 1);
	const struct field *field;
	slice name;

	memset(taken, false, f->count + 1);
	while (slice_cut(&names, ':', &name)) {
		size_t at = f->count;
		uint32_t mark;

		name = slice_trim(name);
		mark = mark_of(name);
		while ((field = above(f, name, mark, &at)) && (taken[at] || field->whole.p == self.p))
			;
		if (field) {
			taken[at] = true;
			dkim_canon_field(to, field->whole, relaxed);
		}
	}
	free(taken);
}
