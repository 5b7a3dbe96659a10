/* queue-list: the queue, one line a letter; installed also as mailq. See queue-list(1). */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "io.h"
#include "selection.h"

static const char usage[] = "usage: queue-list " SELECTION_USAGE;

/* How many recipients a person wants to see of one letter. */
#define SHOWN_RECIPIENTS 20

struct listing {
	const struct queue *queue;
	bool classic;
	int status;
	long long letters, bytes;
	buf log;                /* of the letter being printed */
	slice reason;           /* the last of its log, or empty */
	long long attempts;
};

static slice log_field(slice line, int index)
{
	slice field = { "", 0 };

	while (index-- >= 0 && slice_cut(&line, '\t', &field))
		;
	return index < 0 ? field : (slice){ "", 0 };
}

static slice last_line(slice log)
{
	slice text = slice_trim(log);
	size_t at = text.n;

	while (at > 0 && text.p[at - 1] != '\n')
		at--;
	return slice_from(text, at);
}

/* An attempt writes a line for each recipient that waits: those of the last recipient are counted. */
static void read_log(struct listing *l, const struct queued *q)
{
	slice last, rest, line;

	buf_clear(&l->log);
	l->attempts = 0;
	queued_read_log(q, l->queue, &l->log);
	last = last_line(buf_slice(&l->log));
	l->reason = log_field(last, 3);
	rest = buf_slice(&l->log);
	while (last.n && slice_cut(&rest, '\n', &line))
		if (slice_same(log_field(line, 1), log_field(last, 1)))
			l->attempts++;
}

static const char *condition(const struct queued *q, enum queue_status status)
{
	if (status == QUEUE_CORRUPT)
		return "corrupt";
	return q->folder[1] ? q->folder : NULL;
}

static void print_record(struct listing *l, struct queued *q, enum queue_status status)
{
	const char *state = condition(q, status), *separator = "";
	buf line = { NULL, 0, 0 };
	struct queue_rcpt r;

	buf_print(&line, "%s\t%lld\t", q->id, (long long)q->size);
	clock_add_stamp(&line, q->arrived);
	buf_addchar(&line, '\t');
	if (state)
		buf_addtext(&line, state);
	else
		clock_add_stamp(&line, q->due);
	buf_print(&line, "\t%lld\t", l->attempts);
	buf_addfield(&line, buf_slice(&q->sender));
	buf_addchar(&line, '\t');
	writer_put(&io_out, buf_slice(&line));
	while (status == QUEUE_OK && queued_next(q, &r) > 0)
		if (r.state == RCPT_TODO) {
			buf_clear(&line);
			buf_addtext(&line, separator);
			buf_addfield(&line, r.address);
			writer_put(&io_out, buf_slice(&line));
			separator = ",";
		}
	writer_print(&io_out, "\t%.*s\n", (int)l->reason.n, l->reason.n ? l->reason.p : "");
	buf_free(&line);
}

static void print_classic(struct listing *l, struct queued *q, enum queue_status status)
{
	const char *state = condition(q, status);
	struct queue_rcpt r;
	long long more = 0;
	char arrived[32];
	struct tm t;

	if (l->letters == 1)
		writer_text(&io_out, "----Queue ID----- --Size-- ----Arrival Time---- -Sender/Recipient-------\n");
	strftime(arrived, sizeof arrived, "%a %b %e %H:%M:%S", localtime_r(&q->arrived, &t));
	writer_print(&io_out, "%s%c %8lld %s  %s\n", q->id, state ? '!' : ' ', (long long)q->size, arrived,
	    q->sender.n ? q->sender.p : "MAILER-DAEMON");
	if (status == QUEUE_CORRUPT)
		writer_print(&io_out, "%27s(%s)\n", "", q->why);
	else if (l->reason.n)
		writer_print(&io_out, "%27s(%.*s)\n", "", (int)l->reason.n, l->reason.p);
	while (status == QUEUE_OK && queued_next(q, &r) > 0)
		if (r.state == RCPT_TODO && more++ < SHOWN_RECIPIENTS)
			writer_print(&io_out, "%49s%.*s\n", "", (int)r.address.n, r.address.p);
	if (more > SHOWN_RECIPIENTS)
		writer_print(&io_out, "%49sand %lld more\n", "", more - SHOWN_RECIPIENTS);
	writer_char(&io_out, '\n');
}

static int list(void *context, struct queued *q, enum queue_status status)
{
	struct listing *l = context;

	if (status == QUEUE_GONE || status == QUEUE_ERROR) {
		l->status = status == QUEUE_GONE ? EX_NOINPUT : fail_status(errno);
		warn("%s: %s", q->id, status == QUEUE_GONE ? "not in the queue" : strerror(errno));
		return 0;
	}
	l->letters++;
	l->bytes += q->size;
	read_log(l, q);
	if (l->classic)
		print_classic(l, q, status);
	else
		print_record(l, q, status);
	return io_out.error;
}

static void print_total(const struct listing *l)
{
	if (l->letters == 0)
		writer_text(&io_out, "Mail queue is empty\n");
	else
		writer_print(&io_out, "-- %lld Kbytes in %lld Request%s.\n", (l->bytes + 1023) / 1024, l->letters,
		    l->letters == 1 ? "" : "s");
}

/* Programs that read mailq's columns through a pipe are older than ours. */
static bool wants_classic(const char *name)
{
	const char *slash = strrchr(name, '/');

	return isatty(STDOUT_FILENO) || strcmp(slash ? slash + 1 : name, "mailq") == 0;
}

int main(int argc, char **argv)
{
	struct selection selection = { 0 };
	struct listing listing = { .status = EX_OK, .classic = wants_classic(argv[0]) };
	struct queue queue;
	struct conf conf;
	int ch;

	fail_name("queue-list", usage);
	while ((ch = getopt(argc, argv, SELECTION_OPTIONS)) != -1)
		if (selection_option(&selection, ch, optarg))
			fail_usage();
	selection.ids = argv + optind;
	selection.id_count = (size_t)(argc - optind);
	conf_load(&conf);
	if (queue_open(&queue, &conf))
		fail(fail_status(errno), "%s: %s", conf.queue, strerror(errno));
	listing.queue = &queue;
	if (selection_each(&selection, &queue, QUEUE_READ, list, &listing) < 0)
		fail(fail_status(errno), "%s: %s", conf.queue, strerror(errno));
	if (listing.classic && selection.id_count == 0)
		print_total(&listing);
	return io_finish(listing.status);
}
