/* What pages of letters are called by. */
#include <string.h>

#include "id.h"

/* The last `<id>` of *body, without its brackets, which is then what stands before it. */
bool id_last(slice *body, slice *id)
{
	const char *close = body->n ? memrchr(body->p, '>', body->n) : NULL;
	const char *open = close ? memrchr(body->p, '<', (size_t)(close - body->p)) : NULL;

	if (!open)
		return false;
	*id = (slice){ open + 1, (size_t)(close - open) - 1 };
	body->n = (size_t)(open - body->p);
	return true;
}

/* The same as an id is written: folds and blanks are none of it. */
static void digest(struct sha1_ctx *sha, slice id)
{
	slice word;

	while (id.n) {
		slice line = slice_upto(id, slice_find(id, '\n'));

		id = slice_from(id, line.n + 1);
		line = slice_trim(line);
		while (slice_word(&line, &word))
			sha1_update(sha, word.n, (const uint8_t *)word.p);
	}
}

/* RFC 4648 §6, of a whole digest: no padding. */
void id_add_digest(buf *to, struct sha1_ctx *sha)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint8_t bytes[SHA1_DIGEST_SIZE];
	unsigned long bits = 0;

	sha1_digest(sha, sizeof bytes, bytes);
	for (size_t i = 0, held = 0; i < sizeof bytes; i++)
		for (bits = bits << 8 | bytes[i], held += 8; held >= 5; held -= 5)
			buf_addchar(to, letters[bits >> (held - 5) & 31]);
}

void id_add(buf *to, slice id)
{
	struct sha1_ctx sha;

	sha1_init(&sha);
	digest(&sha, id);
	id_add_digest(to, &sha);
}
