/* smtp-serve: SMTP, submission or LMTP, one session or all those of a socket. See smtp-serve(8). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "limit.h"
#include "listen.h"
#include "serve.h"

static const char usage[] = "usage: smtp-serve [-lsT] [-C count] [-c count] [-t seconds] [command [argument ...]]";

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

static long long number(const char *text)
{
	long long n = slice_number(slice_of(text));

	if (n < 1 || n > 1000000)
		fail_usage();
	return n;
}

/* One session after another, while nothing goes wrong: what does ends with its process. */
static void serve_listening(void)
{
	for (;;) {
		listen_receive();
		session_run(&session);
		if (session.ending != CLIENT_LEFT)
			break;
		session_renew(&session);
		listen_again();
	}
}

int main(int argc, char **argv)
{
	static const int statuses[] = { EX_OK, EX_OK, EX_TEMPFAIL, EX_PROTOCOL, EX_IOERR };
	struct sigaction action = { .sa_handler = broken_pipe };
	long long seconds = LIMIT_SILENCE, most = LIMIT_SESSIONS, each = LIMIT_SESSIONS_EACH;
	buf why = { NULL, 0, 0 };
	bool listening;
	int ch, status;

	fail_name("smtp-serve", usage);
	while ((ch = getopt(argc, argv, "+C:c:lst:T")) != -1)
		switch (ch) {
		case 'C': each = number(optarg); break;
		case 'c': most = number(optarg); break;
		case 'l': session.lmtp = true; break;
		case 's': session.submission = true; break;
		case 'T': session.implicit_tls = true; break;
		case 't': seconds = number(optarg); break;
		default: fail_usage();
		}
	if (optind < argc)
		session.command = argv + optind;
	part_from_client();
	sigaction(SIGPIPE, &action, NULL);
	conf_load(&conf);
	if (tls_prepare(&conf, &why))
		fail(EX_CONFIG, "%s", why.p);
	if (session.implicit_tls && !conf.tls_certificate[0])
		fail(EX_CONFIG, "-T: no tls-certificate in %s/conf", conf.home);
	session.conf = &conf;
	session.patience = seconds * 1000;
	listening = listen_find();
	tzset(); /* once, not in each session */
	if (listening)
		listen_serve(&conf, most, each);
	auth_start(&session);
	confine(&session);
	if (listening)
		serve_listening();
	else
		session_run(&session);
	status = io_out.error == ETIMEDOUT ? EX_TEMPFAIL : io_finish(statuses[session.ending]);
	_exit(status); /* destructors would only cost a process that ends at once the pages they touch */
}
