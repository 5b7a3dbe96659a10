/* mail-inject: a message on standard input into the queue; sendmail, mailq and newaliases too. See mail-inject(1). */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "inject.h"
#include "io.h"

static const char usage[] = "usage: mail-inject [-intv] [-B type] [-b mode] [-F name] [-f sender] [-N when] [-o option]\n"
    "                   [-q[what]] [-R full|hdrs] [-V id] [--] [recipient ...] <message";

static bool verbose;

void explain(const char *format, ...)
{
	va_list args;
	buf line = { NULL, 0, 0 };

	if (!verbose)
		return;
	va_start(args, format);
	buf_vprint(&line, format, args);
	va_end(args);
	warn("%s", line.p);
	buf_free(&line);
}

/*
 * A set-gid program is started with whatever its caller likes: closed descriptors, whose numbers
 * the queue's files would get, ignored signals, an environment. Nothing of that may matter.
 */
static void settle(void)
{
	static char path[] = "PATH=/usr/bin:/bin";

	mem_ends_with(EX_OSERR);
	umask(027);
	signal(SIGCHLD, SIG_DFL);
	if (getauxval(AT_SECURE) && (clearenv() || putenv(path)))
		_exit(EX_OSERR);
}

static int run(struct request *r)
{
	struct conf conf;

	if (r->mode == SESSION)
		become_session();
	if (r->mode == LIST)
		become_list(r->recipients - 1);
	conf_load(&conf);
	if (r->mode == RUN)
		return run_queue(r->run ? r->run : "", &conf);
	if (r->mode == ALIASES)
		return check_aliases(&conf);
	if (r->mode == VERIFY)
		return verify(r, &conf);
	return post(r, &conf);
}

int main(int argc, char **argv)
{
	struct request request = { .mode = POST };
	const char *program = argc ? argv[0] : "mail-inject", *slash = strrchr(program, '/');

	settle();
	program = slash ? slash + 1 : program;
	fail_name(program, usage);
	if (strcmp(program, "mailq") == 0)
		become_list(argv);
	if (strcmp(program, "newaliases") == 0)
		request.mode = ALIASES;
	options_read(&request, argc, argv, program);
	verbose = request.verbose;
	return run(&request);
}
