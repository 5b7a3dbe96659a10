/* Subjects and authors, as a table of contents has them. */
#include "addr.h"
#include "charset.h"
#include "issue.h"
#include "head.h"
#include "limit.h"
#include "words.h"

/* No character is cut. */
static void add_bounded(buf *to, slice text)
{
	size_t n = 0, character;

	if (text.n > LIMIT_TOPIC) {
		while ((character = utf8_character(slice_from(text, n))) && n + character <= LIMIT_TOPIC)
			n += character;
		text.n = n;
	}
	buf_addslice(to, text);
}

void topic_add_subject(buf *to, slice fields)
{
	buf text = { NULL, 0, 0 };

	words_decode_field(&text, fields, "Subject");
	add_bounded(to, text.n ? buf_slice(&text) : SLICE("(no subject)"));
	buf_free(&text);
}

static void add_name(buf *to, const struct addr *a)
{
	buf name = { NULL, 0, 0 };

	if (a->name.n)
		addr_add_unquoted(&name, a->name);
	else
		buf_addslice(&name, a->comment);
	words_decode(to, buf_slice(&name));
	if (to->n == 0)
		words_plain(to, buf_slice(&a->address));
	buf_free(&name);
}

void topic_add_author(buf *to, slice fields)
{
	buf text = { NULL, 0, 0 };
	struct addr_list list;
	struct addr a = { .bare = false };
	struct field f;

	if (head_find(fields, "From", &f)) {
		list = addr_list(f.body);
		if (addr_next(&list, &a) > 0)
			add_name(&text, &a);
	}
	add_bounded(to, text.n ? buf_slice(&text) : SLICE("nobody"));
	addr_free(&a);
	buf_free(&text);
}
