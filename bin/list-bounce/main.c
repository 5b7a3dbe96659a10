/* list-bounce: what comes back to a mailing list, and who is taken off it for that. See list-bounce(1). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "bounced.h"
#include "clock.h"
#include "confirm.h"
#include "fail.h"
#include "history.h"
#include "io.h"
#include "limit.h"
#include "notify.h"
#include "roster.h"
#include "verp.h"

static const char usage[] = "usage: list-bounce list <bounce\n       list-bounce -p list <bounce\n       list-bounce -l list";

struct bouncing {
	struct conf conf;
	struct list list;
	bool probe;             /* it came to an address that a probe had */
	struct history history;
};

static _Noreturn void cannot(const struct bouncing *b)
{
	fail(fail_status(errno), "%s: %s", b->list.name, strerror(errno));
}

/* Whom the address that it came to names, or nobody; false where it is one of a probe that we never sent. */
static bool find_recipient(const struct bouncing *b, buf *recipient)
{
	const char *extension = getenv("EXTENSION");
	slice about = slice_of(extension ? extension : "");
	int good = b->probe ? confirm_check(&b->list, "probe", about, &about) : 1;

	if (good < 0)
		fail(EX_CONFIG, "%s/key: %s", b->list.folder, strerror(errno));
	return good ? verp_add_recipient(recipient, about) || !b->probe : false;
}

static void say(const struct bouncing *b, slice recipient, const char *what, const struct bounced_row *row)
{
	buf line = { NULL, 0, 0 };

	buf_addfield(&line, recipient);
	buf_print(&line, "\t%s\t%.2f\n", what, b->history.score);
	writer_put(&io_out, buf_slice(&line));
	log_line("list=%s recipient=%.*s status=%s class=%s code=%s score=%.2f", b->list.name, (int)recipient.n, recipient.p, what,
	    row->class, row->status, b->history.score);
	buf_free(&line);
}

static void remove_subscriber(struct bouncing *b, slice recipient, const struct bounced_row *row)
{
	if (roster_change_one(&b->list, recipient, false) < 0 || history_remove(&b->history, recipient))
		cannot(b);
	say(b, recipient, "removed", row);
}

/* With a sender that only we can have made: what bounces there did reach us, and did bounce. */
static void send_probe(struct bouncing *b, slice recipient, const struct bounced_row *row)
{
	buf about = { NULL, 0, 0 }, sender = { NULL, 0, 0 };

	verp_add_extension(&about, recipient);
	if (confirm_add_address(&sender, &b->list, "probe", buf_slice(&about)))
		fail(EX_CONFIG, "%s/key: %s", b->list.folder, strerror(errno));
	if (notify(&b->conf, &b->list, &(struct notification){ .text = "probe", .to = recipient, .sender = buf_slice(&sender),
	    .enclosed = -1, .values = (const struct text_value[]){ { "address", recipient }, { "reason", row->reason },
	    { NULL, { NULL, 0 } } } }) || history_note(&b->history, SLICE("probe")))
		cannot(b);
	say(b, recipient, "probed", row);
	buf_free(&about);
	buf_free(&sender);
}

static void note(struct bouncing *b, const struct bounced_row *row)
{
	buf line = { NULL, 0, 0 };

	buf_print(&line, "%s\t%s\t", row->class, row->status);
	buf_addfield(&line, row->reason);
	if (history_note(&b->history, buf_slice(&line)))
		cannot(b);
	buf_free(&line);
}

static bool is_probe_due(const struct bouncing *b)
{
	return b->list.bounce_limit && b->history.score >= (double)b->list.bounce_limit
	    && clock_now() - b->history.probed >= LIMIT_CONFIRMATION;
}

/* Of one subscriber. Soft failures, refusals by policy and delays are noted, and count nothing. */
static void judge(struct bouncing *b, slice recipient, const struct bounced_row *row)
{
	bool hard = strcmp(row->class, "hard") == 0, complaint = strcmp(row->class, "complaint") == 0;

	if (history_open(&b->history, &b->list, recipient))
		cannot(b);
	note(b, row);
	if (complaint || (hard && b->probe))
		remove_subscriber(b, recipient, row);
	else if (hard && is_probe_due(b))
		send_probe(b, recipient, row);
	else
		say(b, recipient, "noted", row);
	history_close(&b->history);
}

static void take(struct bouncing *b, const struct bounced_row *row)
{
	int subscribed;

	if (strcmp(row->class, "auto-reply") == 0 || row->recipient.n == 0)
		return;
	subscribed = list_has(&b->list, "subscribers", row->recipient);
	if (subscribed < 0)
		cannot(b);
	if (subscribed)
		judge(b, row->recipient, row);
	else
		log_line("list=%s recipient=%.*s status=unknown class=%s", b->list.name, (int)row->recipient.n, row->recipient.p,
		    row->class);
}

static int take_bounce(struct bouncing *b)
{
	struct bounced bounced = { .kind = BOUNCED_NOT };
	buf recipient = { NULL, 0, 0 };
	struct bounced_row row;

	if (!find_recipient(b, &recipient)) {
		log_line("list=%s status=dropped reason=\"no probe of ours\"", b->list.name);
		return EX_OK;
	}
	if (bounced_read(&bounced, buf_slice(&recipient), &io_in))
		fail(EX_IOERR, "standard input: %s", strerror(errno));
	if (bounced.kind == BOUNCED_NOT)
		fail(EX_DATAERR, "no bounce");
	for (size_t i = 0; bounced_next(&bounced, &i, &row);)
		take(b, &row);
	bounced_free(&bounced);
	buf_free(&recipient);
	return EX_OK;
}

static void print_history(void *context, slice address, const struct history *h)
{
	slice text = slice_trim(buf_slice(&h->lines));
	size_t at = text.n;
	buf line = { NULL, 0, 0 };

	(void)context;
	while (at > 0 && text.p[at - 1] != '\n')
		at--;
	buf_addfield(&line, address);
	buf_print(&line, "\t%.2f\t", h->score);
	buf_addslice(&line, slice_from(text, at));
	buf_addchar(&line, '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

int main(int argc, char **argv)
{
	struct bouncing b = { .probe = false };
	bool show = false;
	int ch;

	fail_name("list-bounce", usage);
	while ((ch = getopt(argc, argv, "lp")) != -1)
		switch (ch) {
		case 'l': show = true; break;
		case 'p': b.probe = true; break;
		default: fail_usage();
		}
	if (optind + 1 != argc || (show && b.probe))
		fail_usage();
	conf_load(&b.conf);
	list_load(&b.list, &b.conf, argv[optind]);
	if (!show)
		return io_finish(take_bounce(&b));
	if (history_each(&b.list, print_history, NULL))
		cannot(&b);
	return io_finish(EX_OK);
}
