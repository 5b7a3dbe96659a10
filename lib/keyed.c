#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "keyed.h"

uint64_t keyed_start(slice text)
{
	uint64_t start = 0;

	if (text.n)
		memcpy(&start, text.p, text.n < sizeof start ? text.n : sizeof start);
	return be64toh(start);
}

/* By one byte of the keys, in the order that they have: false, and nothing done, where it is the same in all. */
static bool sort_by_byte(const struct keyed *from, struct keyed *to, size_t count, unsigned shift)
{
	size_t first[256] = { 0 }, sum = 0;

	for (size_t i = 0; i < count; i++)
		first[from[i].key >> shift & 255]++;
	if (first[from[0].key >> shift & 255] == count)
		return false;
	for (size_t i = 0; i < 256; i++) {
		size_t n = first[i];

		first[i] = sum;
		sum += n;
	}
	for (size_t i = 0; i < count; i++)
		to[first[from[i].key >> shift & 255]++] = from[i];
	return true;
}

static int (*order_of_rows)(const void *, const void *);

static int compare(const void *a, const void *b)
{
	return order_of_rows(&((const struct keyed *)a)->row, &((const struct keyed *)b)->row);
}

static void sort_same(struct keyed *rows, size_t count)
{
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && rows[i + n].key == rows[i].key;)
			n++;
		if (n > 1)
			qsort(rows + i, n, sizeof *rows, compare);
	}
}

void keyed_sort(struct keyed *rows, size_t count, int (*order)(const void *, const void *))
{
	struct keyed *other = count ? mem_grow(NULL, count, sizeof *other) : NULL, *from = rows, *to = other;

	for (unsigned shift = 0; count && shift < 64; shift += 8)
		if (sort_by_byte(from, to, count, shift)) {
			struct keyed *sorted = to;

			to = from;
			from = sorted;
		}
	if (from != rows)
		memcpy(rows, from, count * sizeof *rows);
	free(other);
	order_of_rows = order;
	sort_same(rows, count);
}
