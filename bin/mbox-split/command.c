/* -- command: a message each on the standard input of a command. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "run.h"
#include "split.h"

extern char **environ;

static const char *const names[] = { "MBOX_NUMBER=", "MBOX_SENDER=", "MBOX_DATE=" };
enum { NAMES = sizeof names / sizeof *names };

/* A command that runs. */
struct child { pid_t process; long long number; };

static char *const *command;
static struct child *children;  /* their oldest first */
static size_t running, most;
static buf values[NAMES];       /* what the environment says of the message */
static char **slots;            /* where in it */
static int out = -1;
static bool verbose;
static long long failures, first_failed;
static int status;
static bool retry;              /* a failure was one for now */

static bool is_ours(const char *entry)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Our own copy of the environment: setenv(3) would keep every value there ever was. */
static void make_environment(void)
{
	size_t n = 0, kept = 0;
	char **copy;

	while (environ[n])
		n++;
	copy = mem_grow(NULL, n + NAMES + 1, sizeof *copy);
	for (size_t i = 0; i < n; i++)
		if (!is_ours(environ[i]))
			copy[kept++] = environ[i];
	slots = copy + kept;
	slots[NAMES] = NULL;
	environ = copy;
}

void command_open(char *const *argv, long long jobs, bool speaks)
{
	command = argv;
	most = (size_t)jobs;
	verbose = speaks;
	children = mem_grow(NULL, most, sizeof *children);
	make_environment();
	signal(SIGPIPE, SIG_IGN);
}

/* The failure of the first message counts, whichever ended first, unless a retry may help with another. */
static void gather_status(long long number, int exit_status)
{
	if (exit_status == EX_OK)
		return;
	if (verbose)
		warn("message %lld: %s: exit %d", number, command[0], exit_status);
	if (failures++ == 0 || number < first_failed) {
		first_failed = number;
		status = exit_status;
	}
	retry |= exit_status == EX_TEMPFAIL;
}

/* Waits for any of them. */
static void reap(void)
{
	pid_t gone;
	size_t i;
	int how;

	while ((gone = waitpid(-1, &how, 0)) < 0)
		if (errno != EINTR)
			fail(EX_OSERR, "%s: %s", command[0], strerror(errno));
	for (i = 0; i < running && children[i].process != gone; i++)
		;
	if (i == running)
		return;
	gather_status(children[i].number, WIFEXITED(how) ? WEXITSTATUS(how) : EX_TEMPFAIL);
	memmove(children + i, children + i + 1, (--running - i) * sizeof *children);
}

static void describe(const struct message *m)
{
	for (size_t i = 0; i < NAMES; i++) {
		buf_clear(&values[i]);
		buf_addtext(&values[i], names[i]);
	}
	buf_print(&values[0], "%lld", m->number);
	if (m->dated) {
		for (size_t i = 0; i < m->from.sender.n; i++)
			buf_addchar(&values[1], m->from.sender.p[i] ? m->from.sender.p[i] : '?');
		clock_add_stamp(&values[2], m->from.date);
	}
	for (size_t i = 0; i < NAMES; i++)
		slots[i] = values[i].p;
}

/* A command need not read its message to the end. */
static void broken(void)
{
	if (errno != EPIPE)
		fail(EX_IOERR, "%s: %s", command[0], strerror(errno));
}

static void begin(const struct message *m)
{
	int ends[2];
	pid_t child;

	if (running == most)
		reap();
	describe(m);
	if (pipe2(ends, O_CLOEXEC))
		fail(EX_OSERR, "%s: %s", command[0], strerror(errno));
	child = run_start(command, ends[0], STDOUT_FILENO);
	if (child < 0)
		fail(errno == ENOENT || errno == EACCES ? EX_UNAVAILABLE : EX_OSERR, "%s: %s", command[0], strerror(errno));
	close(ends[0]);
	out = ends[1];
	gather_into(out, broken);
	children[running++] = (struct child){ child, m->number };
}

static void end(const struct message *m)
{
	(void)m;
	gather_settle();
	close(out);
	out = -1;
}

static int finish(void)
{
	while (running)
		reap();
	if (failures)
		warn("%s: failed for %lld messages, the first of them number %lld", command[0], failures, first_failed);
	return retry ? EX_TEMPFAIL : status;
}

/* What has come of its message is not all of it: it may not take that for the whole. */
static void abandon(void)
{
	if (out >= 0)
		kill(children[running - 1].process, SIGTERM);
}

const struct outlet command_outlet = { .begin = begin, .text = gather_text, .settle = gather_settle, .end = end, .finish = finish, .abandon = abandon };
