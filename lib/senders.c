#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "domain.h"
#include "io.h"
#include "limit.h"
#include "senders.h"

bool senders_match(slice pattern, slice address)
{
	slice local = addr_local(address), domain = addr_domain(address), want = addr_local(pattern);

	if (slice_is(pattern, "*"))
		return true;
	if (domain.n == 0 || !domain_same(addr_domain(pattern), domain))
		return false;
	if (want.n == 0 || slice_case_same(local, want))
		return true;
	return local.n > want.n && local.p[want.n] == '+' && slice_case_same(slice_upto(local, want.n), want);
}

static bool by_default(const struct conf *c, slice user, slice address)
{
	slice domains = slice_of(c->local_domains), domain;
	buf himself = { NULL, 0, 0 };
	bool may = false;

	if (slice_find(user, '@') < user.n)
		return senders_match(user, address);
	while (!may && slice_word(&domains, &domain)) {
		buf_clear(&himself);
		buf_addslice(&himself, user);
		buf_addchar(&himself, '@');
		buf_addslice(&himself, domain);
		may = senders_match(buf_slice(&himself), address);
	}
	buf_free(&himself);
	return may;
}

static bool is_pattern(slice word)
{
	return slice_is(word, "*") || slice_find(word, '@') + 1 < word.n;
}

/* What the lines of the user say: 1, 0; -1 a line that is none; 2 there is no line for him. */
static int by_lines(slice rest, slice user, slice address, int *number)
{
	int may = 2;
	slice line, name, word;

	while (slice_cut(&rest, '\n', &line)) {
		*number += 1;
		line = slice_trim(line);
		if (!slice_word(&line, &name) || name.p[0] == '#')
			continue;
		if (slice_case_same(name, user) && may == 2)
			may = 0;
		while (slice_word(&line, &word)) {
			if (!is_pattern(word))
				return -1;
			if (slice_case_same(name, user) && senders_match(word, address))
				may = 1;
		}
	}
	return may;
}

int senders_allow(const struct conf *c, slice user, slice address, buf *why)
{
	char *path = conf_path(c, "may-send");
	buf text = { NULL, 0, 0 };
	int number = 0, may = 2;

	if (io_file(AT_FDCWD, path, LIMIT_ALIASES, &text) == 0) {
		may = by_lines(buf_slice(&text), user, address, &number);
		if (may < 0)
			buf_print(why, "%s: line %d: not `user address-or-@domain ...'", path, number);
	} else if (errno != ENOENT) {
		buf_print(why, "%s: %s", path, strerror(errno));
		may = -1;
	}
	if (may == 2)
		may = by_default(c, user, address);
	buf_free(&text);
	free(path);
	return may;
}
