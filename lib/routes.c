#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "limit.h"
#include "routes.h"

static bool is_word(slice text)
{
	slice word;

	return slice_word(&text, &word) && slice_trim(text).n == 0;
}

int route_parse(slice text, struct route *route)
{
	static const struct { const char *prefix; enum route_kind kind; } kinds[] = {
		{ "smtp:", ROUTE_SMTP }, { "lmtp:", ROUTE_LMTP },
		{ "pipe:", ROUTE_PIPE }, { "error:", ROUTE_ERROR },
	};

	*route = (struct route){ .kind = ROUTE_LOCAL, .listed = true };
	if (slice_is(text, "local"))
		return 0;
	route->kind = ROUTE_EXCHANGES;
	if (slice_is(text, "smtp"))
		return 0;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (slice_starts(text, kinds[i].prefix)) {
			route->kind = kinds[i].kind;
			route->target = slice_trim(slice_from(text, strlen(kinds[i].prefix)));
			return route->target.n && (route->kind != ROUTE_SMTP || is_word(route->target)) ? 0 : -1;
		}
	return -1;
}

static int read_line(struct routes *r, slice line)
{
	struct route_line new = { { NULL, 0 }, { 0 } };

	if (!slice_word(&line, &new.domain) || new.domain.p[0] == '#')
		return 0;
	if (route_parse(slice_trim(line), &new.route))
		return -1;
	r->lines = mem_grow(r->lines, r->count + 1, sizeof new);
	r->lines[r->count++] = new;
	return 0;
}

int routes_read(struct routes *r, const struct conf *c, buf *why)
{
	char *path = conf_path(c, "routes");
	slice rest, line;
	int status = 0;

	*r = (struct routes){ .conf = c };
	if (io_file(AT_FDCWD, path, LIMIT_HEADER, &r->text)) {
		if (errno != ENOENT) {
			buf_print(why, "%s: %s", path, strerror(errno));
			status = -1;
		}
		goto done;
	}
	rest = buf_slice(&r->text);
	for (int number = 1; slice_cut(&rest, '\n', &line); number++)
		if (read_line(r, line)) {
			buf_print(why, "%s: line %d: not `domain transport'", path, number);
			status = -1;
			break;
		}
done:
	free(path);
	return status;
}

void routes_free(struct routes *r)
{
	buf_free(&r->text);
	free(r->lines);
	*r = (struct routes){ .conf = r->conf };
}

static const struct route *listed(const struct routes *r, slice domain)
{
	for (size_t i = 0; i < r->count; i++)
		if (slice_case_same(r->lines[i].domain, domain))
			return &r->lines[i].route;
	return NULL;
}

struct route routes_find(const struct routes *r, slice domain)
{
	const struct route *found = listed(r, domain);

	for (size_t i = 1; i < domain.n && !found; i++)
		if (domain.p[i] == '.')
			found = listed(r, slice_from(domain, i));
	if (!found && conf_lists(r->conf->local_domains, domain))
		return (struct route){ .kind = ROUTE_LOCAL };
	if (found)
		return *found;
	found = listed(r, SLICE("*"));
	if (found)
		return (struct route){ .kind = found->kind, .target = found->target };
	if (r->conf->smarthost[0])
		return (struct route){ .kind = ROUTE_SMTP, .target = slice_of(r->conf->smarthost) };
	return (struct route){ .kind = ROUTE_EXCHANGES };
}
