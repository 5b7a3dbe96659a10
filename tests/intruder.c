/* intruder: code that a peer brought into a program by some mistake of ours. Loaded into it with LD_PRELOAD, it tries what
 * it may do at a moment when the peer has spoken, says so on standard error, and lets the program go on. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *what, int failed)
{
	dprintf(STDERR_FILENO, "intruder: %s: %s\n", what, failed ? strerror(errno) : "done");
}

static void try_all(void)
{
	char *const argv[] = { "true", NULL };
	pid_t child;
	int fd = open(getenv("INTRUDER_READS"), O_RDONLY);

	tell("read", fd < 0);
	fd = open(getenv("INTRUDER_WRITES"), O_WRONLY | O_CREAT, 0600);
	tell("write", fd < 0);
	child = fork();
	if (child == 0)
		_exit(execv("/bin/true", argv) ? errno : 0);
	waitpid(child, &fd, 0);
	errno = WEXITSTATUS(fd);
	tell("exec", errno);
	tell("keyctl", syscall(SYS_keyctl, 0, -3, 0) < 0); /* the number of the session's keyring: harmless, and on no list */
}

/* smtp-serve, after MAIL */
int fstatvfs(int fd, struct statvfs *fs)
{
	int (*real)(int, struct statvfs *);

	*(void **)&real = dlsym(RTLD_NEXT, "fstatvfs");
	try_all();
	return real(fd, fs);
}

/* A file system that makes no files without a name. */
int openat(int folder, const char *path, int flags, ...)
{
	int (*real)(int, const char *, int, ...);
	va_list rest;
	mode_t mode;

	va_start(rest, flags);
	mode = va_arg(rest, mode_t);
	va_end(rest);
	*(void **)&real = dlsym(RTLD_NEXT, "openat");
	if ((flags & O_TMPFILE) == O_TMPFILE && getenv("INTRUDER_NAMES")) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return real(folder, path, flags, mode);
}

/* smtp-send, when it calls a server */
int connect(int fd, const struct sockaddr *name, socklen_t size)
{
	int (*real)(int, const struct sockaddr *, socklen_t);

	*(void **)&real = dlsym(RTLD_NEXT, "connect");
	try_all();
	return real(fd, name, size);
}
