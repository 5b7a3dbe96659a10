#include <string.h>

#include "fail.h"
#include "local.h"
#include "serve.h"

static const struct routes *routes(struct session *s)
{
	buf why = { NULL, 0, 0 };

	if (!s->routes_known && routes_read(&s->routes, s->conf, &why))
		fail(EX_CONFIG, "%s", why.p);
	s->routes_known = true;
	return &s->routes;
}

static slice our_domain(const struct session *s)
{
	slice list = slice_of(s->conf->local_domains), ours;

	return slice_word(&list, &ours) ? ours : slice_of(s->conf->hostname);
}

/* The literal of the address at which the client called us. */
static bool is_our_address(const struct client *c, slice domain)
{
	struct address literal;

	return c->called && address_read_literal(domain, &literal) && memcmp(&literal, &c->here, sizeof literal) == 0;
}

/*
 * An address without a domain: postmaster is ours (RFC 5321 §4.5.1); for those who may
 * relay the rest is completed as mail-inject does it.
 */
static const char *complete(const struct session *s, const struct path *to, buf *address)
{
	buf_addslice(address, to->local);
	buf_addchar(address, '@');
	if (slice_case_is(to->local, "postmaster"))
		buf_addslice(address, our_domain(s));
	else if (s->client.trusted)
		buf_addtext(address, s->conf->domain);
	else
		return "553 5.1.3 An address has a domain";
	return NULL;
}

static const char *admit_local(const struct session *s, slice local_part)
{
	buf why = { NULL, 0, 0 };
	const char *wrong = NULL;
	struct local who;

	if (local_find(&who, s->conf, local_part, &why)) {
		warn("%s", why.p);
		wrong = "451 4.3.0 It cannot be told now who that is";
	} else if (who.kind == LOCAL_NOBODY) {
		wrong = "550 5.1.1 No such user here";
	}
	local_free(&who);
	buf_free(&why);
	return wrong;
}

/* The text of an error route: `5.1.2 text`. */
static const char *refuse(struct session *s, slice text)
{
	buf_clear(&s->refusal);
	if (slice_starts(text, "4."))
		buf_addtext(&s->refusal, "450 ");
	else
		buf_addtext(&s->refusal, slice_starts(text, "5.") ? "550 " : "550 5.7.1 ");
	buf_addslice(&s->refusal, text);
	return s->refusal.p;
}

/* A local part such as `user%other.example`, with which an inner host could be made to relay. */
static bool routes_on(slice local_part)
{
	return slice_find(local_part, '%') < local_part.n || slice_find(local_part, '@') < local_part.n
	    || slice_find(local_part, '!') < local_part.n;
}

const char *admit(struct session *s, const struct path *to, buf *address)
{
	slice domain = to->domain;
	const char *wrong = NULL;
	struct route route;

	if (domain.n)
		buf_addslice(address, to->address);
	else
		wrong = complete(s, to, address);
	if (wrong)
		return wrong;
	if (is_our_address(&s->client, domain)) {
		address->n -= domain.n;
		buf_addslice(address, our_domain(s));
	}
	domain = slice_from(buf_slice(address), to->local.n + 1);
	route = routes_find(routes(s), domain);
	if (route.kind == ROUTE_ERROR)
		return refuse(s, route.target);
	if (route.kind == ROUTE_LOCAL)
		return admit_local(s, to->local);
	if (s->client.trusted || (route.listed && route.kind != ROUTE_EXCHANGES && !routes_on(to->local)))
		return NULL;
	return "550 5.7.1 We do not relay for you";
}
