/* smtp-serve: one SMTP, submission or LMTP session on standard input and output. See smtp-serve(8). */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "fail.h"
#include "limit.h"
#include "serve.h"

static const char usage[] = "usage: smtp-serve [-ls] [-t seconds]";

static struct session session;
static struct conf conf;

/* Not SIG_IGN, which the programs we start would inherit: a closed connection is seen as EPIPE. */
static void broken_pipe(int number)
{
	(void)number;
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
		fail_usage();
	sigaction(SIGPIPE, &action, NULL);
	conf_load(&conf);
	session.conf = &conf;
	session.patience = seconds * 1000;
	session_run(&session);
	return io_finish(statuses[session.ending]);
}
