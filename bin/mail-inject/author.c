#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "inject.h"

static const struct passwd *entry(void)
{
	static const struct passwd *found;

	if (!found)
		found = getpwuid(getuid());
	return found;
}

/* Who has no entry may say who he is, but not to a program that can do more than he. */
const char *author_login(void)
{
	static char number[24];
	const struct passwd *pw = entry();
	const char *given;

	if (pw && pw->pw_name[0])
		return pw->pw_name;
	given = secure_getenv("LOGNAME");
	if (given && given[0])
		return given;
	snprintf(number, sizeof number, "uid%lu", (unsigned long)getuid());
	return number;
}

/* The first part of pw_gecos, where & stands for the login with a capital letter. */
slice author_name(void)
{
	static buf name;
	const struct passwd *pw = entry();
	slice full;

	if (!pw || !pw->pw_gecos)
		return (slice){ "", 0 };
	full = slice_of(pw->pw_gecos);
	full = slice_upto(full, slice_find(full, ','));
	buf_clear(&name);
	for (size_t i = 0; i < full.n; i++) {
		size_t at = name.n;

		if (full.p[i] != '&') {
			buf_addchar(&name, full.p[i]);
			continue;
		}
		buf_addtext(&name, pw->pw_name);
		if (name.n > at && ascii_letter(name.p[at]))
			name.p[at] = (char)(ascii_lower(name.p[at]) - ('a' - 'A'));
	}
	return slice_trim(buf_slice(&name));
}
