#include <errno.h>
#include <string.h>

#include "fail.h"
#include "limit.h"
#include "queue-run.h"

static void log_attempt(const struct task *t, slice recipient, const struct result *r, const char *status, slice reply)
{
	const struct queued *q = &t->entry->q;
	slice address = rcpt_address(recipient), relay = r->host.n ? r->host : slice_of(t->to->name);
	buf quoted = { NULL, 0, 0 };

	for (size_t i = 0; i < reply.n; i++) {
		if (reply.p[i] == '"' || reply.p[i] == '\\')
			buf_addchar(&quoted, '\\');
		buf_addchar(&quoted, reply.p[i]);
	}
	log_line("id=%s to=<%.*s> sender=<%.*s> relay=%.*s%s%.*s status=%s code=%.3s reply=\"%s\" delay=%lld", q->id,
	    (int)address.n, address.p, (int)q->sender.n, q->sender.n ? q->sender.p : "", (int)relay.n, relay.p,
	    r->tls.n ? " tls=" : "", (int)r->tls.n, r->tls.n ? r->tls.p : "",
	    status, quoted.p, quoted.p, (long long)(clock_now() - q->arrived));
	buf_free(&quoted);
}

static bool mark(struct entry *e, uint32_t at, char state)
{
	bool done = queued_mark(&e->q, at, state) == 0;

	if (!done)
		log_line("id=%s status=error reason=\"not marked: %s\"", e->q.id, strerror(errno));
	e->marked = true;
	return done;
}

/* The last recipient of a letter that has nothing left needs no mark: its file goes. */
static bool is_all(const struct entry *e)
{
	return e->left == 0 && !e->deferred && !e->skipped && !e->failed;
}

static void delivered(struct manager *m, struct task *t, size_t row, const struct result *r, slice reply)
{
	slice recipient = task_recipient(t, row);

	log_attempt(t, recipient, r, "delivered", reply);
	down_clear(m, t->to);
	if (!r->dsn && t->entry->q.sender.n && report_wants(recipient, "success"))
		report_success(m, t, row, r, reply);
	else if (!is_all(t->entry))
		mark(t->entry, t->rows[row].at, RCPT_DELIVERED);
}

/* The line in the letter's log comes first: a bounce that a crash kept back finds its reason there. */
static void keep(struct manager *m, struct task *t, slice recipient, slice host, slice reply)
{
	struct entry *e = t->entry;

	if (!e->logged)
		e->notice = report_delay_is_due(m, e);
	e->logged = true;
	if (queued_log(&e->q, &m->queue, rcpt_address(recipient), host, reply))
		log_line("id=%s status=error reason=\"log: %s\"", e->q.id, strerror(errno));
}

static void failed(struct manager *m, struct task *t, size_t row, const struct result *r, slice reply)
{
	slice recipient = task_recipient(t, row);

	log_attempt(t, recipient, r, "failed", reply);
	keep(m, t, recipient, r->host, reply);
	/* Only what is marked is reported: without the mark it fails once more, later. */
	if (mark(t->entry, t->rows[row].at, RCPT_FAILED))
		t->entry->failed = true;
	else
		t->entry->deferred++;
}

static void deferred(struct manager *m, struct task *t, size_t row, const struct result *r, slice reply)
{
	slice recipient = task_recipient(t, row);

	if (clock_now() - t->entry->q.arrived >= m->conf.lifetime) {
		buf last = { NULL, 0, 0 };

		buf_print(&last, EXPIRED "%.*s", (int)reply.n, reply.p);
		failed(m, t, row, r, slice_upto(buf_slice(&last), LIMIT_REPLY));
		buf_free(&last);
		return;
	}
	log_attempt(t, recipient, r, "deferred", reply);
	keep(m, t, recipient, r->host, reply);
	t->entry->deferred++;
}

/*
 * Or does not let us in, or must not be talked to: it has no TLS, or no proof of who it is. That is so of every letter, for those
 * that ask for more or less are of another destination; all but who waives it in the header, and so waits for the next attempt.
 */
static bool is_unreachable(const struct result *r)
{
	static const char *const codes[] = { "4.7.4", "4.7.5", "4.7.8" };

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (slice_is(r->enhanced, codes[i]))
			return r->code / 100 == 4;
	return r->code / 100 == 4 && slice_starts(r->enhanced, "4.4.");
}

void answer(struct manager *m, struct task *t, size_t row, const struct result *r)
{
	struct entry *e = t->entry;
	buf reply = { NULL, 0, 0 };
	slice text;

	buf_print(&reply, "%d %.*s %.*s", r->code, (int)r->enhanced.n, r->enhanced.p, (int)r->text.n, r->text.p);
	text = slice_upto(slice_trim(buf_slice(&reply)), LIMIT_REPLY);
	t->rows[row].answered = true;
	t->left--;
	e->left--;
	while (t->first < t->count && t->rows[t->first].answered)
		t->first++;
	if (!is_unreachable(r))
		t->unreachable = false;
	if (r->code / 100 == 2)
		delivered(m, t, row, r, text);
	else if (r->code / 100 == 5)
		failed(m, t, row, r, text);
	else
		deferred(m, t, row, r, text);
	if (t->unreachable) {
		buf_clear(&e->last_reply);
		buf_addslice(&e->last_reply, text);
	}
	entry_touch(m, e);
	buf_free(&reply);
}

/* The reply is ours, or what we remember: it says nothing new about the destination. */
void answer_all(struct manager *m, struct task *t, slice reply)
{
	struct result r = { .code = 451 };
	slice code;

	if (slice_word(&reply, &code) && slice_number(code) >= 200)
		r.code = (int)slice_number(code);
	slice_word(&reply, &r.enhanced);
	r.text = slice_trim(reply);
	for (size_t i = 0; i < t->count; i++)
		if (!t->rows[i].answered)
			answer(m, t, i, &r);
	t->unreachable = false;
	task_finish(m, t);
}
