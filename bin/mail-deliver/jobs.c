#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "deliver.h"
#include "fail.h"
#include "limit.h"
#include "queue.h"
#include "transport.h"

/* A recipient that a process of its own delivers to. */
struct slot {
	pid_t pid;              /* 0: free */
	int report;             /* it writes its result line here */
	int64_t deadline;
	buf id, recipient;
	buf line;
};

struct server {
	const struct conf *conf;
	long long seconds;
	struct reader in;
	buf line;               /* of the next job, as far as it is here */
	struct job job;
	size_t next;            /* of its recipients */
	struct slot slots[LIMIT_DELIVERIES];
	int running;
	int status;
};

static void add_result(buf *line, slice id, slice recipient, const struct outcome *o)
{
	transport_add_result(line, &(struct result){ .id = id, .recipient = recipient, .code = o->code,
	    .enhanced = slice_of(o->enhanced), .text = buf_slice(&o->text) });
}

static void deliver_job(const struct server *s, struct delivery *d)
{
	char *path = mem_text(s->job.path);
	int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd < 0) {
		outcome_errno(&d->outcome, path);
		d->outcome.code = 451;
		return;
	}
	message_open(d->message, fd, s->job.offset);
	deliver(d);
}

/* The process of one recipient: it ends when its result is told. */
static _Noreturn void work(const struct server *s, slice both, int report)
{
	struct message message;
	struct delivery d = { .conf = s->conf, .message = &message, .sender = s->job.sender,
		.options = s->job.options, .recipient_options = rcpt_options(both), .deadline = s->seconds };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	buf recipient = { NULL, 0, 0 }, line = { NULL, 0, 0 };
	struct writer out;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	qualify(&recipient, rcpt_address(both), s->conf);
	d.recipient = buf_slice(&recipient);
	deliver_job(s, &d);
	add_result(&line, s->job.id, rcpt_address(both), &d.outcome);
	writer_open(&out, report);
	writer_put(&out, buf_slice(&line));
	_exit(writer_flush(&out) ? EX_IOERR : EX_OK);
}

static struct slot *free_slot(struct server *s)
{
	for (size_t i = 0; i < LIMIT_DELIVERIES; i++)
		if (s->slots[i].pid == 0)
			return &s->slots[i];
	return NULL;
}

static void start(struct server *s, struct slot *slot, slice both)
{
	struct outcome failed = { .code = 0 };
	int ends[2];

	buf_clear(&slot->id);
	buf_addslice(&slot->id, s->job.id);
	buf_clear(&slot->recipient);
	buf_addslice(&slot->recipient, rcpt_address(both));
	buf_clear(&slot->line);
	writer_flush(&io_out);
	if (pipe2(ends, O_CLOEXEC) == 0) {
		slot->pid = fork();
		if (slot->pid == 0)
			work(s, both, ends[1]);
		close(ends[1]);
		slot->report = ends[0];
		slot->deadline = clock_ms() + s->seconds * 1000 * LIMIT_COMMANDS;
		if (slot->pid > 0) {
			s->running++;
			return;
		}
		close(ends[0]);
	}
	slot->pid = 0;
	outcome_errno(&failed, "fork");
	add_result(&slot->line, buf_slice(&slot->id), buf_slice(&slot->recipient), &failed);
	writer_put(&io_out, buf_slice(&slot->line));
	buf_free(&failed.text);
}

/* Whether the line of the next job is all here. */
static bool gather(struct server *s)
{
	slice have = { s->in.p + s->in.start, s->in.end - s->in.start };
	size_t n = slice_find(have, '\n');
	bool whole = n < have.n;

	have = slice_upto(have, n + 1);
	buf_addslice(&s->line, have);
	s->in.start += have.n;
	return whole || (s->in.eof && s->line.n);
}

static void next_job(struct server *s)
{
	job_free(&s->job);
	s->next = 0;
	while (s->job.recipient_count == 0 && gather(s)) {
		if (transport_read_job(buf_slice(&s->line), &s->job)) {
			warn("standard input: not a job line");
			job_free(&s->job);
			s->status = EX_DATAERR;
		}
		buf_clear(&s->line);
	}
}

static bool has_job(const struct server *s)
{
	return s->next < s->job.recipient_count;
}

static void fill_slots(struct server *s)
{
	struct slot *slot;

	while ((slot = free_slot(s))) {
		if (!has_job(s))
			next_job(s);
		if (!has_job(s))
			return;
		start(s, slot, s->job.recipients[s->next++]);
	}
}

static void finish(struct server *s, struct slot *slot, const char *why)
{
	struct outcome o = { .code = 0 };
	struct result r;
	buf text = { NULL, 0, 0 };
	int status;

	while (waitpid(slot->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status || slot->line.n == 0 || transport_read_result(buf_slice(&slot->line), &r, &text)) {
		outcome_set(&o, 451, "4.3.0", "%s", why);
		buf_clear(&slot->line);
		add_result(&slot->line, buf_slice(&slot->id), buf_slice(&slot->recipient), &o);
	}
	writer_put(&io_out, buf_slice(&slot->line));
	close(slot->report);
	slot->pid = 0;
	s->running--;
	buf_free(&text);
	buf_free(&o.text);
}

static void hear(struct server *s, struct slot *slot)
{
	ssize_t n = read(slot->report, buf_reserve(&slot->line, LIMIT_COMMAND_LINE), LIMIT_COMMAND_LINE);

	if (n > 0)
		slot->line.n += (size_t)n;
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		finish(s, slot, "the delivery process ended without an answer");
}

static int time_left(const struct server *s)
{
	int64_t first = 0, left;

	for (size_t i = 0; i < LIMIT_DELIVERIES; i++)
		if (s->slots[i].pid && (!first || s->slots[i].deadline < first))
			first = s->slots[i].deadline;
	left = first - clock_ms();
	return !first ? -1 : left < 0 ? 0 : left > 1000000 ? 1000000 : (int)left;
}

static int attend(struct server *s)
{
	struct pollfd fds[LIMIT_DELIVERIES + 1];
	bool hungry = !has_job(s) && free_slot(s) && !s->in.eof;

	for (size_t i = 0; i < LIMIT_DELIVERIES; i++)
		fds[i] = (struct pollfd){ .fd = s->slots[i].pid ? s->slots[i].report : -1, .events = POLLIN };
	fds[LIMIT_DELIVERIES] = (struct pollfd){ .fd = hungry ? s->in.fd : -1, .events = POLLIN };
	if (poll(fds, LIMIT_DELIVERIES + 1, time_left(s)) < 0)
		return errno == EINTR ? 0 : -1;
	for (size_t i = 0; i < LIMIT_DELIVERIES; i++)
		if (fds[i].revents) {
			hear(s, &s->slots[i]);
		} else if (s->slots[i].pid && clock_ms() > s->slots[i].deadline) {
			kill(-s->slots[i].pid, SIGKILL);
			finish(s, &s->slots[i], "delivery takes too long");
		}
	return fds[LIMIT_DELIVERIES].revents && reader_fill(&s->in) < 0 ? -1 : 0;
}

int serve_jobs(const struct conf *c, long long seconds)
{
	struct server s = { .conf = c, .seconds = seconds };

	reader_open(&s.in, STDIN_FILENO);
	for (;;) {
		fill_slots(&s);
		if (writer_flush(&io_out))
			break;
		if (!s.running && !has_job(&s) && s.in.eof)
			break;
		if (attend(&s)) {
			warn("standard input: %s", strerror(errno));
			s.status = EX_IOERR;
			break;
		}
	}
	return s.status;
}
