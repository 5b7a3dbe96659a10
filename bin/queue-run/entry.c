#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "domain.h"
#include "fail.h"
#include "queue-run.h"

static void link_entry(struct manager *m, struct entry *e)
{
	e->after = m->entries;
	if (e->after)
		e->after->before = e;
	m->entries = e;
	m->open++;
}

static void unlink_entry(struct manager *m, struct entry *e)
{
	*(e->before ? &e->before->after : &m->entries) = e->after;
	if (e->after)
		e->after->before = e->before;
	m->open--;
}

static void release(struct entry *e)
{
	queued_close(&e->q);
	buf_free(&e->last_reply);
	free(e->rows);
	free(e);
}

/* For a letter that was never linked, or is no more. */
static void forget(struct manager *m, struct entry *e)
{
	waiting_done(&m->waiting, e->due.id);
	release(e);
}

static void set_aside(struct manager *m, struct entry *e, const char *why)
{
	int error;

	e->q.folder[0] = e->due.id[QUEUE_ID - 1];
	memcpy(e->q.id, e->due.id, QUEUE_ID);
	error = queued_move(&e->q, &m->queue, "corrupt") ? errno : 0;
	log_line("id=%s status=corrupt reason=\"%s\"%s%s", e->q.id, why, error ? " not moved: " : "",
	    error ? strerror(error) : "");
	forget(m, e);
}

static void add_row(struct entry *e, uint64_t key, off_t at)
{
	if ((e->count & (e->count - 1)) == 0)
		e->rows = mem_grow(e->rows, e->count ? e->count * 2 : 1, sizeof *e->rows);
	e->rows[e->count++] = (struct row){ .key = key, .at = (uint32_t)at };
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* 1; 0 where -R asks for another domain; -1 and errno. */
static int read_rows(struct manager *m, struct entry *e)
{
	bool sorted = true, asked = !m->only_domain.n || e->due.when != DUE_NOW;
	struct queue_rcpt r;
	int got;

	while ((got = queued_next(&e->q, &r)) > 0) {
		if (r.at > UINT32_MAX) {
			errno = EFBIG;
			return -1;
		}
		if (r.state == RCPT_FAILED)
			e->failed = true;
		if (r.state != RCPT_TODO)
			continue;
		asked = asked || domain_same(addr_domain(r.address), m->only_domain);
		add_row(e, destination_key(m, e, r.address), r.at);
		sorted = sorted && (e->count < 2 || e->rows[e->count - 2].key <= e->rows[e->count - 1].key);
	}
	if (got < 0)
		return -1;
	if (!sorted)
		qsort(e->rows, e->count, sizeof *e->rows, compare_rows);
	e->left = e->count;
	reader_close(&e->q.lines);
	return asked;
}

static size_t run_end(const struct entry *e, size_t from)
{
	size_t end = from;

	while (end < e->count && e->rows[end].key == e->rows[from].key)
		end++;
	return end;
}

/* The destination of these rows; NULL where their recipient cannot be read. */
static struct destination *destination_of(struct manager *m, struct entry *e, size_t row)
{
	struct destination *d = NULL;
	buf both = { NULL, 0, 0 };

	if (queued_recipient(&e->q, e->rows[row].at, &both) == 0)
		d = destination_get(m, e, e->rows[row].key, rcpt_address(buf_slice(&both)));
	buf_free(&both);
	return d;
}

/* A letter that goes only where too many wait already stands back for others. */
static bool stands_back(struct manager *m, struct entry *e)
{
	struct destination *d;

	if (e->count == 0 || run_end(e, 0) < e->count)
		return false;
	d = destination_of(m, e, 0);
	if (!d || !destination_full(m, d))
		return false;
	destination_park(d, &e->due);
	release(e);
	return true;
}

/*
 * Batches that one entry has waiting at once: enough for every slot and its next. A list with a million domains is spread
 * out bit by bit, and the letter that comes after it waits for no more than these.
 */
static size_t most_batches(const struct manager *m)
{
	return 2 * (size_t)m->conf.concurrency;
}

static void spread(struct manager *m, struct entry *e)
{
	while (e->next < e->count && e->batches < most_batches(m)) {
		struct destination *d = destination_of(m, e, e->next);
		size_t end = run_end(e, e->next);
		struct batch *b;

		if (d) {
			b = mem_alloc(sizeof *b);
			*b = (struct batch){ .entry = e, .to = d, .next = e->next, .end = end };
			e->batches++;
			destination_add(m, d, b);
		} else {
			e->skipped += end - e->next;
			e->left -= end - e->next;
		}
		e->next = end;
	}
}

static void begin(struct manager *m, struct entry *e)
{
	int got = read_rows(m, e);

	if (got < 0 && (errno == EBADMSG || errno == EFBIG)) {
		set_aside(m, e, errno == EFBIG ? "an envelope of 4 GB" : "a damaged recipient line");
	} else if (got < 0) {
		log_line("id=%s status=error reason=\"%s\"", e->q.id, strerror(errno));
		forget(m, e);
	} else if (got == 0) {
		forget(m, e);
	} else if (!stands_back(m, e)) {
		link_entry(m, e);
		entry_touch(m, e);
	}
}

void entry_take(struct manager *m, const struct due *due)
{
	struct entry *e = mem_alloc(sizeof *e);
	char id[QUEUE_ID + 1] = "";

	*e = (struct entry){ .due = *due };
	memcpy(id, due->id, QUEUE_ID);
	switch (queued_open(&e->q, &m->queue, NULL, id, QUEUE_LOCK)) {
	case QUEUE_OK:
		if (due->when != DUE_NOW && e->q.due > clock_now())
			forget(m, e);
		else
			begin(m, e);
		break;
	case QUEUE_CORRUPT:
		set_aside(m, e, e->q.why);
		break;
	case QUEUE_ERROR:
		/* Others will be closed; with none in hand, waiting for that would be for ever. */
		if ((errno == EMFILE || errno == ENFILE) && m->open) {
			m->window = m->open;
			waiting_again(&m->waiting, due);
			release(e);
		} else if (errno == ELOOP || errno == EISDIR) {
			set_aside(m, e, "not a plain file");
		} else {
			log_line("id=%s status=error reason=\"%s\"", id, strerror(errno));
			forget(m, e);
		}
		break;
	case QUEUE_GONE:
	case QUEUE_BUSY:
		forget(m, e);
	}
}

void entry_touch(struct manager *m, struct entry *e)
{
	if (e->touched)
		return;
	e->touched = true;
	e->next_touched = m->touched;
	m->touched = e;
}

static void sync_marks(struct entry *e)
{
	if (e->marked && queued_sync(&e->q))
		log_line("id=%s status=error reason=\"fsync: %s\"", e->q.id, strerror(errno));
	e->marked = false;
}

static void remove_entry(struct manager *m, struct entry *e)
{
	if (queued_remove(&e->q, &m->queue)) {
		log_line("id=%s status=error reason=\"not removed: %s\"", e->q.id, strerror(errno));
		return;
	}
	closer_close(e->q.fd);
	e->q.fd = -1;
	if (shard_folder(m, e->q.id) >= 0)
		m->unsynced |= 1u << (strchr(QUEUE_SHARDS, e->q.id[QUEUE_ID - 1]) - QUEUE_SHARDS);
}

/*
 * Proportional to its age, so that the times between attempts grow exponentially,
 * with 10 % of chance so that what failed together does not come back together.
 */
static time_t next_attempt(const struct manager *m, const struct entry *e, time_t now)
{
	long long wait = now - e->q.arrived;

	if (wait > m->conf.retry_most)
		wait = m->conf.retry_most;
	if (wait < m->conf.retry_first)
		wait = m->conf.retry_first;
	wait = wait * (900 + random() % 201) / 1000;
	if (e->not_before > now + wait)
		return e->not_before + (e->not_before - now) * (random() % 101) / 1000;
	return now + wait;
}

static void postpone(struct manager *m, struct entry *e)
{
	time_t now = clock_now(), due = next_attempt(m, e, now);

	if (queued_postpone(&e->q, due))
		log_line("id=%s status=error reason=\"not postponed: %s\"", e->q.id, strerror(errno));
	else if (m->resident && due <= now + RESCAN)
		waiting_add(&m->waiting, e->q.id, due);
}

/* Every recipient that could be tried was. */
static void settle(struct manager *m, struct entry *e)
{
	enum report_status reported = e->failed ? report_failures(m, e) : REPORT_DONE;
	bool waits = e->deferred || e->skipped || reported == REPORT_LATER;

	if (e->notice && e->deferred)
		report_delay(m, e);
	unlink_entry(m, e);
	waiting_done(&m->waiting, e->due.id);
	if (waits) {
		sync_marks(e);
		if (e->deferred || reported == REPORT_LATER || (e->skipped && !m->stopping))
			postpone(m, e);
	} else if (reported == REPORT_PARK) {
		log_line("id=%s status=dead reason=\"a bounce that nobody takes\"", e->q.id);
		sync_marks(e);
		if (queued_move(&e->q, &m->queue, "dead"))
			log_line("id=%s status=error reason=\"not moved: %s\"", e->q.id, strerror(errno));
	} else {
		remove_entry(m, e);
	}
	release(e);
}

void entry_go_on(struct manager *m, struct entry *e)
{
	e->touched = false;
	if (m->stopping && e->next < e->count) {
		e->skipped += e->count - e->next;
		e->left -= e->count - e->next;
		e->next = e->count;
	}
	if (e->next < e->count && e->batches < most_batches(m) / 2)
		spread(m, e);
	if (e->left == 0)
		settle(m, e);
}

/* Once a second: what was marked becomes durable, and what was unlinked stays away after a power cut. */
void entry_sync(struct manager *m)
{
	for (struct entry *e = m->entries; e; e = e->after)
		sync_marks(e);
	for (unsigned i = 0; i < 32; i++)
		if (m->unsynced & 1u << i)
			fsync(m->shards[i]);
	m->unsynced = 0;
}
