#include "failures.h"
#include "limit.h"

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

struct failure *failures_find(const struct failures *f, slice address)
{
	uint32_t hash = hash_of(address);

	for (size_t i = 0; i < f->count; i++) {
		struct failure *row = failures_row(f, i);

		if (row->hash == hash && slice_case_same(failure_address(f, row), address))
			return row;
	}
	return NULL;
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
	return failures_row(f, f->count++);
}

void failures_rename(struct failures *f, struct failure *row, slice address)
{
	if (!has_room(f, address.n))
		return;
	row->address = f->texts.n;
	row->address_n = address.n;
	row->hash = hash_of(address);
	buf_addslice(&f->texts, address);
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

void failures_clear(struct failures *f)
{
	buf_clear(&f->rows);
	buf_clear(&f->texts);
	f->count = 0;
	f->overflow = false;
}

void failures_free(struct failures *f)
{
	buf_free(&f->rows);
	buf_free(&f->texts);
}
