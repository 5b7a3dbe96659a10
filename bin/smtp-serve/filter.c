#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "limit.h"
#include "run.h"
#include "serve.h"

/* What it says until it ends, of which the first line is kept; it is ended when its time is over. */
static void listen_to(pid_t child, int fd, int64_t deadline, buf *said)
{
	struct reader in;
	bool first = true;
	slice bytes;

	reader_open(&in, fd);
	in.deadline = deadline;
	while (reader_some(&in, LIMIT_STREAM, &bytes) > 0) {
		size_t n = slice_find(bytes, '\n');

		if (first)
			buf_addslice(said, slice_upto(slice_upto(bytes, n), LIMIT_SAID - said->n));
		first = first && n == bytes.n && said->n < LIMIT_SAID;
	}
	if (clock_ms() >= deadline)
		kill(child, SIGKILL);
	reader_close(&in);
	for (size_t i = 0; i < said->n; i++)
		if (ascii_control(said->p[i]) || (unsigned char)said->p[i] >= 128)
			said->p[i] = '?';
}

int program_run(char *const argv[], int in, int out, int64_t ms, buf *said)
{
	pid_t child = -1;
	int fds[2];

	buf_clear(said);
	if (lseek(in, 0, SEEK_SET) < 0 || pipe2(fds, O_CLOEXEC)) {
		warn("%s: %s", argv[0], strerror(errno));
		return EX_TEMPFAIL;
	}
	child = run_start_with(argv, in, out, fds[1]);
	if (child < 0)
		warn("%s: %s", argv[0], strerror(errno));
	close(fds[1]);
	if (child > 0)
		listen_to(child, fds[0], clock_ms() + ms, said);
	close(fds[0]);
	return child < 0 ? EX_TEMPFAIL : run_wait(child);
}

/* The words of one program of the chain, as argv; texts and list are the caller's. */
static char **words_of(slice program)
{
	char **argv = mem_grow(NULL, program.n / 2 + 2, sizeof *argv);
	size_t n = 0;
	slice word;

	while (slice_word(&program, &word))
		argv[n++] = mem_text(word);
	argv[n] = NULL;
	return argv;
}

static const char *verdict(struct session *s, const char *program, int status, const buf *said)
{
	if (status == EX_OK)
		return NULL;
	log_line("filter=%s status=%d said=\"%s\"", program, status, said->n ? said->p : "");
	buf_clear(&s->refusal);
	if (status == EX_TEMPFAIL)
		return "451 4.7.1 The letter cannot be examined now";
	buf_print(&s->refusal, "554 5.7.1 %s", said->n ? said->p : "The letter is refused");
	return s->refusal.p;
}

/* A filter that accepted a letter and wrote none is broken, and the letter is worth keeping. */
static const char *run_one(struct session *s, char *const argv[], int *fd)
{
	int out = io_spool();
	buf said = { NULL, 0, 0 };
	const char *wrong;

	if (out < 0) {
		warn("temporary file: %s", strerror(errno));
		return trouble_of(errno);
	}
	wrong = verdict(s, argv[0], program_run(argv, *fd, out, s->patience, &said), &said);
	if (!wrong && lseek(out, 0, SEEK_END) <= 0) {
		warn("%s: wrote nothing", argv[0]);
		wrong = trouble_of(EIO);
	}
	close(*fd);
	*fd = out;
	buf_free(&said);
	return wrong;
}

const char *filter_run(struct session *s, int *fd)
{
	slice rest = slice_of(s->conf->filter), program;
	const char *wrong = NULL;

	while (!wrong && slice_cut(&rest, '|', &program)) {
		char **argv = words_of(program);

		if (argv[0])
			wrong = run_one(s, argv, fd);
		for (size_t i = 0; argv[i]; i++)
			free(argv[i]);
		free(argv);
	}
	return wrong;
}
