/* list-subscribe: puts people on a mailing list; as list-unsubscribe, takes them off. See list-subscribe(1). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"
#include "roster.h"

static const struct way {
	const char *name, *usage;
	int (*change)(struct roster *, const struct list *, void (*changed)(void *, slice), void *context);
} ways[] = {
	{ "list-subscribe", "usage: list-subscribe list [address ...]", roster_subscribe },
	{ "list-unsubscribe", "usage: list-unsubscribe list [address ...]", roster_unsubscribe },
};

/* Said at the end, when it is true. */
static void note(void *changed, slice line)
{
	buf_addslice(changed, line);
	buf_addchar(changed, '\n');
}

int main(int argc, char **argv)
{
	const struct way *way = &ways[argc && strcmp(basename(argv[0]), ways[1].name) == 0];
	buf changed = { NULL, 0, 0 };
	struct roster named = { { NULL, 0, 0 } };
	struct conf conf;
	struct list list;
	int wrong;

	fail_name(way->name, way->usage);
	if (getopt(argc, argv, "") != -1 || optind == argc)
		fail_usage();
	conf_load(&conf);
	list_load(&list, &conf, argv[optind]);
	wrong = roster_read(&named, argv + optind + 1);
	if (wrong < 0)
		fail(EX_IOERR, "standard input: %s", strerror(errno));
	if (named.lines.n && way->change(&named, &list, note, &changed))
		fail(fail_status(errno), "%s: %s", list.name, strerror(errno));
	writer_put(&io_out, buf_slice(&changed));
	return io_finish(wrong ? EX_DATAERR : EX_OK);
}
