/* What has to be written: each page has a fingerprint of all that it shows. */
#include <stdlib.h>
#include <string.h>

#include "archive.h"

static uint64_t mix(uint64_t print, uint64_t word)
{
	print = (print ^ word) * 0x9e3779b97f4a7c15;
	return print ^ print >> 29;
}

uint64_t print_number(uint64_t print, uint64_t number)
{
	print = mix(print, number);
	return print ? print : 1;
}

uint64_t print_bytes(uint64_t print, slice bytes)
{
	uint64_t word;

	print = mix(print, bytes.n);
	for (; bytes.n >= sizeof word; bytes = slice_from(bytes, sizeof word)) {
		memcpy(&word, bytes.p, sizeof word);
		print = mix(print, word);
	}
	word = 0;
	if (bytes.n)
		memcpy(&word, bytes.p, bytes.n);
	return print_number(print, word);
}

static uint64_t key_of(const struct row *r)
{
	return r ? r->key : 0;
}

/* What a letter itself says never changes: where its page leads to does. */
static uint64_t print_of_letter(const struct row *r)
{
	uint64_t print = mix(1, key_of(r->earlier));

	print = mix(print, key_of(r->later));
	print = mix(print, key_of(r->before));
	print = mix(print, key_of(r->behind));
	return print_number(print, key_of(r->parent));
}

static slice name_of(const struct archive *a, size_t month)
{
	return month < a->month_count ? slice_of(a->months[month].name) : SLICE("");
}

static uint64_t print_of_month(const struct archive *a, size_t month, bool threads)
{
	const struct month *m = &a->months[month];
	uint64_t print = print_bytes(1, name_of(a, month - 1));

	print = print_bytes(print, name_of(a, month + 1));
	for (size_t i = m->first; i < m->first + m->count; i++) {
		const struct row *r = threads ? a->by_thread[i] : a->by_date[i];

		print = print_number(print, r->look);
		if (threads)
			print = mix(mix(print, r->level), r->parent && r->parent->month != m ? r->parent->key : 0);
	}
	return print_number(print, m->count);
}

static uint64_t print_of_front(const struct archive *a)
{
	uint64_t print = 1;

	for (size_t i = 0; i < a->month_count; i++)
		print = print_number(print_bytes(print, name_of(a, i)), a->months[i].count);
	return print;
}

static void add_page(struct page **to, slice folder, const char *file, uint64_t wanted)
{
	buf path = { NULL, 0, 0 };

	buf_addslice(&path, folder);
	buf_addtext(&path, folder.n ? "/" : "");
	buf_addtext(&path, file);
	*(*to)++ = (struct page){ .path = buf_slice(&path), .wanted = wanted };
}

/* Both are in the order of their paths. */
static void find_written(struct archive *a)
{
	struct page *old = a->old_pages, *end = old + a->old_page_count;

	for (size_t i = 0; i < a->page_count; i++) {
		while (old < end && slice_order(old->path, a->pages[i].path) < 0)
			old++;
		if (old < end && slice_same(old->path, a->pages[i].path)) {
			old->wanted = a->pages[i].wanted;
			a->pages[i].written = old->written;
		}
	}
}

static void plan_pages(struct archive *a)
{
	size_t most = 2 * a->month_count + 2;
	struct page *to = mem_grow(NULL, most, sizeof *to);

	a->old_pages = a->pages;
	a->old_page_count = a->page_count;
	a->pages = to;
	a->page_count = most;
	for (size_t i = 0; i < a->month_count; i++) {
		add_page(&to, name_of(a, i), "index.html", print_of_month(a, i, false));
		add_page(&to, name_of(a, i), "threads.html", print_of_month(a, i, true));
	}
	add_page(&to, SLICE(""), "index.html", print_of_front(a));
	add_page(&to, SLICE(""), "style.css", print_bytes(1, slice_of(style)));
	find_written(a);
}

void plan(struct archive *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct row *r = a->rows[i];

		r->key = print_bytes(r->copy, r->id);
		r->look = print_bytes(r->key, r->text);
	}
	for (size_t i = 0; i < a->count; i++)
		a->rows[i]->wanted = print_of_letter(a->rows[i]);
	plan_pages(a);
}

bool is_finished(const struct archive *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->rows[i]->written != a->rows[i]->wanted)
			return false;
	for (size_t i = 0; i < a->page_count; i++)
		if (a->pages[i].written != a->pages[i].wanted)
			return false;
	for (size_t i = 0; i < a->known_count; i++)
		if (!a->known[i].file)
			return false;
	return !a->lost;
}
