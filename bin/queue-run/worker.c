#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "limit.h"
#include "queue-run.h"
#include "run.h"

enum { MOST_ARGUMENTS = 64, LONGEST_LINE = 64 * 1024 };

bool is_smtp(const struct destination *d)
{
	return d->kind == ROUTE_EXCHANGES || d->kind == ROUTE_SMTP;
}

/* NULL-ended, in memory that the process about to be replaced never frees. */
static void arguments(const struct destination *d, char *argv[MOST_ARGUMENTS])
{
	slice rest = slice_of(d->target), word;
	buf program = { NULL, 0, 0 };
	int n = 0;

	if (d->kind == ROUTE_PIPE) {
		while (n < MOST_ARGUMENTS - 1 && slice_word(&rest, &word))
			argv[n++] = mem_text(word);
	} else {
		run_path(&program, d->kind == ROUTE_LOCAL ? "mail-deliver" : "smtp-send");
		argv[n++] = program.p;
		argv[n++] = mem_text(SLICE("-j"));
		if (is_smtp(d)) {
			argv[n++] = mem_text(SLICE("-t"));
			argv[n++] = mem_text(SLICE("idle=1s")); /* IDLE_MS */
		}
		if (d->kind == ROUTE_LMTP) {
			argv[n++] = mem_text(SLICE("-l"));
			argv[n++] = mem_text(SLICE("-s"));
			argv[n++] = d->target;
		}
	}
	argv[n] = NULL;
}

static int become(const struct manager *m, const struct destination *d)
{
	if (!m->uid || d->kind == ROUTE_LOCAL)
		return 0;
	return setgid(m->gid) || initgroups(m->user, m->gid) || setuid(m->uid) ? -1 : 0;
}

/* In the child. A process group of its own, so that what it starts can be ended with it. */
static _Noreturn void transport(const struct manager *m, const struct destination *d, const int fds[3])
{
	char *argv[MOST_ARGUMENTS];
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	for (size_t i = 0; i < RUN_SIGNALS; i++)
		signal(run_signals[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			_exit(EX_OSERR);
	closefrom(STDERR_FILENO + 1);
	arguments(d, argv);
	if (become(m, d))
		fail(EX_NOPERM, "%s: %s", m->user, strerror(errno));
	setenv("PENNYPOST", m->conf.home, 1);
	execvp(argv[0], argv);
	fail(EX_UNAVAILABLE, "%s: %s", argv[0], strerror(errno));
}

/* Three pipes: theirs[i] becomes descriptor i of the child. */
static int open_pipes(int ours[3], int theirs[3])
{
	for (int i = 0; i < 3; i++)
		ours[i] = theirs[i] = -1;
	for (int i = 0; i < 3; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC))
			return -1;
		ours[i] = ends[i == 0];
		theirs[i] = ends[i != 0];
		fcntl(ours[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

static void close_all(const int fds[3])
{
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static struct worker *new_worker(struct manager *m, struct destination *d, pid_t pid, const int fds[3])
{
	struct worker *w = mem_alloc(sizeof *w);

	*w = (struct worker){ .pid = pid, .to = d, .in = fds[0], .out = fds[1], .err = fds[2], .next = m->workers };
	w->last = &w->tasks;
	w->depth = WORKER_BEGIN;
	w->since = w->active = w->measured = clock_ms();
	m->workers = w;
	m->running++;
	d->workers++;
	return w;
}

/* NULL where no process is to be had now. */
struct worker *worker_start(struct manager *m, struct destination *d)
{
	int ours[3], theirs[3];
	pid_t pid = -1;

	if (open_pipes(ours, theirs) == 0)
		pid = fork();
	if (pid == 0)
		transport(m, d, theirs);
	if (pid < 0)
		warn("%s: no process: %s", d->name, strerror(errno));
	close_all(theirs);
	if (pid < 0)
		close_all(ours);
	return pid < 0 ? NULL : new_worker(m, d, pid, ours);
}

bool worker_is_idle(const struct worker *w)
{
	return w->tasks_left == 0 && !w->ending;
}

/* An idle one: its next task is for there. */
void worker_move(struct manager *m, struct worker *w, struct destination *d)
{
	w->to->workers--;
	destination_ready(m, w->to);
	w->to = d;
	d->workers++;
	w->depth = WORKER_BEGIN;
	w->answers = 0;
	w->answered = w->turn_over = false;
	w->since = w->active = w->measured = clock_ms();
}

void worker_give(struct manager *m, struct worker *w, struct task *t)
{
	if (t->left == 0) {
		task_finish(m, t);
		return;
	}
	t->link = NULL;
	*w->last = t;
	w->last = &t->link;
	if (w->tasks_left++ == 0)
		w->active = clock_ms();
	task_line(m, t, &w->todo);
}

static void close_input(struct worker *w)
{
	if (w->in >= 0)
		close(w->in);
	w->in = -1;
	buf_clear(&w->todo);
	w->written = 0;
}

void worker_write(struct worker *w)
{
	while (w->in >= 0 && w->written < w->todo.n) {
		ssize_t n = write(w->in, w->todo.p + w->written, w->todo.n - w->written);

		if (n > 0) {
			w->written += (size_t)n;
		} else if (errno == EAGAIN) {
			return;
		} else if (errno != EINTR) {
			w->ending = true;
			close_input(w);
		}
	}
	buf_clear(&w->todo);
	w->written = 0;
	if (w->ending)
		close_input(w);
}

/* It gets no more tasks, finishes those it has, and exits. */
void worker_end(struct worker *w)
{
	if (!w->ending)
		w->active = clock_ms();
	w->ending = true;
	worker_write(w);
}

static void put_down(struct worker *w, const char *fault, int signal)
{
	w->fault = fault;
	w->ending = true;
	close_input(w);
	if (w->pid)
		kill(-w->pid, signal);
}

static void unlink_task(struct worker *w, struct task **at)
{
	struct task *t = *at;

	*at = t->link;
	if (!*at)
		w->last = at;
	w->tasks_left--;
}

/* The first recipient of that name in a task of that id without an answer. */
static bool take_answer(struct manager *m, struct worker *w, const struct result *r)
{
	for (struct task **at = &w->tasks, *t; (t = *at); at = &t->link) {
		if (!slice_is(r->id, t->entry->q.id))
			continue;
		for (size_t i = t->first; i < t->count; i++) {
			if (t->rows[i].answered || !slice_same(rcpt_address(task_recipient(t, i)), r->recipient))
				continue;
			answer(m, t, i, r);
			if (t->left == 0) {
				unlink_task(w, at);
				task_finish(m, t);
			}
			return true;
		}
	}
	return false;
}

static void take_line(struct manager *m, struct worker *w, slice line)
{
	static buf text;
	struct result r;

	if (w->fault)
		return;
	if (transport_read_result(line, &r, &text)) {
		log_line("relay=%s status=error reason=\"not a result line\" line=\"%.*s\"", w->to->name,
		    (int)slice_upto(line, 200).n, line.p);
		put_down(w, "did not speak pennypost-transport(5)", SIGTERM);
	} else if (take_answer(m, w, &r)) {
		w->answered = true;
		w->answers++;
		w->depth += w->measured == w->since && w->depth < WORKER_DEPTH;
		w->to->deaths = 0;
	} else {
		log_line("relay=%s status=error reason=\"a result nobody asked for\" line=\"%.*s\"", w->to->name,
		    (int)slice_upto(line, 200).n, line.p);
	}
}

/* Reads once: 1; 0 where there is nothing now, -1 at the end. */
static int read_some(int fd, buf *to)
{
	ssize_t n = read(fd, buf_reserve(to, LIMIT_STREAM), LIMIT_STREAM);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	to->n += (size_t)n;
	to->p[to->n] = '\0';
	return 1;
}

static void drop_front(buf *b, size_t n)
{
	memmove(b->p, b->p + n, b->n - n + 1);
	b->n -= n;
}

void worker_read(struct manager *m, struct worker *w)
{
	slice rest, line;
	int got = read_some(w->out, &w->said);
	size_t n, done = 0;

	rest = buf_slice(&w->said);
	while ((n = slice_find(rest, '\n')) < rest.n) {
		line = slice_upto(rest, n);
		rest = slice_from(rest, n + 1);
		done += n + 1;
		take_line(m, w, line);
	}
	if (got > 0)
		w->active = clock_ms();
	if (done)
		drop_front(&w->said, done);
	if (w->said.n > LONGEST_LINE && !w->fault)
		take_line(m, w, SLICE(""));
	if (w->fault)
		buf_clear(&w->said);
	if (got < 0) {
		close(w->out);
		w->out = -1;
		worker_end(w);
	}
}

static void complain(const struct worker *w, slice line)
{
	if (line.n)
		log_line("relay=%s note=\"%.*s\"", w->to->name, (int)line.n, line.p);
}

void worker_listen(struct worker *w)
{
	int got = read_some(w->err, &w->complaint);
	size_t n;

	while ((n = slice_find(buf_slice(&w->complaint), '\n')) < w->complaint.n || w->complaint.n > LIMIT_REPLY
	    || (got < 0 && w->complaint.n)) {
		slice line = slice_upto(buf_slice(&w->complaint), n < LIMIT_REPLY ? n : LIMIT_REPLY);

		complain(w, line);
		drop_front(&w->complaint, line.n + (line.n == n && n < w->complaint.n));
	}
	if (got < 0) {
		close(w->err);
		w->err = -1;
	}
}

static void describe(const struct worker *w, buf *reply)
{
	buf_print(reply, "451 4.3.0 the transport %s ", w->to->name);
	if (w->fault)
		buf_addtext(reply, w->fault);
	else if (WIFSIGNALED(w->status))
		buf_print(reply, "was ended by signal %d", WTERMSIG(w->status));
	else
		buf_print(reply, "ended with status %d and gave no answer", WEXITSTATUS(w->status));
}

/*
 * What a transport left unanswered when it died is tried again, each task with a
 * process of its own, so that the one that kills it does no harm to the others.
 */
static void inherit(struct manager *m, struct worker *w)
{
	bool alone = w->tasks_left == 1 && !w->answered;
	buf reply = { NULL, 0, 0 };

	describe(w, &reply);
	if (w->tasks_left && !w->answered && !m->stopping)
		down_broken(m, w->to, buf_slice(&reply));
	while (w->tasks) {
		struct task *t = w->tasks;

		unlink_task(w, &w->tasks);
		if (m->stopping)
			task_skip(m, t);
		else if (alone || t->lonely)
			answer_all(m, t, buf_slice(&reply));
		else
			destination_again(m, w->to, t);
	}
	buf_free(&reply);
}

static void bury(struct manager *m, struct worker *w)
{
	while (w->out >= 0) {
		size_t had = w->said.n;

		worker_read(m, w);
		if (w->out >= 0 && w->said.n == had)
			break;
	}
	if (w->err >= 0)
		worker_listen(w);
	inherit(m, w);
	m->running--;
	w->to->workers--;
	destination_ready(m, w->to);
	close_all((int[3]){ w->in, w->out, w->err });
	buf_free(&w->todo);
	buf_free(&w->said);
	buf_free(&w->complaint);
	free(w);
}

void workers_kill(struct manager *m)
{
	for (struct worker *w = m->workers; w; w = w->next)
		put_down(w, "was told to end", SIGTERM);
}

void workers_reap(struct manager *m)
{
	for (struct worker **at = &m->workers, *w; (w = *at);)
		if (waitpid(w->pid, &w->status, WNOHANG) == w->pid) {
			*at = w->next;
			w->pid = 0;
			bury(m, w);
		} else {
			at = &w->next;
		}
}

/* mail-deliver has none, and smtp-send closes it after IDLE_MS: what is still running then is in nobody's way. */
static bool holds_no_connection(const struct destination *d)
{
	return d->kind == ROUTE_LOCAL || is_smtp(d);
}

/* In a single pass it is told as soon as no more can come, so that what it keeps until the end comes out. */
static bool has_done_all(const struct manager *m, const struct worker *w, int64_t quiet)
{
	time_t next = waiting_next(&m->waiting);

	if (m->stopping)
		return true;
	if (destination_waits(w->to) || destination_has_parked(w->to) || m->scans_left || (next >= 0 && next <= clock_now()))
		return false;
	if (!m->resident)
		return !is_smtp(w->to) || m->backlog == 0;
	return w->tasks_left == 0 && quiet >= (holds_no_connection(w->to) ? SPARE_MS : IDLE_MS);
}

/* In its first second it grows with every answer; then while half a second is longer than a round trip. */
static void measure(struct worker *w, int64_t now)
{
	if (now - w->measured < SECOND_MS)
		return;
	w->depth = w->answers / 2 < WORKER_LEAST ? WORKER_LEAST : w->answers / 2;
	if (w->depth > WORKER_DEPTH)
		w->depth = WORKER_DEPTH;
	w->answers = 0;
	w->measured = now;
}

static void watch(struct manager *m, struct worker *w, int64_t now)
{
	int64_t quiet = now - w->active;

	measure(w, now);
	if (w->ending && quiet > LINGER_MS && (w->fault || w->tasks_left == 0))
		put_down(w, w->fault ? w->fault : "did not end", SIGKILL);
	else if (w->tasks_left && quiet > SILENCE_MS)
		put_down(w, "was silent for too long", SIGKILL);
	else if (!w->ending && has_done_all(m, w, quiet))
		worker_end(w);
}

static bool has_turn_before(const struct worker *a, const struct worker *b)
{
	return a->to->workers > b->to->workers || (a->to->workers == b->to->workers && a->since < b->since);
}

/*
 * The worker that leaves its destination for one that has none: of those that have several, else after its turn.
 * One at a time, but the next does not wait for one whose server is silent.
 */
static void end_a_turn(struct manager *m, int64_t now)
{
	struct worker *longest = NULL;

	for (struct worker *w = m->workers; w; w = w->next) {
		bool leaves = w->ending || w->turn_over;

		if (leaves && now - w->active < SLICE_MS)
			return;
		if (!leaves && (w->to->workers > 1 || now - w->since > SLICE_MS) && (!longest || has_turn_before(w, longest)))
			longest = w;
	}
	if (longest && is_smtp(longest->to))
		longest->turn_over = true;
	else if (longest)
		worker_end(longest);
}

void workers_watch(struct manager *m)
{
	int64_t now = clock_ms();

	for (struct worker *w = m->workers; w; w = w->next)
		watch(m, w, now);
	if (m->wanting && m->running >= (size_t)m->conf.concurrency)
		end_a_turn(m, now);
}
