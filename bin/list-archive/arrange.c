/* Letters by id, by date and by month. */
#include <stdlib.h>
#include <string.h>

#include "archive.h"

/* Of one id the first that came is the first. */
static int by_id(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;
	int order = memcmp(x->id.p, y->id.p, ID_LENGTH);

	return order ? order : (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

static void sort_by_id(struct archive *a)
{
	a->by_id = mem_grow(NULL, a->count + 1, sizeof *a->by_id);
	for (size_t i = 0; i < a->count; i++)
		a->by_id[i] = (struct keyed){ keyed_start(a->rows[i]->id), a->rows[i] };
	keyed_sort(a->by_id, a->count, by_id);
}

static bool is_later(const struct row *x, const struct row *y)
{
	return x->date != y->date ? x->date > y->date : x->arrival > y->arrival;
}

static int by_date(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;

	return is_later(x, y) - is_later(y, x);
}

/* Letters arrive nearly in the order of their dates: each goes some places forward. Where that is not so, they are sorted. */
static void sort_by_date(struct archive *a)
{
	size_t moves = 0;

	a->by_date = mem_grow(NULL, a->count + 1, sizeof *a->by_date);
	for (size_t i = 0; i < a->count; i++) {
		size_t at = i;

		for (; at && moves <= 8 * a->count && is_later(a->by_date[at - 1], a->rows[i]); at--, moves++)
			a->by_date[at] = a->by_date[at - 1];
		a->by_date[at] = a->rows[i];
	}
	if (moves > 8 * a->count)
		qsort(a->by_date, a->count, sizeof *a->by_date, by_date);
}

/* Letters of the same id have pages of their own; one that is called by another name now is written anew. */
static void number_copies(struct archive *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct row *r = a->by_id[i].row;
		const struct row *before = i ? a->by_id[i - 1].row : NULL;

		r->copy = before && slice_same(before->id, r->id) ? before->copy + 1 : 1;
		if (r->copy != r->old_copy)
			r->written = 0;
	}
}

struct row *row_of_id(const struct archive *a, slice id, unsigned copy)
{
	uint64_t start = keyed_start(id);
	size_t from = 0, to = a->count;
	struct row *found;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct keyed *k = &a->by_id[middle];
		const struct row *r = k->row;

		if (k->key < start || (k->key == start && memcmp(r->id.p, id.p, id.n) < 0))
			from = middle + 1;
		else
			to = middle;
	}
	from += copy - 1;
	found = from < a->count ? a->by_id[from].row : NULL;
	return found && slice_same(slice_upto(found->id, id.n), id) ? found : NULL;
}

/* Ends at the first second of the next. */
static void add_month(struct archive *a, size_t first)
{
	struct month *m;
	struct tm t;

	gmtime_r(&a->by_date[first]->date, &t);
	a->months = mem_grow(a->months, a->month_count + 1, sizeof *a->months);
	m = &a->months[a->month_count++];
	*m = (struct month){ .first = first };
	strftime(m->name, sizeof m->name, "%Y-%m", &t);
	t = (struct tm){ .tm_year = t.tm_year, .tm_mon = t.tm_mon + 1, .tm_mday = 1 };
	m->end = timegm(&t);
}

static void part_months(struct archive *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct row *r = a->by_date[i], *earlier = i ? a->by_date[i - 1] : NULL;

		if (!earlier || r->date >= a->months[a->month_count - 1].end)
			add_month(a, i);
		a->months[a->month_count - 1].count++;
		r->earlier = earlier;
		if (earlier)
			earlier->later = r;
	}
	for (size_t i = 0; i < a->month_count; i++)
		for (size_t j = 0; j < a->months[i].count; j++)
			a->by_date[a->months[i].first + j]->month = &a->months[i];
}

void arrange(struct archive *a)
{
	sort_by_id(a);
	sort_by_date(a);
	number_copies(a);
	part_months(a);
	arrange_threads(a);
}
