#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "queue.h"
#include "run.h"
#include "runner.h"

bool runner_resident(const struct conf *c)
{
	struct queue queue;
	bool held = false;
	int fd;

	if (queue_open(&queue, c) == 0) {
		fd = openat(queue.fd, "resident", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0) {
			held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
			close(fd);
		}
		close(queue.fd);
	}
	free(queue.path);
	return held;
}

/* `queue-run -i ID -i ID…`, NULL-ended; all in one piece of memory besides the list. */
static char **arguments(slice ids, const char *program)
{
	char **argv = mem_grow(NULL, ids.n + 4, sizeof *argv);     /* every id and its blank: two pointers */
	size_t n = 0;
	slice id;

	argv[n++] = mem_text(slice_of(program));
	while (slice_word(&ids, &id)) {
		argv[n++] = mem_text(SLICE("-i"));
		argv[n++] = mem_text(id);
	}
	argv[n] = NULL;
	return argv;
}

static void free_arguments(char **argv)
{
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
	free(argv);
}

/* Our child's child, so that it is nobody's zombie however long we stay. */
static int leave_behind(char *const argv[], bool quiet)
{
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		setsid();
		if (quiet && null >= 0)
			dup2(null, STDERR_FILENO);
		_exit(run_start(argv, -1, -1) < 0);
	}
	return child < 0 || run_wait(child) ? -1 : 0;
}

int runner_deliver(const struct conf *c, slice ids)
{
	buf program = { NULL, 0, 0 };
	int status = 0;
	char **argv;

	if (slice_trim(ids).n == 0 || strcmp(c->deliver, "queue") == 0 || runner_resident(c))
		return 0;
	run_path(&program, "queue-run");
	argv = arguments(ids, program.p);
	if (strcmp(c->deliver, "now") == 0) {
		pid_t child = run_start(argv, -1, -1);

		status = child < 0 ? -1 : 0;
		if (child > 0)
			run_wait(child);
	} else {
		status = leave_behind(argv, strcmp(c->log, "stderr") != 0);
	}
	free_arguments(argv);
	buf_free(&program);
	return status;
}
