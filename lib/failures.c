#include <stdlib.h>

#include "failures.h"
#include "limit.h"

/* Most bounces name one recipient: an index is for those that name many. Slots: two for each row, which may be renamed, and more. */
enum { FEW = 16, SLOTS = 32768 };

_Static_assert(SLOTS > 2 * LIMIT_REPORTED, "failures: the index is too small");

/* The domain is the same in letters of any case (RFC 5321 §2.4), the local part nearly everywhere. */
static uint32_t hash_of(slice address)
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < address.n; i++)
		hash = (hash ^ (unsigned char)ascii_lower(address.p[i])) * 16777619;
	return hash;
}

struct failure *failures_row(const struct failures *f, size_t i)
{
	return &((struct failure *)(void *)f->rows.p)[i];
}

slice failure_address(const struct failures *f, const struct failure *row)
{
	return slice_upto(slice_from(buf_slice(&f->texts), row->address), row->address_n);
}

slice failure_said(const struct failures *f, const struct failure *row)
{
	return slice_upto(slice_from(buf_slice(&f->texts), row->said), row->said_n);
}

static bool is_of(const struct failures *f, size_t i, uint32_t hash, slice address)
{
	const struct failure *row = failures_row(f, i);

	return row->hash == hash && slice_case_same(failure_address(f, row), address);
}

struct failure *failures_find(const struct failures *f, slice address)
{
	uint32_t hash = hash_of(address);

	if (f->count > FEW) {
		for (size_t slot = hash % SLOTS; f->index[slot]; slot = (slot + 1) % SLOTS)
			if (is_of(f, f->index[slot] - 1u, hash, address))
				return failures_row(f, f->index[slot] - 1u);
		return NULL;
	}
	for (size_t i = 0; i < f->count; i++)
		if (is_of(f, i, hash, address))
			return failures_row(f, i);
	return NULL;
}

static void add_to_index(struct failures *f, size_t i)
{
	size_t slot = failures_row(f, i)->hash % SLOTS;

	while (f->index[slot])
		slot = (slot + 1) % SLOTS;
	f->index[slot] = (uint16_t)(i + 1);
}

static void make_index(struct failures *f)
{
	free(f->index);
	f->index = NULL;
	if (f->count <= FEW)
		return;
	f->index = mem_alloc(SLOTS * sizeof *f->index);
	memset(f->index, 0, SLOTS * sizeof *f->index);
	for (size_t i = 0; i < f->count; i++)
		add_to_index(f, i);
}

static bool has_room(struct failures *f, size_t n)
{
	if (f->texts.n + n <= LIMIT_BOUNCED)
		return true;
	f->overflow = true;
	return false;
}

struct failure *failures_add(struct failures *f, slice address)
{
	struct failure *row = failures_find(f, address), new = { .address = f->texts.n, .address_n = address.n };

	if (row)
		return row;
	if (f->count == LIMIT_REPORTED || !has_room(f, address.n)) {
		f->overflow = true;
		return NULL;
	}
	new.hash = hash_of(address);
	buf_addslice(&f->texts, address);
	buf_add(&f->rows, &new, sizeof new);
	f->count++;
	if (f->index)
		add_to_index(f, f->count - 1);
	else if (f->count > FEW)
		make_index(f);
	return failures_row(f, f->count - 1);
}

void failures_rename(struct failures *f, struct failure *row, slice address)
{
	if (row->renamed || !has_room(f, address.n))
		return;
	row->renamed = true;
	row->address = f->texts.n;
	row->address_n = address.n;
	row->hash = hash_of(address);
	buf_addslice(&f->texts, address);
	if (f->index)
		add_to_index(f, (size_t)(row - failures_row(f, 0)));
}

/* Cut between characters. */
static slice bounded(slice said)
{
	size_t n = said.n < LIMIT_REPLY ? said.n : LIMIT_REPLY;

	while (n < said.n && n && (said.p[n] & 0xc0) == 0x80)
		n--;
	return slice_upto(said, n);
}

void failures_say(struct failures *f, struct failure *row, slice said)
{
	said = bounded(said);
	if (!has_room(f, said.n))
		return;
	row->said = f->texts.n;
	row->said_n = said.n;
	buf_addslice(&f->texts, said);
}

void failures_drop_guesses(struct failures *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++)
		if (!failures_row(f, i)->guessed)
			*failures_row(f, kept++) = *failures_row(f, i);
	if (kept == 0)
		return;
	f->count = kept;
	f->rows.n = kept * sizeof(struct failure);
	make_index(f);
}

void failures_clear(struct failures *f)
{
	free(f->index);
	f->index = NULL;
	buf_clear(&f->rows);
	buf_clear(&f->texts);
	f->count = 0;
	f->overflow = false;
}

void failures_free(struct failures *f)
{
	free(f->index);
	buf_free(&f->rows);
	buf_free(&f->texts);
}
