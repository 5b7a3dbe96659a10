/* Which letters there are: what the index knows, and what is in the Maildir. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "fail.h"

static int order_of(const struct row *r, const char *file)
{
	slice name = listing_name(file);
	size_t n = name.n < r->name.n ? name.n : r->name.n;
	int order = memcmp(r->name.p, name.p, n);

	return order ? order : (r->name.n > name.n) - (r->name.n < name.n);
}

static bool is_repeated(const struct listing *l, size_t i)
{
	return i > 0 && listing_order(&l->row[i - 1], &l->row[i]) == 0;
}

/* Rows and files in one order: those that have both stay, and a file alone is a new letter. */
static void merge(struct archive *a, const struct row *old, size_t old_count, struct row *gone)
{
	const struct listing *l = &a->listing;
	size_t i = 0, j = 0;

	while (i < old_count || j < l->count) {
		int order = i == old_count ? 1 : j == l->count ? -1 : order_of(&old[i], l->row[j]);

		if (order > 0 && is_repeated(l, j)) {
			j++;
		} else if (order < 0) {
			gone[a->gone++] = old[i++];
		} else if (order > 0) {
			a->count += letter_row(a, &a->rows[a->count], l->row[j++]);
		} else {
			a->rows[a->count] = old[i++];
			a->rows[a->count++].file = l->row[j++];
		}
	}
}

void gather(struct archive *a)
{
	struct row *old = a->rows, *gone;
	size_t old_count = a->count;

	if (listing_read(&a->listing, a->maildir))
		fail(fail_status(errno), "%s/archive: %s", a->list.folder, strerror(errno));
	gone = mem_grow(NULL, old_count + 1, sizeof *gone);
	a->rows = mem_grow(NULL, old_count + a->listing.count + 1, sizeof *a->rows);
	a->count = 0;
	merge(a, old, old_count, gone);
	memcpy(a->rows + a->count, gone, a->gone * sizeof *gone);
	free(gone);
	free(old);
}
