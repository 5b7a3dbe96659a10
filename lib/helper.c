#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "helper.h"
#include "run.h"

int helper_start(struct helper *h, const char *program)
{
	buf path = { NULL, 0, 0 };
	int pair[2], error;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	run_path(&path, program);
	child = run_start((char *[]){ path.p, NULL }, pair[1], pair[1]);
	error = errno;
	buf_free(&path);
	close(pair[1]);
	if (child < 0) {
		close(pair[0]);
		errno = error;
		return -1;
	}
	h->runs = true;
	reader_open(&h->in, pair[0]);
	writer_open(&h->out, pair[0]);
	return 0;
}

int helper_ask(struct helper *h, slice line, int64_t ms, slice *answer)
{
	int got = -1, error;

	if (!h->runs) {
		errno = EPIPE;
		return -1;
	}
	h->in.deadline = h->out.deadline = clock_ms() + ms;
	writer_put(&h->out, line);
	writer_char(&h->out, '\n');
	if (writer_flush(&h->out) == 0)
		got = reader_line(&h->in, answer);
	if (got > 0 && answer->p[answer->n - 1] == '\n') {
		answer->n--;
		return 0;
	}
	error = got < 0 ? errno : EPIPE;
	helper_stop(h);
	errno = error;
	return -1;
}

void helper_forget(struct helper *h)
{
	if (!h->runs)
		return;
	explicit_bzero(h->in.p, h->in.end);
	explicit_bzero(h->out.p, h->out.cap);
}

void helper_stop(struct helper *h)
{
	if (!h->runs)
		return;
	helper_forget(h);
	close(h->in.fd);
	reader_close(&h->in);
	writer_close(&h->out);
	h->runs = false;
}
