#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "domain.h"
#include "queue-run.h"

enum { CHAINS = 4096, CACHED = 256 };

/* In one spelling. */
static void set_domain(buf *to, slice address)
{
	static buf labels;

	buf_clear(to);
	buf_addlower(to, domain_plain(addr_domain(address), &labels));
}

/* `route=` in the envelope goes before `routes`; a bare address is local. */
static struct route way_of(const struct manager *m, slice options, slice domain)
{
	slice own = option_value(options, "route");
	struct route route = { .kind = ROUTE_LOCAL };

	if (own.n && route_parse(own, &route) == 0)
		return route;
	return domain.n ? routes_find(&m->routes, domain) : (struct route){ .kind = ROUTE_LOCAL };
}

static bool has_tls(enum route_kind kind)
{
	return kind == ROUTE_EXCHANGES || kind == ROUTE_SMTP || kind == ROUTE_LMTP;
}

/* With the TLS that the letter asks for, if the way says nothing of it: what one lacks for a letter may do for others. */
static struct route route_of(const struct manager *m, const struct entry *e, slice domain)
{
	slice options = buf_slice(&e->q.options);
	struct route route = way_of(m, options, domain);

	if (route.tls == ROUTE_TLS_OFFERED && has_tls(route.kind))
		route_parse_tls(option_value(options, "tls"), &route.tls);
	return route;
}

static uint64_t key_of(const struct route *route, slice domain)
{
	return hash_more((uint64_t)route->kind + 16 * route->tls + 1, route->kind == ROUTE_EXCHANGES ? domain : route->target);
}

uint64_t destination_key(struct manager *m, const struct entry *e, slice address)
{
	static struct { uint64_t domain, key; } cache[CACHED];
	static buf domain;
	struct route route;
	uint64_t hash;

	set_domain(&domain, address);
	hash = hash_bytes(buf_slice(&domain));
	if (cache[hash % CACHED].domain == hash && !e->q.options.n)
		return cache[hash % CACHED].key;
	route = route_of(m, e, buf_slice(&domain));
	if (!e->q.options.n) {
		cache[hash % CACHED].domain = hash;
		cache[hash % CACHED].key = key_of(&route, buf_slice(&domain));
	}
	return key_of(&route, buf_slice(&domain));
}

/* One word, as a value in the log is. */
static char *name_of(const struct route *route)
{
	static const char *const names[] = { "local", "mx", "smtp", "lmtp", "pipe", "error" };
	buf name = { NULL, 0, 0 };

	buf_addtext(&name, names[route->kind]);
	if (route->target.n) {
		buf_addchar(&name, ':');
		buf_addslice(&name, route->target);
	}
	if (route->tls)
		buf_print(&name, " tls=%s", route_tls_name(route->tls));
	for (size_t i = 0; i < name.n; i++)
		if (ascii_blank(name.p[i]))
			name.p[i] = '_';
	return name.p;
}

/* `5.1.2 text`, as a route has it, becomes `550 5.1.2 text`. */
static void error_reply(buf *reply, slice target)
{
	bool coded = target.n > 2 && target.p[1] == '.' && (target.p[0] == '4' || target.p[0] == '5');

	buf_print(reply, "%s %s%.*s", coded && target.p[0] == '4' ? "450" : "550", coded ? "" : "5.0.0 ",
	    (int)target.n, target.p);
}

static struct destination *make(struct manager *m, const struct entry *e, uint64_t key, slice address)
{
	struct destination *d = mem_alloc(sizeof *d);
	buf domain = { NULL, 0, 0 };
	struct route route;

	set_domain(&domain, address);
	route = route_of(m, e, buf_slice(&domain));
	if (route.kind == ROUTE_EXCHANGES)
		route.target = buf_slice(&domain);
	*d = (struct destination){ .key = key, .kind = route.kind, .tls = route.tls, .target = mem_text(route.target),
		.name = name_of(&route) };
	d->last = &d->first;
	d->last_lonely = &d->lonely;
	if (d->kind == ROUTE_ERROR)
		error_reply(&d->reason, route.target);
	else
		down_read(m, d);
	buf_free(&domain);
	m->destinations++;
	return d;
}

struct destination *destination_get(struct manager *m, const struct entry *e, uint64_t key, slice address)
{
	struct destination **chain;

	if (!m->table) {
		m->table = mem_grow(NULL, CHAINS, sizeof *m->table);
		memset(m->table, 0, CHAINS * sizeof *m->table);
	}
	chain = &m->table[key % CHAINS];
	for (struct destination *d = *chain; d; d = d->next)
		if (d->key == key)
			return d;
	{
		struct destination *d = make(m, e, key, address);

		d->next = *chain;
		*chain = d;
		return d;
	}
}

/*
 * Each may take half of what is still free, so that however many are slow some
 * room is left for the next one (Choudhury and Hahne's dynamic thresholds).
 */
bool destination_full(const struct manager *m, const struct destination *d)
{
	size_t room = m->window > m->open ? (m->window - m->open) / 2 : 0;

	return !is_down(d) && d->kind != ROUTE_ERROR && d->load > 0 && d->load >= room;
}

void destination_park(struct destination *d, const struct due *due)
{
	if (d->parked_first == d->parked_count)
		d->parked_first = d->parked_count = 0;
	if (d->parked_count == d->parked_cap) {
		d->parked_cap = d->parked_cap ? d->parked_cap * 2 : 64;
		d->parked = mem_grow(d->parked, d->parked_cap, sizeof *d->parked);
	}
	d->parked[d->parked_count++] = *due;
}

bool destination_has_parked(const struct destination *d)
{
	return d->parked_first < d->parked_count;
}

static void unpark(struct manager *m, struct destination *d, size_t most)
{
	while (most-- > 0 && destination_has_parked(d))
		waiting_again(&m->waiting, &d->parked[d->parked_first++]);
}

void destination_ready(struct manager *m, struct destination *d)
{
	if (d->ready)
		return;
	d->ready = true;
	d->next_ready = NULL;
	*m->last_ready = d;
	m->last_ready = &d->next_ready;
}

void destination_add(struct manager *m, struct destination *d, struct batch *b)
{
	b->link = NULL;
	*d->last = b;
	d->last = &b->link;
	d->load++;
	m->backlog++;
	destination_ready(m, d);
}

void destination_again(struct manager *m, struct destination *d, struct task *t)
{
	t->lonely = true;
	t->link = NULL;
	*d->last_lonely = t;
	d->last_lonely = &t->link;
	m->backlog++;
	destination_ready(m, d);
}

bool destination_waits(const struct destination *d)
{
	return d->lonely || d->first;
}

/* A long batch goes back to the end of the line after each task, so that it does not hold up single letters. */
static struct task *next_task(struct manager *m, struct destination *d)
{
	struct batch *b = d->first;
	struct task *t;

	m->backlog--;
	if (d->lonely) {
		t = d->lonely;
		d->lonely = t->link;
		if (!d->lonely)
			d->last_lonely = &d->lonely;
		return t;
	}
	d->first = b->link;
	if (!d->first)
		d->last = &d->first;
	d->load--;
	t = task_take(b);
	d->load++;
	if (b->next < b->end) {
		destination_add(m, d, b);
	} else {
		b->entry->batches--;
		entry_touch(m, b->entry);
		free(b);
	}
	return t;
}

static void without_attempt(struct manager *m, struct destination *d)
{
	for (int n = 0; n < 1000 && destination_waits(d); n++) {
		struct task *t = next_task(m, d);

		if (m->stopping) {
			task_skip(m, t);
			continue;
		}
		if (d->down_until > t->entry->not_before)
			t->entry->not_before = d->down_until;
		answer_all(m, t, buf_slice(&d->reason));
	}
	if (destination_waits(d))
		destination_ready(m, d);
}

static struct worker *idlest(const struct manager *m, const struct destination *d)
{
	struct worker *best = NULL;

	for (struct worker *w = m->workers; w; w = w->next)
		if (w->to == d && !w->ending && !w->turn_over && !(w->tasks && w->tasks->lonely)
		    && (!best || w->tasks_left < best->tasks_left))
			best = w;
	return best;
}

/* All slots are taken, or all of d's: one that does nothing is given up, the others after their turn (workers_watch). */
static void end_an_idle_worker(struct manager *m, const struct destination *d)
{
	bool own = d->workers >= (size_t)m->conf.per_destination;

	for (struct worker *w = m->workers; w; w = w->next)
		if (worker_is_idle(w) && (!own || w->to == d)) {
			worker_end(w);
			return;
		}
}

static bool has_room(const struct manager *m)
{
	return m->running < (size_t)m->conf.concurrency;
}

/* A resident's connection is kept for a moment, if there is room for another process. */
static bool may_move(const struct manager *m, const struct worker *w, int64_t now)
{
	if (!worker_is_idle(w) || !is_smtp(w->to))
		return false;
	if (w->turn_over)
		return true;
	return !destination_waits(w->to) && (!m->resident || !has_room(m) || now - w->active > 2 * IDLE_MS);
}

/* Of those with nothing to do the one that did nothing for longest, for its connection is gone first. */
static struct worker *idle_elsewhere(const struct manager *m)
{
	struct worker *longest = NULL;
	int64_t now = clock_ms();

	for (struct worker *w = m->workers; w; w = w->next)
		if (may_move(m, w, now) && (!longest || w->active < longest->active))
			longest = w;
	return longest;
}

/* A lonely task gets a new worker: one that ends just now must not be taken for its victim. */
static struct worker *one_more(struct manager *m, struct destination *d)
{
	struct worker *w = is_smtp(d) && !d->lonely ? idle_elsewhere(m) : NULL;

	if (!w)
		return has_room(m) ? worker_start(m, d) : NULL;
	worker_move(m, w, d);
	return w;
}

static bool may_have_more(const struct manager *m, const struct destination *d)
{
	return d->workers < (size_t)m->conf.per_destination && (d->workers == 0 || !m->wanting);
}

static struct worker *worker_for(struct manager *m, struct destination *d)
{
	struct worker *w = d->lonely ? NULL : idlest(m, d), *another;

	if (w && w->tasks_left < WORKER_SPREAD)
		return w;
	if (may_have_more(m, d) && (another = one_more(m, d)))
		return another;
	if (d->lonely)
		end_an_idle_worker(m, d);
	return w && w->tasks_left < w->depth ? w : NULL;
}

static void want_slot(struct manager *m, struct destination *d)
{
	if (d->wanting || d->workers)
		return;
	end_an_idle_worker(m, d);
	d->wanting = true;
	d->next_wanting = NULL;
	*m->last_wanting = d;
	m->last_wanting = &d->next_wanting;
}

static void pump(struct manager *m, struct destination *d)
{
	while (destination_waits(d)) {
		struct worker *w;

		if (d->kind == ROUTE_ERROR || m->stopping || is_down(d)) {
			without_attempt(m, d);
			break;
		}
		w = worker_for(m, d);
		if (!w) {
			want_slot(m, d);
			break;
		}
		worker_give(m, w, next_task(m, d));
	}
	/* With nothing in hand all come back: if other runners took the next few, nothing would call for the rest. */
	if (destination_has_parked(d) && !destination_full(m, d))
		unpark(m, d, d->load ? m->window / 8 + 1 : d->parked_count);
}

void destination_next(struct manager *m)
{
	struct destination *d = m->ready;

	if (!d)
		return;
	m->ready = d->next_ready;
	if (!m->ready)
		m->last_ready = &m->ready;
	d->ready = false;
	pump(m, d);
}

void destinations_each(struct manager *m, void (*each)(struct manager *, struct destination *))
{
	for (size_t i = 0; m->table && i < CHAINS; i++)
		for (struct destination *d = m->table[i]; d; d = d->next)
			each(m, d);
}

/* Slots that became free go to those who have none, in the order in which they asked. */
void destination_give_slots(struct manager *m)
{
	while (m->wanting && (has_room(m) || idle_elsewhere(m) || m->stopping)) {
		struct destination *d = m->wanting;
		size_t running = m->running;

		m->wanting = d->next_wanting;
		if (!m->wanting)
			m->last_wanting = &m->wanting;
		d->wanting = false;
		pump(m, d);
		if (m->running == running && !m->stopping && destination_waits(d) && d->wanting)
			break;
	}
}

/* That it is down stands in its file too, which a forced pass does not read. */
static bool is_idle(const struct manager *m, const struct destination *d)
{
	return !destination_waits(d) && d->load == 0 && d->workers == 0 && !destination_has_parked(d)
	    && !d->ready && !d->wanting && (!is_down(d) || (d->down_filed && !m->forced));
}

static void free_destination(struct destination *d)
{
	free(d->target);
	free(d->name);
	free(d->parked);
	buf_free(&d->reason);
	free(d);
}

void destination_sweep(struct manager *m)
{
	if (!m->table || m->destinations < 1000 + 2 * m->swept)
		return;
	for (size_t i = 0; i < CHAINS; i++)
		for (struct destination **at = &m->table[i], *d; (d = *at);)
			if (is_idle(m, d)) {
				*at = d->next;
				free_destination(d);
				m->destinations--;
			} else {
				at = &d->next;
			}
	m->swept = m->destinations;
}
