#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "run.h"

extern char **environ;

void run_path(buf *path, const char *program)
{
	char self[4096];
	ssize_t n = getauxval(AT_SECURE) ? -1 : readlink("/proc/self/exe", self, sizeof self - 1);
	const char *slash;

	buf_clear(path);
	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		buf_print(path, "%.*s/%s", (int)(slash - self), self, program);
		if (access(path->p, X_OK) == 0)
			return;
	}
	buf_clear(path);
	buf_print(path, PREFIX "/bin/%s", program);
}

static int take(posix_spawn_file_actions_t *actions, int fd, int as)
{
	if (fd < 0)
		return posix_spawn_file_actions_addopen(actions, as, "/dev/null", O_RDWR, 0);
	return posix_spawn_file_actions_adddup2(actions, fd, as);
}

pid_t run_start(char *const argv[], int in, int out)
{
	return run_start_with(argv, in, out, STDERR_FILENO);
}

pid_t run_start_with(char *const argv[], int in, int out, int said)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t broken_pipe;
	pid_t child;
	int error = posix_spawn_file_actions_init(&actions);

	sigemptyset(&broken_pipe);
	sigaddset(&broken_pipe, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &broken_pipe);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

	if (!error)
		error = take(&actions, in, STDIN_FILENO);
	if (!error)
		error = take(&actions, out, STDOUT_FILENO);
	if (!error && said != STDERR_FILENO)
		error = take(&actions, said, STDERR_FILENO);
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	if (!error)
		error = posix_spawnp(&child, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	errno = error;
	return error ? -1 : child;
}

pid_t run_reading(char *const argv[], int in, int *out)
{
	int ends[2], error;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	child = run_start(argv, in, ends[1]);
	error = errno;
	close(ends[1]);
	if (child < 0)
		close(ends[0]);
	*out = ends[0];
	errno = error;
	return child;
}

int run_wait(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EX_OSERR;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_TEMPFAIL;
}
