#include <string.h>

#include "fail.h"
#include "serve.h"

static const struct routes *routes(struct session *s)
{
	buf why = { NULL, 0, 0 };

	if (!s->routes_known && routes_read(&s->routes, s->conf, &why))
		fail(EX_CONFIG, "%s", why.p);
	s->routes_known = true;
	return &s->routes;
}

const char *admit(struct session *s, const struct path *to, buf *address)
{
	struct route route;

	buf_addslice(address, to->address);
	route = routes_find(routes(s), to->domain);
	if (route.kind == ROUTE_LOCAL || route.listed)
		return NULL;
	return s->client.trusted ? NULL : "550 5.7.1 We do not relay for you";
}
