#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "addr.h"
#include "clock.h"
#include "deliver.h"
#include "limit.h"

enum { NOT_RUN = 126 };

struct words { char **argv; size_t count; };

/* One word of a command: blanks end it, '…' and "…" hold them, a backslash takes the next character as it is. */
static bool next_word(slice *rest, buf *word)
{
	char quote = 0;
	size_t i = 0;

	*rest = slice_trim(*rest);
	buf_clear(word);
	for (; i < rest->n && (quote || !ascii_blank(rest->p[i])); i++) {
		char c = rest->p[i];

		if (c == quote || (!quote && (c == '"' || c == '\'')))
			quote = quote ? 0 : c;
		else if (c == '\\' && quote != '\'' && i + 1 < rest->n)
			buf_addchar(word, rest->p[++i]);
		else
			buf_addchar(word, c);
	}
	*rest = slice_from(*rest, i);
	return i > 0 && !quote;
}

static struct words split(slice command)
{
	struct words w = { NULL, 0 };
	buf word = { NULL, 0, 0 };

	while (next_word(&command, &word)) {
		w.argv = mem_grow(w.argv, w.count + 2, sizeof *w.argv);
		w.argv[w.count++] = mem_text(buf_slice(&word));
		w.argv[w.count] = NULL;
	}
	buf_free(&word);
	return w;
}

static void free_words(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->argv[i]);
	free(w->argv);
}

static void set_env(const char *name, slice value)
{
	char *text = mem_text(value);

	setenv(name, text, 1);
	free(text);
}

/* As login would have it, the envelope, and which Pennypost this is; nothing else of ours. */
static void make_environment(const struct delivery *d)
{
	struct passwd *entry = getpwuid(geteuid());
	bool user = d->who.kind == LOCAL_USER;
	slice name = user ? buf_slice(&d->who.name) : slice_of(entry ? entry->pw_name : "nobody");

	clearenv();
	set_env("PATH", SLICE("/usr/local/bin:/usr/bin:/bin"));
	set_env("HOME", user ? buf_slice(&d->who.home) : SLICE("/"));
	set_env("SHELL", user && d->who.shell.n ? buf_slice(&d->who.shell) : SLICE("/bin/sh"));
	set_env("USER", name);
	set_env("LOGNAME", name);
	set_env("PENNYPOST", slice_of(d->conf->home));
	set_env("SENDER", delivery_sender(d));
	set_env("RECIPIENT", d->recipient);
	set_env("LOCAL", addr_local(d->recipient));
	set_env("EXTENSION", buf_slice(&d->who.extension));
	set_env("DOMAIN", delivery_domain(d));
}

/* Descriptors 0 to 2 are ours to set: in is the message, told what it says on standard error. */
static _Noreturn void run(const struct delivery *d, char **argv, int in, int told)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	setsid();
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	umask(077);
	if (dup2(in, 0) == 0 && dup2(null, 1) == 1 && dup2(told, 2) == 2
	    && chdir(d->who.kind == LOCAL_USER ? d->who.home.p : "/") == 0) {
		close_range(3, ~0U, 0);
		make_environment(d);
		execvp(argv[0], argv);
	}
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(NOT_RUN);
}

struct running {
	pid_t pid;
	int in, told;           /* -1 once closed */
	int64_t deadline;
	slice unsent;
	buf said;               /* its first line, LIMIT_COMMAND_SAYS bytes at most */
	bool line_ended;
	int status;
};

static void close_in(struct running *r)
{
	if (r->in >= 0)
		close(r->in);
	r->in = -1;
}

/* A command need not read all of the message. */
static int feed(struct running *r, struct delivery *d)
{
	ssize_t n;
	int got = 1;

	if (r->unsent.n == 0)
		got = message_some(d->message, &r->unsent);
	if (got <= 0) {
		close_in(r);
		return got;
	}
	n = write(r->in, r->unsent.p, r->unsent.n);
	if (n >= 0)
		r->unsent = slice_from(r->unsent, (size_t)n);
	else if (errno != EAGAIN && errno != EINTR)
		close_in(r);
	return 0;
}

static void hear(struct running *r)
{
	char text[1024];
	ssize_t n = read(r->told, text, sizeof text);
	slice line = { text, n > 0 ? (size_t)n : 0 };

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
		close(r->told);
		r->told = -1;
	}
	if (r->line_ended)
		return;
	if (r->said.n == 0)
		while (line.n && line.p[0] == '\n')
			line = slice_from(line, 1);
	r->line_ended = slice_find(line, '\n') < line.n;
	line = slice_upto(line, slice_find(line, '\n'));
	buf_addslice(&r->said, slice_upto(line, LIMIT_COMMAND_SAYS - r->said.n));
}

/* 0 when the process has ended; -1: errno of the message, or ETIMEDOUT. A child it left behind may hold the pipes. */
static int attend(struct running *r, struct delivery *d)
{
	int pause = 1;

	while (waitpid(r->pid, &r->status, WNOHANG) == 0) {
		struct pollfd fds[2] = {
			{ .fd = r->in, .events = POLLOUT }, { .fd = r->told, .events = POLLIN },
		};

		if (clock_ms() > r->deadline) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (poll(fds, 2, pause) > 0)
			pause = 1;
		else if (pause < 100)
			pause *= 2;
		if (fds[0].revents && feed(r, d))
			return -1;
		if (fds[1].revents)
			hear(r);
	}
	while (r->told >= 0 && io_wait(r->told, POLLIN, clock_ms()) > 0)
		hear(r);
	return 0;
}

static int start(struct running *r, const struct delivery *d, char **argv)
{
	int in[2], told[2];

	if (pipe2(in, O_CLOEXEC))
		return -1;
	if (pipe2(told, O_CLOEXEC)) {
		close(in[0]);
		close(in[1]);
		return -1;
	}
	r->pid = fork();
	if (r->pid == 0)
		run(d, argv, in[0], told[1]);
	close(in[0]);
	close(told[1]);
	r->in = in[1];
	r->told = told[0];
	fcntl(r->in, F_SETFL, O_NONBLOCK);
	return r->pid < 0 ? -1 : 0;
}

static void stop(struct running *r)
{
	int error = errno;

	kill(-r->pid, SIGKILL);
	kill(r->pid, SIGKILL);          /* it may not have reached setsid yet */
	while (waitpid(r->pid, &r->status, 0) < 0 && errno == EINTR)
		;
	errno = error;
}

/* sysexits, with qmail's 99, 100 and 111: for good is 100 and what DESIGN rule 6 says a retry will not help. */
static void judge(struct outcome *o, const struct running *r, const char *name)
{
	static const struct { int status; const char *enhanced; } permanent[] = {
		{ EX_USAGE, "5.3.5" }, { EX_DATAERR, "5.6.0" }, { EX_NOINPUT, "5.3.0" }, { EX_NOUSER, "5.1.1" },
		{ EX_NOHOST, "5.1.2" }, { EX_UNAVAILABLE, "5.3.0" }, { EX_SOFTWARE, "5.3.0" },
		{ EX_PROTOCOL, "5.5.0" }, { EX_NOPERM, "5.7.0" }, { EX_CONFIG, "5.3.5" }, { 100, "5.3.0" },
	};
	int status = WIFEXITED(r->status) ? WEXITSTATUS(r->status) : -WTERMSIG(r->status);
	const char *said = r->said.n ? r->said.p : "";

	if (status == 0 || status == 99) {
		outcome_set(o, 250, "2.0.0", "delivered to a command");
		o->stop = status == 99;
		return;
	}
	for (size_t i = 0; i < sizeof permanent / sizeof permanent[0]; i++)
		if (status == permanent[i].status) {
			outcome_set(o, 550, permanent[i].enhanced, "%s: exit %d: %s", name, status, said);
			return;
		}
	if (status < 0)
		outcome_set(o, 451, "4.3.0", "%s: ended by signal %d: %s", name, -status, said);
	else
		outcome_set(o, 451, status == NOT_RUN ? "4.3.5" : "4.3.0", "%s: exit %d: %s", name, status, said);
}

static void hide_controls(buf *text)
{
	for (size_t i = 0; i < text->n; i++)
		if (ascii_control(text->p[i]))
			text->p[i] = '?';
}

static void execute(struct delivery *d, char **argv)
{
	struct running r = { .in = -1, .told = -1, .deadline = clock_ms() + d->deadline * 1000 };
	buf lines = { NULL, 0, 0 };

	put_above(d, &lines);
	r.unsent = buf_slice(&lines);
	if (message_rewind(d->message) || start(&r, d, argv)) {
		outcome_errno(&d->outcome, argv[0]);
	} else if (attend(&r, d) == 0) {
		hide_controls(&r.said);
		judge(&d->outcome, &r, argv[0]);
	} else {
		stop(&r);
		if (errno == ETIMEDOUT)
			outcome_set(&d->outcome, 451, "4.3.0", "%s: still running after %lld seconds", argv[0], d->deadline);
		else
			outcome_errno(&d->outcome, "message");
	}
	close_in(&r);
	if (r.told >= 0)
		close(r.told);
	buf_free(&r.said);
	buf_free(&lines);
}

void to_command(struct delivery *d)
{
	struct words w = split(d->member);

	trace(d, "command", d->member);
	if (w.count == 0)
		outcome_set(&d->outcome, 451, "4.3.5", "a command without a name");
	else if (!d->trace)
		execute(d, w.argv);
	free_words(&w);
}
