/*
 * fail: diagnostics and exits, the same in every program.
 *
 * A diagnostic is one line on standard error, `program: what: why`; the status
 * it exits with is one of <sysexits.h>. What comes from a message or a peer is
 * printed with its control characters replaced by `?`.
 */
#ifndef FAIL_H
#define FAIL_H

#include <sysexits.h>

/*
 * Before anything else: the name that diagnostics begin with, and the usage line. Both
 * are kept. Descriptors 0-2 that the caller closed are at /dev/null from then on, so
 * that no file of ours gets their numbers: standard input is empty, what is written to standard
 * output fails, standard error is lost. Else the end of the program.
 */
void fail_name(const char *program, const char *usage);

_Noreturn void fail_usage(void);
_Noreturn void fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The exit status for what the system refused: ENOSPC and EACCES are EX_CANTCREAT, EIO EX_IOERR, … */
int fail_status(int error);

/*
 * One line of the log, `key=value …`, to where the setting `log` says: "syslog"
 * (facility mail, where /dev/log is there) or standard error. Before log_open: standard error.
 */
void log_open(const char *where);
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
