/* list-subscribe: puts people on a mailing list; as list-unsubscribe, takes them off. See list-subscribe(1). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"
#include "subscribe.h"

static const struct way ways[] = {
	{ "list-subscribe", "usage: list-subscribe list [address ...]\n       list-subscribe -m list <message", "subscribe",
		roster_subscribe, true, "confirm-subscribe", "subscribed", "already-subscribed" },
	{ "list-unsubscribe", "usage: list-unsubscribe list [address ...]\n       list-unsubscribe -m list <message", "unsubscribe",
		roster_unsubscribe, false, "confirm-unsubscribe", "unsubscribed", "not-subscribed" },
};

/* Said at the end, when it is true. */
static void note(void *changed, slice line)
{
	buf_addslice(changed, line);
	buf_addchar(changed, '\n');
}

static int change_named(const struct way *way, const struct list *l, char *const *addresses)
{
	buf changed = { NULL, 0, 0 };
	struct roster named = { { NULL, 0, 0 } };
	int wrong = roster_read(&named, addresses);

	if (wrong < 0)
		fail(EX_IOERR, "standard input: %s", strerror(errno));
	if (named.lines.n && way->change(&named, l, note, &changed))
		fail(fail_status(errno), "%s: %s", l->name, strerror(errno));
	writer_put(&io_out, buf_slice(&changed));
	return wrong ? EX_DATAERR : EX_OK;
}

int main(int argc, char **argv)
{
	const struct way *way = &ways[argc && strcmp(basename(argv[0]), ways[1].name) == 0];
	bool mail = false;
	struct conf conf;
	struct list list;
	int ch;

	fail_name(way->name, way->usage);
	while ((ch = getopt(argc, argv, "m")) != -1)
		if (ch == 'm')
			mail = true;
		else
			fail_usage();
	if (optind == argc || (mail && optind + 1 != argc))
		fail_usage();
	conf_load(&conf);
	list_load(&list, &conf, argv[optind]);
	return io_finish(mail ? answer_mail(way, &conf, &list) : change_named(way, &list, argv + optind + 1));
}
