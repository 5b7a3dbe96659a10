/* smtp-serve: one SMTP, submission or LMTP session on standard input and output. See smtp-serve(8). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "limit.h"
#include "serve.h"

static const char usage[] = "usage: smtp-serve [-ls] [-t seconds] [command [argument ...]]";

static struct session session;
static struct conf conf;

/* Not SIG_IGN, which the programs we start would inherit: a closed connection is seen as EPIPE. */
static void broken_pipe(int number)
{
	(void)number;
}

/* inetd gives us the connection as standard error too: diagnostics are no part of the dialogue. */
static void part_from_client(void)
{
	struct stat in, error;
	int null;

	if (fstat(STDIN_FILENO, &in) || fstat(STDERR_FILENO, &error) || !S_ISSOCK(in.st_mode)
	    || in.st_dev != error.st_dev || in.st_ino != error.st_ino)
		return;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDERR_FILENO);
}

int main(int argc, char **argv)
{
	static const int statuses[] = { EX_OK, EX_OK, EX_TEMPFAIL, EX_PROTOCOL, EX_IOERR };
	struct sigaction action = { .sa_handler = broken_pipe };
	long long seconds = LIMIT_SILENCE;
	int ch;

	fail_name("smtp-serve", usage);
	while ((ch = getopt(argc, argv, "+lst:")) != -1)
		switch (ch) {
		case 'l': session.lmtp = true; break;
		case 's': session.submission = true; break;
		case 't':
			seconds = slice_number(slice_of(optarg));
			if (seconds < 1 || seconds > 1000000)
				fail_usage();
			break;
		default: fail_usage();
		}
	if (optind < argc)
		session.command = argv + optind;
	part_from_client();
	sigaction(SIGPIPE, &action, NULL);
	conf_load(&conf);
	session.conf = &conf;
	session.patience = seconds * 1000;
	session_run(&session);
	return io_out.error == ETIMEDOUT ? EX_TEMPFAIL : io_finish(statuses[session.ending]);
}
