#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"
#include "serve.h"

/* The folder in which a file of the Pennypost folder is, after following links; NULL where there is none. */
static char *folder_of(const struct conf *conf, const char *name)
{
	char *path = conf_path(conf, name), *real = realpath(path, NULL);

	free(path);
	if (real)
		strrchr(real, '/')[1] = '\0';
	return real;
}

/*
 * What stores letters reads settings and writes to the queue. Users may be looked up in ways that only nsswitch.conf
 * and its modules know, and one not found by mistake would have his mail refused: then all may be read.
 */
static void keep_to_queue(const struct conf *conf)
{
	struct queue queue;
	char *aliases = folder_of(conf, "aliases"), *routes = folder_of(conf, "routes");
	struct sandbox_path paths[] = {
		{ NULL, SANDBOX_STORE },
		{ conf->home, SANDBOX_READ },
		{ aliases, SANDBOX_READ },
		{ routes, SANDBOX_READ },
		{ "/etc/localtime", SANDBOX_READ },
		{ "/usr/share/zoneinfo", SANDBOX_READ },
		{ conf->mailboxes[0] ? NULL : "/", SANDBOX_READ },
	};

	if (queue_open(&queue, conf) == 0) /* which makes it, if it is not there: later that would be too late */
		paths[0].path = queue.path;
	sandbox_enter(paths, sizeof paths / sizeof paths[0]);
	if (queue.fd >= 0)
		close(queue.fd);
	free(queue.path);
	free(aliases);
	free(routes);
}

void confine(const struct session *s)
{
	if (!s->command && !s->conf->filter[0] && strcmp(s->conf->deliver, "queue") == 0)
		keep_to_queue(s->conf);
}
