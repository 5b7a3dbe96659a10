/* Which letters there are: what the index knows, and what is in the Maildir. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "fail.h"

static bool is_repeated(const struct listing *l, size_t i)
{
	return i > 0 && listing_order(&l->row[i - 1], &l->row[i]) == 0;
}

static void add(struct archive *a, struct row *r, const char *file)
{
	r->file = file;
	r->arrival = a->count;
	a->rows[a->count++] = r;
}

static void add_new(struct archive *a, const char *file)
{
	struct row *r = mem_alloc(sizeof *r);

	if (letter_row(a, r, file))
		add(a, r, file);
	else
		free(r);
}

/* Rows and files in one order: a row alone is of a letter that is gone, a file alone is a new one. */
static void merge(struct archive *a)
{
	const struct listing *l = &a->listing;
	size_t i = 0, j = 0;

	while (i < a->known_count || j < l->count) {
		int order = i == a->known_count ? 1 : j == l->count ? -1 : slice_order(a->known[i].name, listing_name(l->row[j]));

		if (order < 0)
			i++;
		else if (order == 0)
			add(a, &a->known[i++], l->row[j++]);
		else if (is_repeated(l, j))
			j++;
		else
			add_new(a, l->row[j++]);
	}
}

void gather(struct archive *a)
{
	if (listing_read(&a->listing, a->maildir))
		fail(fail_status(errno), "%s/archive: %s", a->list.folder, strerror(errno));
	a->rows = mem_grow(NULL, a->listing.count + 1, sizeof *a->rows);
	merge(a);
}
