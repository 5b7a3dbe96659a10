#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "domain.h"
#include "io.h"
#include "limit.h"
#include "run.h"
#include "sts-find.h"

enum {
	NAME = 256,             /* a domain with its NUL */
	LINE = LIMIT_STS_POLICY + 4096,         /* what sts-fetch prints of one: less than the policy and its own words */
};

static int helper = -1;         /* a socket, where there is one */

static void read_line(int fd, char *line, size_t *n)
{
	struct reader in;
	slice bytes;

	reader_open(&in, fd);
	while (*n < LINE && reader_some(&in, LINE - *n, &bytes) > 0) {
		memcpy(line + *n, bytes.p, bytes.n);
		*n += bytes.n;
	}
	reader_close(&in);
}

/* Runs sts-fetch: what it prints, one byte at least. */
static size_t fetch(const char *domain, char line[LINE])
{
	buf program = { NULL, 0, 0 };
	size_t n = 0;
	pid_t child;
	int printed;

	line[0] = '\n';
	run_path(&program, "sts-fetch");
	child = run_reading((char *[]){ program.p, "--", (char *)domain, NULL }, -1, &printed);
	if (child > 0) {
		read_line(printed, line, &n);
		close(printed);
		run_wait(child);
	}
	buf_free(&program);
	return n ? n : 1;
}

/* One name after the other, each answered by what was printed. Whoever asks may have been taken over. */
static _Noreturn void serve(int fd)
{
	static char line[LINE];
	char name[NAME];
	ssize_t n;

	while ((n = recv(fd, name, sizeof name - 1, 0)) > 0) {
		name[n] = '\0';
		send(fd, line, domain_valid((slice){ name, (size_t)n }) ? fetch(name, line) : 1, MSG_NOSIGNAL);
	}
	_exit(0);
}

/* It holds nothing that others wait to see closed. */
static _Noreturn void become_helper(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO + 1) < 0)
		_exit(1);
	close_range(STDERR_FILENO + 2, ~0U, 0);
	signal(SIGPIPE, SIG_DFL);
	serve(STDERR_FILENO + 1);
}

int sts_prepare(void)
{
	int pair[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	child = fork();
	if (child == 0)
		become_helper(pair[1]);
	close(pair[1]);
	if (child < 0) {
		close(pair[0]);
		return -1;
	}
	helper = pair[0];
	return 0;
}

static size_t fetch_somehow(const buf *domain, char line[LINE])
{
	ssize_t n = 0;

	if (helper < 0)
		return fetch(domain->p, line);
	if (send(helper, domain->p, domain->n, MSG_NOSIGNAL) == (ssize_t)domain->n)
		while ((n = recv(helper, line, LINE, 0)) < 0 && errno == EINTR)
			;
	return n > 0 ? (size_t)n : 0;
}

/* The policy in what sts-fetch prints: `domain id mode max_age exchanges …`; for where it cannot be kept. */
static void take_printed(struct sts_find *f, slice line)
{
	slice field[5], mx;

	for (size_t i = 0; i < 5; i++)
		if (!slice_cut(&line, '\t', &field[i]))
			return;
	buf_print(&f->printed, "version: STSv1\nmode: %.*s\nmax_age: %.*s\n", (int)field[2].n, field[2].p, (int)field[3].n, field[3].p);
	while (slice_word(&field[4], &mx))
		buf_print(&f->printed, "mx: %.*s\n", (int)mx.n, mx.p);
	if (sts_read(&f->sts, buf_slice(&f->printed)))
		f->sts = (struct sts){ .mode = STS_NONE };
}

static void get(struct sts_find *f)
{
	char *line = mem_alloc(LINE);
	size_t n = fetch_somehow(&f->domain, line);

	take_printed(f, (slice){ line, n });
	free(line);
	sts_cache_free(&f->cached);
	sts_cache_read(&f->cached, f->conf, buf_slice(&f->domain));
}

/* Exactly one record is wanted (§3.1). */
static void read_records(void *context, struct dns_answer *answer)
{
	struct sts_find *f = context;

	f->done = true;
	if (answer->status == DNS_AGAIN)
		buf_print(&f->unknown, "DNS look-up of _mta-sts.%s: %s", f->domain.p, answer->why);
	dns_only_text(answer, sts_record, &f->id);
}

void sts_begin(struct sts_find *f, struct dns *dns, const struct conf *conf, slice domain)
{
	buf name = { NULL, 0, 0 };

	*f = (struct sts_find){ .conf = conf, .dns = dns, .done = true };
	if (domain_ascii(domain, &f->domain))
		return;
	buf_print(&name, "_mta-sts.%s", f->domain.p);
	if (domain_valid(buf_slice(&name))) {
		f->done = false;
		dns_ask(dns, name.p, ns_t_txt, read_records, f);
	}
	buf_free(&name);
}

static bool is_newest(const struct sts_find *f, time_t now)
{
	return sts_cache_holds(&f->cached, now) && slice_same(f->cached.id, buf_slice(&f->id));
}

void sts_end(struct sts_find *f)
{
	time_t now = clock_now();

	dns_wait(f->dns, &f->done);
	sts_cache_read(&f->cached, f->conf, buf_slice(&f->domain));
	if (f->id.n && !is_newest(f, now) && !sts_cache_failed(&f->cached, buf_slice(&f->id), now))
		get(f);
	if (sts_cache_holds(&f->cached, now))
		f->sts = f->cached.sts;
	if (sts_cache_failed(&f->cached, buf_slice(&f->id), clock_now())) {
		f->failure = f->cached.failure;
		f->why = f->cached.why;
	}
}

void sts_free(struct sts_find *f)
{
	sts_cache_free(&f->cached);
	buf_free(&f->domain), buf_free(&f->id), buf_free(&f->unknown), buf_free(&f->printed);
}
