/* Letters by thread: each stands under the nearest that it refers to and that is here. */
#include <stdlib.h>

#include "archive.h"

/* The first letter of the thread that it is in so far. The way there gets shorter with each search. */
static struct row *root_of(struct row *r)
{
	while (r->root) {
		if (r->root->root)
			r->root = r->root->root;
		r = r->root;
	}
	return r;
}

static void put_under(struct row *parent, struct row *r)
{
	r->parent = parent;
	r->root = root_of(parent);
	if (parent->last_child)
		parent->last_child->sibling = r;
	else
		parent->first_child = r;
	parent->last_child = r;
}

/* Letters that answer each other in a circle do so but for the last that came: whose thread it would be in is its own. */
static void find_parent(const struct archive *a, struct row *r)
{
	slice references = r->references, id;
	struct row *parent;

	while (slice_word(&references, &id)) {
		parent = id.n == REFERENCE_LENGTH ? row_of_id(a, id, 1) : NULL;
		if (parent && root_of(parent) != r) {
			put_under(parent, r);
			return;
		}
	}
}

/* In the thread index of its month a letter stands under the innermost of those that it answers, at any distance. */
static void enter(struct archive *a, struct row *r)
{
	struct month *m = r->month;

	r->outer = m->innermost;
	r->level = r->outer ? r->outer->level + 1 : 0;
	m->innermost = r;
	a->by_thread[m->first + m->threaded++] = r;
}

/* The next in the order in which a thread is read: answers, then what answers the same letter. */
static struct row *step(struct row *r)
{
	if (r->first_child)
		return r->first_child;
	for (; r; r = r->parent) {
		r->month->innermost = r->outer;
		if (r->sibling)
			return r->sibling;
	}
	return NULL;
}

static void walk(struct archive *a, struct row *first)
{
	struct row *before = NULL;

	for (struct row *r = first; r; before = r, r = step(r)) {
		enter(a, r);
		r->before = before;
		if (before)
			before->behind = r;
	}
}

void arrange_threads(struct archive *a)
{
	a->by_thread = mem_grow(NULL, a->count + 1, sizeof *a->by_thread);
	for (size_t i = 0; i < a->count; i++)
		find_parent(a, a->by_date[i]);
	for (size_t i = 0; i < a->count; i++)
		if (!a->by_date[i]->parent)
			walk(a, a->by_date[i]);
}
