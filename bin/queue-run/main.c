/* queue-run: has what waits in the queue delivered. See queue-run(8). */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"
#include "queue-run.h"

static const char usage[] = "usage: queue-run [-ad] [-c concurrency] [-i id] ... [-R domain]";

const int run_signals[RUN_SIGNALS] = { SIGHUP, SIGTERM, SIGINT, SIGCHLD, SIGPIPE };

static volatile sig_atomic_t hup, term;

static void take_signal(int number)
{
	if (number == SIGHUP)
		hup = 1;
	else if (number != SIGCHLD)
		term = 1;
}

/* They are let in only while we wait, so that none is missed between a look and the wait. */
static void catch_signals(sigset_t *while_waiting)
{
	struct sigaction action = { .sa_handler = take_signal };
	sigset_t ours;

	sigemptyset(&ours);
	for (size_t i = 0; i < RUN_SIGNALS - 1; i++) {
		sigaddset(&ours, run_signals[i]);
		sigaction(run_signals[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &ours, while_waiting);
	for (size_t i = 0; i < RUN_SIGNALS - 1; i++)
		sigdelset(while_waiting, run_signals[i]);
}

/* As root, transports other than mail-deliver run as the user whom the queue belongs to. */
static void choose_user(struct manager *m)
{
	struct stat st;
	struct passwd *user;

	if (geteuid() != 0 || fstat(m->queue.fd, &st))
		return;
	user = st.st_uid ? getpwuid(st.st_uid) : NULL;
	if (st.st_uid && !user)
		fail(EX_NOUSER, "%s: belongs to user %lu, whom nobody knows", m->queue.path, (unsigned long)st.st_uid);
	if (user) {
		m->uid = user->pw_uid;
		m->gid = user->pw_gid;
		m->user = mem_text(slice_of(user->pw_name));
	} else if (!m->conf.mailboxes[0]) {
		warn("%s: belongs to root, so transports run as root", m->queue.path);
	}
}

/* Each letter in hand takes a descriptor, each worker three. */
static void allow_descriptors(struct manager *m)
{
	struct rlimit limit;
	rlim_t others = 100 + 3 * (rlim_t)m->conf.concurrency;

	m->window = OPEN_ENTRIES;
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < OPEN_ENTRIES + others)
		m->window = limit.rlim_cur > 2 * others ? (size_t)(limit.rlim_cur - others) : (size_t)limit.rlim_cur / 4;
}

static void begin(struct manager *m)
{
	buf why = { NULL, 0, 0 };

	if (routes_read(&m->routes, &m->conf, &why))
		fail(EX_CONFIG, "%s", why.p);
	if (queue_open(&m->queue, &m->conf))
		fail(fail_status(errno), "%s: %s", m->conf.queue, strerror(errno));
	m->last_ready = &m->ready;
	m->last_wanting = &m->wanting;
	srandom((unsigned)(clock_now() ^ getpid()));
	choose_user(m);
	allow_descriptors(m);
	arrive_begin(m);
}

static void stop(struct manager *m)
{
	if (m->stopping)
		workers_kill(m);
	m->stopping = true;
	if (m->lock >= 0)
		close(m->lock);
	m->lock = -1;
	for (struct entry *e = m->entries; e; e = e->after)
		entry_touch(m, e);
	destinations_each(m, destination_ready);
	for (struct worker *w = m->workers; w; w = w->next)
		worker_end(w);
}

static void obey_signals(struct manager *m)
{
	if (term)
		stop(m);
	if (hup && m->resident) {
		queue_forget_down(&m->queue);
		destinations_each(m, down_forget);
		arrive_scan_all(m, true);
	}
	term = hup = 0;
}

static void take_due(struct manager *m)
{
	time_t now = clock_now();
	struct due due;

	for (int n = 0; n < 64 && m->open < m->window && !m->stopping && waiting_take(&m->waiting, now, &due); n++)
		entry_take(m, &due);
}

/* Until nothing moves any more without news from outside. */
static void work(struct manager *m)
{
	while (m->touched || m->ready) {
		while (m->touched) {
			struct entry *e = m->touched;

			m->touched = e->next_touched;
			entry_go_on(m, e);
		}
		destination_next(m);
	}
	destination_give_slots(m);
	for (struct worker *w = m->workers; w; w = w->next)
		worker_write(w);
}

/* Whoever removed it has no more use for us, and a new one in its place is not the one we watch. */
static void stay_or_go(struct manager *m)
{
	struct stat st;

	if (fstat(m->queue.fd, &st) || st.st_nlink) {
		arrive_lock(m);
		return;
	}
	warn("%s: is gone", m->queue.path);
	m->status = EX_NOINPUT;
	stop(m);
}

static void once_a_second(struct manager *m)
{
	int64_t now = clock_ms();

	if (now - m->tick < SECOND_MS)
		return;
	m->tick = now;
	entry_sync(m);
	destination_sweep(m);
	if (m->resident && !m->stopping)
		stay_or_go(m);
	sweep(m);
}

/* Milliseconds that poll may wait. */
static int patience(const struct manager *m)
{
	time_t next = waiting_next(&m->waiting), now = clock_now();
	int64_t most = m->resident ? RESCAN * SECOND_MS : SECOND_MS;

	if (m->touched || m->ready || m->scans_left)
		return 0;
	if (next >= 0 && m->open < m->window && !m->stopping) {
		if (next <= now)
			return 0;
		if ((next - now) * SECOND_MS < most)
			most = (next - now) * SECOND_MS;
	}
	if (m->resident && m->next_scan - clock_ms() < most)
		most = m->next_scan - clock_ms();
	if ((m->workers || m->unsynced || m->entries) && most > SECOND_MS)
		most = SECOND_MS;
	return most < 0 ? 0 : (int)most;
}

static void wait_for_news(struct manager *m, const sigset_t *signals)
{
	static struct pollfd *fds;
	struct pollfd *p;
	int ms = patience(m);
	struct timespec most = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	p = fds = mem_grow(fds, 3 * m->running + 1, sizeof *fds);
	*p++ = (struct pollfd){ .fd = m->inotify, .events = POLLIN };
	for (struct worker *w = m->workers; w; w = w->next) {
		*p++ = (struct pollfd){ .fd = w->todo.n ? w->in : -1, .events = POLLOUT };
		*p++ = (struct pollfd){ .fd = w->out, .events = POLLIN };
		*p++ = (struct pollfd){ .fd = w->err, .events = POLLIN };
	}
	if (ppoll(fds, (nfds_t)(p - fds), &most, signals) <= 0)
		return;
	p = fds;
	if (p++->revents)
		arrive_events(m);
	for (struct worker *w = m->workers; w; w = w->next, p += 3) {
		if (p[0].revents)
			worker_write(w);
		if (p[1].revents && w->out >= 0)
			worker_read(m, w);
		if (p[2].revents && w->err >= 0)
			worker_listen(w);
	}
}

static bool is_finished(const struct manager *m)
{
	if (m->workers || m->entries)
		return false;
	return m->stopping || (!m->resident && !m->scans_left && !m->waiting.count);
}

static void run(struct manager *m, const sigset_t *while_waiting)
{
	while (!is_finished(m)) {
		wait_for_news(m, while_waiting);
		workers_reap(m);
		obey_signals(m);
		take_due(m);
		work(m);
		workers_watch(m);
		arrive_step(m);         /* last, so that an arrival never waits for a look through what is not due */
		once_a_second(m);
	}
	entry_sync(m);
	closer_end();
}

int main(int argc, char **argv)
{
	static struct manager m;
	const char *concurrency = NULL;
	sigset_t while_waiting;
	bool ids = false, all = false;
	int ch;

	fail_name("queue-run", usage);
	while ((ch = getopt(argc, argv, "ac:di:R:")) != -1)
		switch (ch) {
		case 'a': all = true; break;
		case 'c': concurrency = optarg; break;
		case 'd': m.resident = true; break;
		case 'i':
			if (!queue_is_id(slice_of(optarg)))
				fail(EX_USAGE, "-i %s: not an id", optarg);
			waiting_add(&m.waiting, optarg, DUE_NOW);
			ids = true;
			break;
		case 'R': m.only_domain = slice_of(optarg); break;
		default: fail_usage();
		}
	if (optind < argc || (m.resident && (all || ids || m.only_domain.n)))
		fail_usage();
	conf_load(&m.conf);
	if (concurrency && (m.conf.concurrency = slice_number(slice_of(concurrency))) < 1)
		fail_usage();
	m.forced = all || ids || m.only_domain.n;
	catch_signals(&while_waiting);
	begin(&m);
	if (all || !ids || m.only_domain.n)
		arrive_scan_all(&m, all || m.only_domain.n > 0);
	run(&m, &while_waiting);
	return io_finish(m.status);
}
