#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "fail.h"
#include "letter.h"
#include "limit.h"
#include "queue-run.h"

/* Where delay-notice is off, who asks with NOTIFY=DELAY is still told. */
#define DELAY_NOTICE (4 * 3600)

struct report {
	struct bounce bounce;
	uint32_t *at;                   /* of the recipient lines in it */
	buf own;                        /* where it goes, with verp */
};

static void open_report(struct report *r, const struct manager *m, const struct entry *e, enum bounce_kind kind)
{
	*r = (struct report){ .at = NULL };
	bounce_open(&r->bounce, kind, slice_of(m->conf.hostname));
	r->bounce.to = buf_slice(&e->q.sender);
	r->bounce.options = buf_slice(&e->q.options);
	r->bounce.arrived = e->q.arrived;
}

static void close_report(struct report *r)
{
	bounce_free(&r->bounce);
	buf_free(&r->own);
	free(r->at);
}

static void add_recipient(struct report *r, const struct bounce_recipient *b, uint32_t at)
{
	size_t n = r->bounce.count;

	if ((n & (n - 1)) == 0)
		r->at = mem_grow(r->at, n ? n * 2 : 1, sizeof *r->at);
	r->at[n] = at;
	bounce_add(&r->bounce, b);
}

static int put(void *letter, slice bytes)
{
	return letter_write(letter, bytes);
}

static int store(struct manager *m, const struct entry *e, const struct bounce *b, bool whole, struct letter *l)
{
	buf options = { NULL, 0, 0 };
	int status = -1;

	bounce_options(b, e->q.fd, e->q.message, whole, &options);
	if (letter_begin_own(l, &m->conf, SLICE(""), buf_slice(&options)) == 0 && letter_recipient(l, b->to) == 0
	    && bounce_write(b, e->q.fd, e->q.message, whole, put, l) == 0)
		status = letter_commit(l);
	if (status)
		letter_abandon(l);
	buf_free(&options);
	return status;
}

/* Into the queue, and durably there, before anything counts as reported. 0, -1. */
static int post(struct manager *m, const struct entry *e, const struct bounce *b)
{
	static const char *const names[] = { "failed", "delayed", "delivered", "relayed" };
	bool whole = b->kind == BOUNCE_FAILED && bounce_wants_whole(b->options, e->q.size - e->q.message);
	struct letter l;
	int status = store(m, e, b, whole, &l);

	if (status && errno == EFBIG && whole)
		status = store(m, e, b, false, &l);
	if (status) {
		int error = errno;

		log_line("id=%s status=error reason=\"report not stored: %s\"", e->q.id, strerror(error));
		errno = error;
		return -1;
	}
	waiting_add(&m->waiting, l.id, clock_now());
	log_line("id=%s report=%s of=%s to=<%.*s> recipients=%zu", l.id, names[b->kind], e->q.id, (int)b->to.n,
	    b->to.p, b->count);
	return 0;
}

static int mark(struct entry *e, const struct report *r, char state)
{
	for (size_t i = 0; i < r->bounce.count; i++)
		if (queued_mark(&e->q, r->at[i], state))
			return -1;
	e->marked = true;
	return 0;
}

bool report_wants(slice recipient, const char *what)
{
	slice notify = option_value(rcpt_options(recipient), "notify"), word;

	while (slice_cut(&notify, ',', &word))
		if (slice_case_is(word, what))
			return true;
	return false;
}

/* Without NOTIFY a failure is reported (RFC 3461 §4.1). */
static bool wants_failure(slice recipient)
{
	return !option_value(rcpt_options(recipient), "notify").p || report_wants(recipient, "failure");
}

static bool wants_delay(const struct manager *m, slice recipient)
{
	return report_wants(recipient, "delay")
	    || (m->conf.delay_notice && !option_value(rcpt_options(recipient), "notify").p);
}

/* A reply of ours that wraps the server's: the verdict is ours, the diagnostic the server's. */
static void unwrap(struct bounce_recipient *b)
{
	if (!slice_starts(b->reply, EXPIRED))
		return;
	b->status = SLICE("5.4.7");
	b->reply = slice_from(b->reply, sizeof EXPIRED - 1);
}

/* Who hears of the failure of a letter without a sender. */
static void postmaster(const struct manager *m, buf *address)
{
	slice list = slice_of(m->conf.local_domains), domain = { "", 0 };

	slice_word(&list, &domain);
	if (!domain.n)
		domain = slice_of(m->conf.hostname);
	buf_addtext(address, m->conf.postmaster);
	if (addr_domain(slice_of(m->conf.postmaster)).n == 0)
		buf_print(address, "@%.*s", (int)domain.n, domain.p);
}

struct failures {
	struct manager *m;
	struct entry *e;
	struct report report;
	struct reasons reasons;
	slice to;
	bool second;
	enum report_status status;
};

static void begin_failures(struct failures *f)
{
	open_report(&f->report, f->m, f->e, BOUNCE_FAILED);
	f->report.bounce.to = f->to;
	f->report.bounce.second = f->second;
}

static void send_failures(struct failures *f)
{
	if (f->report.bounce.count) {
		if (post(f->m, f->e, &f->report.bounce))
			f->status = errno == EINVAL ? REPORT_PARK : REPORT_LATER;
		else if (mark(f->e, &f->report, RCPT_REPORTED))
			f->status = REPORT_LATER;
	}
	close_report(&f->report);
	begin_failures(f);
}

static void add_failure(struct failures *f, const struct queue_rcpt *r)
{
	struct bounce_recipient b = { .address = r->address, .options = r->options };

	if (!wants_failure(r->both)) {
		queued_mark(&f->e->q, r->at, RCPT_REPORTED);
		f->e->marked = true;
	} else if (f->second && slice_case_same(r->address, f->to)) {
		f->status = REPORT_PARK;
	} else {
		reasons_find(&f->reasons, r->address, &b);
		unwrap(&b);
		add_recipient(&f->report, &b, (uint32_t)r->at);
		if (entry_has_verp(f->e))
			f->report.bounce.to = entry_return_path(f->e, r->address, &f->report.own);
		if (f->report.bounce.count == LIMIT_REPORTED || entry_has_verp(f->e))
			send_failures(f);
	}
}

static void read_again(struct entry *e)
{
	reader_open(&e->q.lines, e->q.fd);
	queued_rewind(&e->q);
}

/*
 * One report for all that failed in this pass, or with verp one for each. The failure of a report goes to the
 * postmaster; the failure of that one goes nowhere.
 */
enum report_status report_failures(struct manager *m, struct entry *e)
{
	struct failures f = { .m = m, .e = e, .status = REPORT_DONE, .second = e->q.sender.n == 0 };
	buf address = { NULL, 0, 0 };
	struct queue_rcpt r;
	int got = 0;

	if (f.second && bounce_is_second(e->q.fd, e->q.message))
		return REPORT_PARK;
	f.to = buf_slice(&e->q.sender);
	if (f.second) {
		postmaster(m, &address);
		f.to = buf_slice(&address);
	}
	reasons_open(m, e, &f.reasons);
	begin_failures(&f);
	read_again(e);
	while (f.status != REPORT_LATER && (got = queued_next(&e->q, &r)) > 0)
		if (r.state == RCPT_FAILED)
			add_failure(&f, &r);
	if (got < 0)
		f.status = REPORT_LATER;
	if (f.status != REPORT_LATER)
		send_failures(&f);
	reader_close(&e->q.lines);
	close_report(&f.report);
	reasons_close(&f.reasons);
	buf_free(&address);
	return f.status;
}

/* Once: at the first attempt that fails after the time of the notice. A list has no use for it. */
bool report_delay_is_due(struct manager *m, const struct entry *e)
{
	time_t notice = e->q.arrived + (m->conf.delay_notice ? m->conf.delay_notice : DELAY_NOTICE);

	return e->q.sender.n && !entry_has_verp(e) && clock_now() >= notice && reasons_last_time(m, e) < notice;
}

void report_delay(struct manager *m, struct entry *e)
{
	struct reasons reasons;
	struct report report;
	struct queue_rcpt r;

	reasons_open(m, e, &reasons);
	open_report(&report, m, e, BOUNCE_DELAYED);
	read_again(e);
	while (report.bounce.count < LIMIT_REPORTED && queued_next(&e->q, &r) > 0)
		if (r.state == RCPT_TODO && wants_delay(m, r.both)) {
			struct bounce_recipient b = { .address = r.address, .options = r.options,
				.until = e->q.arrived + m->conf.lifetime };

			if (reasons_find(&reasons, r.address, &b))
				add_recipient(&report, &b, (uint32_t)r.at);
		}
	if (report.bounce.count)
		post(m, e, &report.bounce);
	reader_close(&e->q.lines);
	close_report(&report);
	reasons_close(&reasons);
}

/* Of a transaction, told at its end. What SMTP took without DSN was relayed, all else is at its end with us. */
void report_success(struct manager *m, struct task *t, size_t row, const struct result *r, slice reply)
{
	bool relayed = t->to->kind == ROUTE_EXCHANGES || t->to->kind == ROUTE_SMTP;
	slice recipient = task_recipient(t, row);
	struct bounce_recipient b = { .address = rcpt_address(recipient), .options = rcpt_options(recipient),
		.host = r->host, .reply = reply, .tried = clock_now() };

	if (!t->success) {
		t->success = mem_alloc(sizeof *t->success);
		open_report(t->success, m, t->entry, relayed ? BOUNCE_RELAYED : BOUNCE_DELIVERED);
	}
	add_recipient(t->success, &b, t->rows[row].at);
	t->success->bounce.to = entry_return_path(t->entry, b.address, &t->success->own);
}

/* The marks come after it, so that a crash repeats the delivery rather than forget the report; a full disk does not. */
void report_send_success(struct manager *m, struct task *t)
{
	if (!t->success)
		return;
	post(m, t->entry, &t->success->bounce);
	if (mark(t->entry, t->success, RCPT_DELIVERED))
		log_line("id=%s status=error reason=\"not marked: %s\"", t->entry->q.id, strerror(errno));
	close_report(t->success);
	free(t->success);
	t->success = NULL;
}
