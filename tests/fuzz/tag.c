/* tag: what is taken for a list says each name once, and its values stand where it has them. */
#include <stdint.h>
#include <stdlib.h>

#include "tag.h"

static void check(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice list = { (const char *)p, n }, rest = list;
	struct tags tags;
	struct tag t;

	while (tag_next(&rest, &t))
		check(t.name.n + t.value.n <= n);
	if (tags_read(&tags, list))
		return 0;
	check(tags.count <= LIMIT_TAGS);
	for (size_t i = 0; i < tags.count; i++) {
		const struct tag *tag = &tags.tag[i];
		buf name = { NULL, 0, 0 };

		check(tag->written.p >= list.p && tag->written.p + tag->written.n <= list.p + n && tag->written.p[-1] == '=');
		check(tag->value.n <= tag->written.n && slice_find(tag->value, ';') == tag->value.n);
		buf_addslice(&name, tag->name);
		check(tags_find(&tags, name.p) == tag);
		buf_free(&name);
	}
	return 0;
}
