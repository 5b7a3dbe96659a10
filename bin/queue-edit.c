/* queue-edit: hold, release, retry, reroute, bounce or drop letters that wait. See queue-edit(8). */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "io.h"
#include "letter.h"
#include "routes.h"
#include "selection.h"

static const char usage[] = "usage: queue-edit hold|release|retry|bounce|drop [-n] " SELECTION_USAGE
    "\n       queue-edit reroute [-n] -t transport " SELECTION_USAGE;

struct edit;

struct action {
	const char *name;
	bool (*applies)(const struct queued *);
	int (*apply)(const struct edit *, struct queued *);
};

struct edit {
	const struct action *action;
	const struct conf *conf;
	const struct queue *queue;
	const char *transport;
	bool only_show;
	int status;
	long long count;
};

static bool is_waiting(const struct queued *q)
{
	return !q->folder[1];
}

static bool is_parked(const struct queued *q)
{
	return !is_waiting(q) && strcmp(q->folder, "corrupt");
}

static bool is_readable(const struct queued *q)
{
	return is_waiting(q) || is_parked(q);
}

static bool is_anywhere(const struct queued *q)
{
	(void)q;
	return true;
}

static int hold(const struct edit *e, struct queued *q)
{
	return queued_move(q, e->queue, "hold");
}

static int retry(const struct edit *e, struct queued *q)
{
	(void)e;
	return queued_postpone(q, clock_now());
}

static int release(const struct edit *e, struct queued *q)
{
	return retry(e, q) || queued_move(q, e->queue, q->id + QUEUE_ID - 1) ? -1 : 0;
}

static int drop(const struct edit *e, struct queued *q)
{
	int folder = queue_folder(e->queue, q->folder), status;

	status = folder < 0 || queued_remove(q, e->queue) ? -1 : fsync(folder);
	if (folder >= 0)
		close(folder);
	return status;
}

/* The next runner finds recipients that failed and were not reported, and reports them. */
static int bounce(const struct edit *e, struct queued *q)
{
	struct queue_rcpt r;
	int got;

	while ((got = queued_next(q, &r)) > 0)
		if (r.state == RCPT_TODO
		    && (queued_log(q, e->queue, r.address, SLICE(""), SLICE("554 5.0.0 returned by the postmaster"))
			|| queued_mark(q, r.at, RCPT_FAILED)))
			return -1;
	if (got < 0 || queued_sync(q))
		return -1;
	return is_waiting(q) ? retry(e, q) : release(e, q);
}

static int copy_recipients(struct letter *new, struct queued *q)
{
	struct queue_rcpt r;
	int got;

	while ((got = queued_next(q, &r)) > 0)
		if (r.state == RCPT_TODO && letter_recipient(new, r.both))
			return -1;
	return got;
}

static int copy_message(struct letter *new, struct queued *q)
{
	slice bytes;
	int got;

	while ((got = reader_some(&q->lines, q->lines.cap, &bytes)) > 0)
		if (letter_write(new, bytes))
			return -1;
	return got;
}

/* An envelope is written once: what goes another way is a new letter, with a lifetime of its own. */
static int reroute(const struct edit *e, struct queued *q)
{
	buf options = { NULL, 0, 0 };
	struct letter new;
	slice rest = buf_slice(&q->options), word;
	int status = -1;

	buf_print(&options, "route=%s", e->transport);
	while (slice_word(&rest, &word))
		if (!slice_starts(word, "route="))
			buf_print(&options, " %.*s", (int)word.n, word.p);
	if (letter_begin(&new, e->conf, buf_slice(&q->sender), buf_slice(&options)) || copy_recipients(&new, q)
	    || copy_message(&new, q) || letter_commit(&new))
		letter_abandon(&new);
	else
		status = drop(e, q);
	buf_free(&options);
	return status;
}

static const struct action actions[] = {
	{ "hold", is_waiting, hold },
	{ "release", is_parked, release },
	{ "retry", is_waiting, retry },
	{ "reroute", is_readable, reroute },
	{ "bounce", is_readable, bounce },
	{ "drop", is_anywhere, drop },
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	fail_usage();
}

static const char *obstacle(enum queue_status status, const struct queued *q)
{
	switch (status) {
	case QUEUE_GONE: return "not in the queue";
	case QUEUE_BUSY: return "being delivered now";
	case QUEUE_CORRUPT: return q->why;
	default: return strerror(errno);
	}
}

static int edit(void *context, struct queued *q, enum queue_status status)
{
	struct edit *e = context;
	bool damaged = status == QUEUE_CORRUPT && e->action->apply == drop;

	if (status != QUEUE_OK && !damaged) {
		e->status = status == QUEUE_BUSY ? EX_TEMPFAIL : status == QUEUE_GONE ? EX_NOINPUT : EX_DATAERR;
		warn("%s: %s", q->id, obstacle(status, q));
		return 0;
	}
	if (!e->action->applies(q))
		return 0;
	if (!e->only_show && e->action->apply(e, q)) {
		e->status = fail_status(errno);
		warn("%s: %s: %s", q->id, e->action->name, strerror(errno));
		return 0;
	}
	e->count++;
	writer_print(&io_out, "%s\t%s\n", q->id, e->action->name);
	return io_out.error;
}

static void check_transport(const struct edit *e)
{
	bool wanted = e->action->apply == reroute;
	struct route route;

	if (wanted != (e->transport != NULL))
		fail_usage();
	if (wanted && (route_parse(slice_of(e->transport), &route) || strpbrk(e->transport, " \t\n")))
		fail(EX_USAGE, "-t %s: not a transport in one word, see pennypost-routes(5)", e->transport);
}

int main(int argc, char **argv)
{
	struct selection selection = { 0 };
	struct edit e = { .status = EX_OK };
	struct queue queue;
	struct conf conf;
	int ch;

	fail_name("queue-edit", usage);
	if (argc < 2)
		fail_usage();
	e.action = find_action(argv[1]);
	optind = 2;
	while ((ch = getopt(argc, argv, "nt:" SELECTION_OPTIONS)) != -1)
		if (ch == 'n')
			e.only_show = true;
		else if (ch == 't')
			e.transport = optarg;
		else if (selection_option(&selection, ch, optarg))
			fail_usage();
	selection.ids = argv + optind;
	selection.id_count = (size_t)(argc - optind);
	if (!selection_is_narrow(&selection) && e.action->apply != retry)
		fail(EX_USAGE, "say which letters: ids, conditions, or -a 0 for all");
	check_transport(&e);
	conf_load(&conf);
	if (queue_open(&queue, &conf))
		fail(fail_status(errno), "%s: %s", conf.queue, strerror(errno));
	e.conf = &conf;
	e.queue = &queue;
	if (e.action->apply == retry && !e.only_show)
		queue_forget_down(&queue);
	if (selection_each(&selection, &queue, QUEUE_LOCK, edit, &e) < 0)
		fail(fail_status(errno), "%s: %s", conf.queue, strerror(errno));
	return io_finish(e.status);
}
