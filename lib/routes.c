#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "io.h"
#include "limit.h"
#include "routes.h"

static const char *const tls_names[] = {
	[ROUTE_TLS_OFF] = "off", [ROUTE_TLS_MAY] = "may", [ROUTE_TLS_REQUIRE] = "require", [ROUTE_TLS_VERIFY] = "verify",
};

int route_parse_tls(slice text, enum route_tls *tls)
{
	for (size_t i = ROUTE_TLS_OFF; i <= ROUTE_TLS_VERIFY; i++)
		if (slice_is(text, tls_names[i])) {
			*tls = (enum route_tls)i;
			return 0;
		}
	return -1;
}

const char *route_tls_name(enum route_tls tls)
{
	return tls_names[tls];
}

/* `tls=` and how, or nothing. */
static int read_tls(slice text, struct route *route)
{
	slice word;

	if (!slice_word(&text, &word))
		return 0;
	return slice_starts(word, "tls=") && slice_trim(text).n == 0 ? route_parse_tls(slice_from(word, 4), &route->tls) : -1;
}

/* A server, and what TLS it has to have. A client that begins with TLS relies on it (RFC 8314 §5). */
static int read_server(slice text, struct route *route)
{
	if (!slice_word(&text, &route->target))
		return -1;
	if (slice_starts(route->target, ROUTE_IMPLICIT_TLS))
		route->tls = ROUTE_TLS_VERIFY;
	return read_tls(text, route);
}

static const struct { const char *prefix; enum route_kind kind; } kinds[] = {
	{ "smtp:", ROUTE_SMTP }, { "lmtp:", ROUTE_LMTP }, { "pipe:", ROUTE_PIPE }, { "error:", ROUTE_ERROR },
};

int route_parse(slice text, struct route *route)
{
	slice rest = text, word;

	*route = (struct route){ .kind = ROUTE_LOCAL, .listed = true };
	if (slice_is(text, "local"))
		return 0;
	if (slice_word(&rest, &word) && slice_is(word, "smtp")) {
		route->kind = ROUTE_EXCHANGES;
		return read_tls(rest, route);
	}
	if (slice_starts(text, ROUTE_IMPLICIT_TLS)) {
		route->kind = ROUTE_SMTP;
		return read_server(text, route);
	}
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (slice_starts(text, kinds[i].prefix)) {
			slice target = slice_trim(slice_from(text, strlen(kinds[i].prefix)));

			route->kind = kinds[i].kind;
			if (route->kind <= ROUTE_LMTP)
				return read_server(target, route);
			route->target = target;
			return target.n ? 0 : -1;
		}
	route->kind = ROUTE_EXCHANGES;
	return -1;
}

static int read_line(struct routes *r, slice line)
{
	struct route_line new = { .labels = { NULL, 0, 0 } };
	slice domain;

	if (!slice_word(&line, &domain) || domain.p[0] == '#')
		return 0;
	if (route_parse(slice_trim(line), &new.route))
		return -1;
	new.domain = domain_plain(domain, &new.labels);
	r->lines = mem_grow(r->lines, r->count + 1, sizeof new);
	r->lines[r->count++] = new;
	return 0;
}

static int read_smarthost(struct routes *r, slice smarthost, buf *why)
{
	r->others.kind = smarthost.n ? ROUTE_SMTP : ROUTE_EXCHANGES;
	if (smarthost.n == 0 || read_server(smarthost, &r->others) == 0)
		return 0;
	buf_print(why, "smarthost: `%s': not `host:port', nor with `tls=off', `tls=may', `tls=require' or `tls=verify'", smarthost.p);
	return -1;
}

static int read_lines(struct routes *r, const char *path, buf *why)
{
	slice rest, line;

	if (io_file(AT_FDCWD, path, LIMIT_HEADER, &r->text)) {
		if (errno == ENOENT)
			return 0;
		buf_print(why, "%s: %s", path, strerror(errno));
		return -1;
	}
	rest = buf_slice(&r->text);
	for (int number = 1; slice_cut(&rest, '\n', &line); number++)
		if (read_line(r, line)) {
			buf_print(why, "%s: line %d: not `domain transport'", path, number);
			return -1;
		}
	return 0;
}

int routes_read(struct routes *r, const struct conf *c, buf *why)
{
	char *path = conf_path(c, "routes");
	int status;

	*r = (struct routes){ .conf = c };
	status = read_smarthost(r, slice_of(c->smarthost), why) || read_lines(r, path, why) ? -1 : 0;
	free(path);
	return status;
}

void routes_free(struct routes *r)
{
	for (size_t i = 0; i < r->count; i++)
		buf_free(&r->lines[i].labels);
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

static struct route find(const struct routes *r, slice domain)
{
	const struct route *found = listed(r, domain);

	for (size_t i = 1; i < domain.n && !found; i++)
		if (domain.p[i] == '.')
			found = listed(r, slice_from(domain, i));
	if (!found && conf_local(r->conf, domain))
		return (struct route){ .kind = ROUTE_LOCAL };
	if (found)
		return *found;
	found = listed(r, SLICE("*"));
	if (found)
		return (struct route){ .kind = found->kind, .tls = found->tls, .target = found->target };
	return r->others;
}

struct route routes_find(const struct routes *r, slice domain)
{
	buf labels = { NULL, 0, 0 };
	struct route found = find(r, domain_plain(domain, &labels));

	buf_free(&labels);
	return found;
}
