/* routes: every domain has its way, whose target stands in the file, or the file is refused with its line. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "routes.h"

static char home[] = "/tmp/fuzz-routes.XXXXXX", file[sizeof home + sizeof "/routes"];
static char ours[] = "here.example localhost", smarthost[] = "smart.example:587";

static void check(bool good)
{
	if (!good)
		abort();
}

static void leave(void)
{
	unlink(file);
	rmdir(home);
}

static void begin(void)
{
	check(mkdtemp(home));
	snprintf(file, sizeof file, "%s/routes", home);
	atexit(leave);
}

static void write_routes(slice text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	close(fd);
}

static void look_up(const struct routes *r, slice domain)
{
	struct route route = routes_find(r, domain);
	bool bare = route.kind == ROUTE_LOCAL || route.kind == ROUTE_EXCHANGES;

	check(route.kind <= ROUTE_ERROR && bare == (route.target.n == 0));
	if (route.target.n && route.target.p != smarthost)
		check(route.target.p >= r->text.p && route.target.p + route.target.n <= r->text.p + r->text.n);
}

/* The first line is a domain that is looked for, as each that the file names is. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice text = { (const char *)p, n }, name = slice_upto(text, slice_find(text, '\n'));
	struct conf c = { .home = home, .local_domains = ours, .smarthost = smarthost };
	buf why = { NULL, 0, 0 };
	struct routes r;

	if (strstr(home, "XXXXXX"))
		begin();
	write_routes(slice_from(text, name.n + 1));
	if (routes_read(&r, &c, &why)) {
		check(why.n > 0);
	} else {
		look_up(&r, name);
		look_up(&r, SLICE("here.example"));
		for (size_t i = 0; i < r.count; i++) {
			look_up(&r, r.lines[i].domain);
			check(r.lines[i].route.listed);
		}
	}
	routes_free(&r);
	buf_free(&why);
	return 0;
}
