#include <stdlib.h>
#include <string.h>

#include "queue-run.h"

/*
 * The heap may hold an id twice, after its time was moved forward: only the entry
 * that agrees with the set counts.
 */
#define TAKEN ((time_t)-1)

static size_t home_of(const struct waiting *w, const char *id)
{
	return (size_t)hash_bytes((slice){ id, QUEUE_ID }) & (w->slots - 1);
}

/* Where it is, or the free slot where it would be. */
static struct due *slot_of(const struct waiting *w, const char *id)
{
	size_t i = home_of(w, id);

	while (w->known[i].id[0] && memcmp(w->known[i].id, id, QUEUE_ID) != 0)
		i = (i + 1) & (w->slots - 1);
	return &w->known[i];
}

static void make_room(struct waiting *w)
{
	struct waiting bigger = { .slots = w->slots ? w->slots * 2 : 1024 };

	if (w->slots && w->used < w->slots / 2)
		return;
	bigger.known = mem_grow(NULL, bigger.slots, sizeof *bigger.known);
	memset(bigger.known, 0, bigger.slots * sizeof *bigger.known);
	for (size_t i = 0; i < w->slots; i++)
		if (w->known[i].id[0])
			*slot_of(&bigger, w->known[i].id) = w->known[i];
	free(w->known);
	w->known = bigger.known;
	w->slots = bigger.slots;
}

static void push(struct waiting *w, const struct due *d)
{
	size_t i = w->count++;

	if (w->count > w->cap) {
		w->cap = w->cap ? w->cap * 2 : 256;
		w->heap = mem_grow(w->heap, w->cap, sizeof *w->heap);
	}
	for (; i > 0 && w->heap[(i - 1) / 2].when > d->when; i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = *d;
}

static void pop(struct waiting *w, struct due *top)
{
	struct due last = w->heap[--w->count];
	size_t i = 0, child;

	*top = w->heap[0];
	while ((child = 2 * i + 1) < w->count) {
		if (child + 1 < w->count && w->heap[child + 1].when < w->heap[child].when)
			child++;
		if (w->heap[child].when >= last.when)
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = last;
}

void waiting_add(struct waiting *w, const char *id, time_t when)
{
	struct due new = { .when = when }, *slot;

	make_room(w);
	memcpy(new.id, id, QUEUE_ID);
	slot = slot_of(w, id);
	if (slot->id[0] && (slot->when == TAKEN || slot->when <= when))
		return;
	w->used += !slot->id[0];
	*slot = new;
	push(w, &new);
}

static bool is_current(const struct waiting *w, const struct due *d)
{
	const struct due *slot = slot_of(w, d->id);

	return slot->id[0] && slot->when == d->when;
}

bool waiting_take(struct waiting *w, time_t now, struct due *d)
{
	while (w->count && w->heap[0].when <= now) {
		pop(w, d);
		if (!is_current(w, d))
			continue;
		slot_of(w, d->id)->when = TAKEN;
		return true;
	}
	return false;
}

void waiting_again(struct waiting *w, const struct due *d)
{
	slot_of(w, d->id)->when = d->when;
	push(w, d);
}

/* What follows in the run of slots moves up where it may, so that no search stops short of it. */
void waiting_done(struct waiting *w, const char *id)
{
	struct due *slot = slot_of(w, id);
	size_t gap = (size_t)(slot - w->known), mask = w->slots - 1;

	if (!slot->id[0])
		return;
	w->used--;
	for (size_t i = (gap + 1) & mask; w->known[i].id[0]; i = (i + 1) & mask)
		if (((i - home_of(w, w->known[i].id)) & mask) >= ((i - gap) & mask)) {
			w->known[gap] = w->known[i];
			gap = i;
		}
	w->known[gap].id[0] = '\0';
}

time_t waiting_next(const struct waiting *w)
{
	return w->count ? w->heap[0].when : -1;
}
