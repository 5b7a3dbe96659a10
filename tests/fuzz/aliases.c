/* aliases: a look-up and a list end, members are never empty or more than the file, and checking agrees with reading. */
#include <stdint.h>
#include <stdlib.h>

#include "aliases.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static int members(slice list)
{
	size_t room = list.n;
	buf member = { NULL, 0, 0 };
	slice rest;
	int got;

	while ((got = aliases_member(&list, &member)) > 0) {
		check(member.n && member.n <= room);
		check(slice_find(buf_slice(&member), '\n') == member.n);
		room -= member.n;
		aliases_kind(buf_slice(&member), &rest);
		check(rest.n <= member.n);
	}
	buf_free(&member);
	return got;
}

/* The first line is the name that is looked for. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice text = { (const char *)p, n }, name = slice_upto(text, slice_find(text, '\n'));
	struct aliases a = { .path = "aliases" };
	buf list = { NULL, 0, 0 }, why = { NULL, 0, 0 };

	buf_addslice(&a.text, slice_from(text, name.n + 1));
	if (aliases_check(&a, &why) == 0)
		check(!aliases_find(&a, name, &list) || members(buf_slice(&list)) == 0);
	else
		check(why.n > 0);
	if (aliases_find(&a, name, &list))
		members(buf_slice(&list));
	members(text);
	buf_free(&a.text);
	buf_free(&list);
	buf_free(&why);
	return 0;
}
