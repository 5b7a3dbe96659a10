/* Letters by id, by date and by month. */
#include <stdlib.h>
#include <string.h>

#include "archive.h"

/* Of one id the first that came. */
static int by_id(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;
	int order = memcmp(x->id.p, y->id.p, ID_LENGTH);

	return order ? order : (x > y) - (x < y);
}

static int by_date(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;

	return x->date != y->date ? (x->date > y->date) - (x->date < y->date) : (x > y) - (x < y);
}

static struct row **sorted(const struct archive *a, int (*order)(const void *, const void *))
{
	struct row **rows = mem_grow(NULL, a->count + 1, sizeof *rows);

	for (size_t i = 0; i < a->count; i++)
		rows[i] = &a->rows[i];
	qsort(rows, a->count, sizeof *rows, order);
	return rows;
}

/* Letters of the same id have pages of their own; one that is called by another name now is written anew. */
static void number_copies(struct archive *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct row *r = a->by_id[i], *before = i ? a->by_id[i - 1] : NULL;

		r->copy = before && slice_same(before->id, r->id) ? before->copy + 1 : 1;
		if (r->copy != r->old_copy)
			r->written = 0;
	}
}

struct row *row_of_id(const struct archive *a, slice id, unsigned copy)
{
	size_t from = 0, to = a->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (memcmp(a->by_id[middle]->id.p, id.p, id.n) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	from += copy - 1;
	return from < a->count && slice_same(slice_upto(a->by_id[from]->id, id.n), id) ? a->by_id[from] : NULL;
}

static void add_month(struct archive *a, size_t first)
{
	struct month *m;
	struct tm t;

	gmtime_r(&a->by_date[first]->date, &t);
	a->months = mem_grow(a->months, a->month_count + 1, sizeof *a->months);
	m = &a->months[a->month_count++];
	*m = (struct month){ .first = first };
	strftime(m->name, sizeof m->name, "%Y-%m", &t);
}

static bool same_month(time_t a, time_t b)
{
	struct tm x, y;

	gmtime_r(&a, &x);
	gmtime_r(&b, &y);
	return x.tm_mon == y.tm_mon && x.tm_year == y.tm_year;
}

static void part_months(struct archive *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct row *r = a->by_date[i], *earlier = i ? a->by_date[i - 1] : NULL;

		if (!earlier || !same_month(earlier->date, r->date))
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
	a->by_id = sorted(a, by_id);
	a->by_date = sorted(a, by_date);
	number_copies(a);
	part_months(a);
	arrange_threads(a);
}
