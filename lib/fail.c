#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "buf.h"
#include "fail.h"

static const char *program = "pennypost";
static const char *usage_line = "";
static bool to_syslog;

/* Results that have nowhere to go are an error (EBADF), diagnostics are not. */
static void hold_descriptors(void)
{
	static const int modes[] = { [STDIN_FILENO] = O_RDONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_WRONLY };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			_exit(EX_OSERR);
}

void fail_name(const char *name, const char *usage)
{
	program = name;
	usage_line = usage;
	opterr = 0;
	hold_descriptors();
}

static void hide_controls(buf *line)
{
	for (size_t i = 0; i < line->n; i++)
		if (ascii_control(line->p[i]))
			line->p[i] = '?';
}

/* In one write, so that lines of several processes do not mix; a lost diagnostic changes nothing. */
static void say(const char *prefix, const char *format, va_list args)
{
	buf line = { NULL, 0, 0 };

	if (prefix)
		buf_print(&line, "%s: ", prefix);
	buf_vprint(&line, format, args);
	hide_controls(&line);
	buf_addchar(&line, '\n');
	if (write(STDERR_FILENO, line.p, line.n) < 0)
		errno = 0;
	buf_free(&line);
}

void warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(program, format, args);
	va_end(args);
}

void fail(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(program, format, args);
	va_end(args);
	exit(status);
}

void fail_usage(void)
{
	dprintf(STDERR_FILENO, "%s\n", usage_line);
	exit(EX_USAGE);
}

int fail_status(int error)
{
	switch (error) {
	case ENOENT: case ENOTDIR: return EX_NOINPUT;
	case ENOSPC: case EDQUOT: case EROFS: case EACCES: case EPERM: case EEXIST: return EX_CANTCREAT;
	case EIO: case EPIPE: case EFBIG: return EX_IOERR;
	case ETIMEDOUT: case EAGAIN: return EX_TEMPFAIL;
	default: return EX_OSERR;
	}
}

void log_open(const char *where)
{
	to_syslog = strcmp(where, "syslog") == 0 && access("/dev/log", W_OK) == 0;
	if (to_syslog)
		openlog(program, LOG_PID, LOG_MAIL);
}

void log_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (to_syslog) {
		buf line = { NULL, 0, 0 };

		buf_vprint(&line, format, args);
		hide_controls(&line);
		syslog(LOG_INFO, "%s", line.p);
		buf_free(&line);
	} else {
		say(NULL, format, args);
	}
	va_end(args);
}
