#include <string.h>

#include "addr.h"
#include "verp.h"

static void add_plain_local(buf *to, slice address)
{
	addr_add_unquoted(to, addr_local(address));
}

bool verp_is_pattern(slice address)
{
	slice local = addr_local(address);

	return local.n && local.p[local.n - 1] == '=' && addr_domain(address).n;
}

void verp_add_extension(buf *to, slice recipient)
{
	add_plain_local(to, recipient);
	buf_addchar(to, '=');
	buf_addslice(to, addr_domain(recipient));
}

void verp_add_sender(buf *to, slice pattern, slice recipient)
{
	slice before = addr_local(pattern);
	buf local = { NULL, 0, 0 };

	buf_addslice(&local, slice_upto(before, before.n - 1));
	verp_add_extension(&local, recipient);
	addr_add_local(to, buf_slice(&local));
	buf_addchar(to, '@');
	buf_addslice(to, addr_domain(pattern));
	buf_free(&local);
}

bool verp_add_recipient(buf *to, slice extension)
{
	const char *equals = extension.n ? memrchr(extension.p, '=', extension.n) : NULL;
	slice local = slice_upto(extension, equals ? (size_t)(equals - extension.p) : 0);

	if (local.n == 0)
		return false;
	addr_add_local(to, local);
	if (local.n + 1 < extension.n) {
		buf_addchar(to, '@');
		buf_addslice(to, slice_from(extension, local.n + 1));
	}
	return true;
}

/* How lists name their return paths; some have the number of the letter behind it. */
static const struct { const char *name; bool numbered; } marks[] = {
	{ "-bounce-", false }, { "-bounces+", false }, { "-return-", true }, { "+bounces-", true },
};

static slice behind_number(slice s)
{
	size_t n = 0;

	while (n < s.n && ascii_digit(s.p[n]))
		n++;
	return slice_from(s, n && n < s.n && s.p[n] == '-' ? n + 1 : 0);
}

bool verp_add_bounced(buf *to, slice address)
{
	buf local = { NULL, 0, 0 };
	bool found = false;

	add_plain_local(&local, address);
	for (size_t i = 1; !found && i < local.n; i++)
		for (size_t m = 0; !found && m < sizeof marks / sizeof *marks; m++) {
			slice rest = slice_from(buf_slice(&local), i), extension = slice_from(rest, strlen(marks[m].name));

			if (slice_case_starts(rest, marks[m].name))
				found = verp_add_recipient(to, marks[m].numbered ? behind_number(extension) : extension);
		}
	buf_free(&local);
	return found;
}
