/*
 * repeat COUNT ATONCE FILE COMMAND...: runs the command so often, so many at a time, each with the file as its
 * standard input; prints the seconds it took. Exit 1 if one of them failed.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int start(char **argv, const char *input)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	error = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

int main(int argc, char **argv)
{
	int left, most, running = 0, failed = 0, status;
	double begun = now();

	if (argc < 5)
		return 64;
	left = atoi(argv[1]);
	most = atoi(argv[2]);
	while (left > 0 || running > 0) {
		if (left > 0 && running < most) {
			if (start(argv + 4, argv[3]))
				return 69;
			left--;
			running++;
		} else {
			if (wait(&status) < 0)
				return 71;
			running--;
			failed |= status != 0;
		}
	}
	printf("%.3f\n", now() - begun);
	return failed;
}
