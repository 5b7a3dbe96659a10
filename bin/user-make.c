/* user-make: a line for `users`, of a password that is asked for. See user-make(1). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"
#include "limit.h"
#include "users.h"

static const char usage[] = "usage: user-make [-c] user";

static struct termios usual;
static int terminal;

static void restore(void)
{
	tcsetattr(terminal, TCSAFLUSH, &usual);
}

static void end(int number)
{
	restore();
	signal(number, SIG_DFL);
	raise(number);
}

static void without_echo(void)
{
	struct termios silent = usual;

	signal(SIGINT, end);
	signal(SIGTERM, end);
	signal(SIGHUP, end);
	signal(SIGTSTP, SIG_IGN);
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(terminal, TCSAFLUSH, &silent);
}

/* A line, its end not kept. */
static void read_password(struct reader *in, buf *password)
{
	slice line = { "", 0 };
	int got = reader_line(in, &line);

	if (got < 0)
		fail(EX_IOERR, "standard input: %s", strerror(errno));
	if (line.n && line.p[line.n - 1] == '\n')
		line.n--;
	buf_reserve(password, line.n);
	buf_addslice(password, line);
	explicit_bzero(in->p, in->end);
}

static void ask(const char *question, struct reader *in, buf *password)
{
	if (write(terminal, question, strlen(question)) < 0)
		fail(EX_IOERR, "/dev/tty: %s", strerror(errno));
	read_password(in, password);
	if (write(terminal, "\n", 1) < 0)
		fail(EX_IOERR, "/dev/tty: %s", strerror(errno));
}

/* Twice, from the terminal. */
static void ask_twice(buf *password)
{
	buf again = { NULL, 0, 0 };
	struct reader in;
	bool alike;

	reader_open(&in, terminal);
	without_echo();
	ask("Password: ", &in, password);
	ask("Once more: ", &in, &again);
	restore();
	alike = slice_same(buf_slice(password), buf_slice(&again));
	buf_wipe(&again);
	reader_close(&in);
	if (!alike)
		fail(EX_DATAERR, "these are two passwords");
}

static void get_password(buf *password)
{
	terminal = isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;
	if (terminal >= 0 && tcgetattr(terminal, &usual) == 0)
		ask_twice(password);
	else
		read_password(&io_in, password);
}

int main(int argc, char **argv)
{
	buf password = { NULL, 0, 0 }, line = { NULL, 0, 0 };
	int (*add)(buf *, slice) = users_add_verifier;
	int ch, status;

	fail_name("user-make", usage);
	while ((ch = getopt(argc, argv, "c")) != -1)
		switch (ch) {
		case 'c': add = users_add_hash; break;
		default: fail_usage();
		}
	if (argc - optind != 1)
		fail_usage();
	if (!users_takes(slice_of(argv[optind])))
		fail(EX_USAGE, "%s: no name for a user", argv[optind]);
	get_password(&password);
	buf_print(&line, "%s:", argv[optind]);
	status = add(&line, buf_slice(&password));
	buf_wipe(&password);
	if (status)
		fail(EX_DATAERR, "no password");
	writer_put(&io_out, buf_slice(&line));
	writer_char(&io_out, '\n');
	return io_finish(EX_OK);
}
