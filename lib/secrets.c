#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "domain.h"
#include "fail.h"
#include "io.h"
#include "limit.h"
#include "net.h"
#include "private.h"
#include "run.h"
#include "secrets.h"

bool secrets_read_line(slice line, slice *host, slice *user, slice *text, bool *oauth)
{
	slice rest, word;

	if (!slice_word(&line, host) || !slice_word(&line, user))
		return false;
	rest = slice_trim(line);
	*text = rest;
	*oauth = slice_word(&rest, &word) && slice_is(word, "oauth") && slice_trim(rest).n;
	if (*oauth)
		*text = slice_trim(rest);
	return text->n > 0;
}

static slice without_brackets(slice host)
{
	bool in = host.n > 1 && host.p[0] == '[' && host.p[host.n - 1] == ']';

	return in ? (slice){ host.p + 1, host.n - 2 } : host;
}

/* 2 the server itself, 1 its host with any port, 0 another. */
static int likeness(slice host, slice server)
{
	slice name, bare;
	unsigned short port, given;

	if (slice_case_same(host, server))
		return 2;
	if (net_split(server, &name, &port) || net_split(host, &bare, &given)
	    || !domain_same(without_brackets(name), without_brackets(bare)))
		return 0;
	return given == port ? 2 : given == 0;
}

struct found {
	int likeness;
	slice user, text;
	bool oauth;
};

/* 0; -1 a line that is none. */
static int look_for(slice rest, slice server, struct found *best, int *number)
{
	slice line;

	while (slice_cut(&rest, '\n', &line)) {
		struct found f;
		slice host;

		*number += 1;
		line = slice_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (!secrets_read_line(line, &host, &f.user, &f.text, &f.oauth))
			return -1;
		f.likeness = likeness(host, server);
		if (f.likeness > best->likeness)
			*best = f;
	}
	return 0;
}

/* The first line of what it says. It is ended when its time is over. */
static int listen_to(int fd, pid_t child, buf *text, buf *why)
{
	struct reader in;
	slice line = { "", 0 };
	int status, got;

	reader_open(&in, fd);
	in.deadline = clock_ms() + LIMIT_SECRET_TIME * 1000;
	got = reader_line(&in, &line);
	buf_reserve(text, line.n);
	buf_addslice(text, slice_trim(line));
	while (got > 0 && (got = reader_line(&in, &line)) > 0)
		;
	if (got < 0)
		kill(child, SIGKILL);
	status = run_wait(child);
	if (got < 0)
		buf_addtext(why, "took too long");
	else if (status)
		buf_print(why, "exit status %d", status);
	else if (text->n == 0 || text->n > LIMIT_SASL)
		buf_addtext(why, text->n ? "said too much" : "said nothing");
	explicit_bzero(in.p, in.cap);
	reader_close(&in);
	return why->n ? -1 : 0;
}

static int run_words(char **argv, buf *text, buf *why)
{
	int said, status;
	pid_t child = run_reading(argv, -1, &said);

	if (child < 0) {
		buf_addtext(why, strerror(errno));
		return -1;
	}
	status = listen_to(said, child, text, why);
	close(said);
	return status;
}

static int run_command(slice command, buf *text, buf *why)
{
	char **argv = mem_grow(NULL, command.n / 2 + 2, sizeof *argv);
	buf reason = { NULL, 0, 0 };
	size_t n = 0;
	slice word;
	int status = -1;

	while (slice_word(&command, &word))
		argv[n++] = mem_text(word);
	argv[n] = NULL;
	if (n == 0)
		buf_addtext(why, "a command that is empty");
	else if ((status = run_words(argv, text, &reason)))
		buf_print(why, "%s: %s", argv[0], reason.p);
	while (n)
		free(argv[--n]);
	free(argv);
	buf_free(&reason);
	return status;
}

static int take(const struct found *f, struct secret *s, buf *why)
{
	buf_addslice(&s->user, f->user);
	s->oauth = f->oauth;
	if (f->text.p[0] == '|')
		return run_command(slice_from(f->text, 1), &s->text, why);
	buf_reserve(&s->text, f->text.n);
	buf_addslice(&s->text, f->text);
	return 0;
}

int secrets_find(const char *path, slice server, struct secret *s, buf *why)
{
	struct found best = { .likeness = 0 };
	buf text = { NULL, 0, 0 };
	int number = 0, status = 0;

	if (private_read(path, 077, &text, why)) {
		status = errno == ENOENT ? 0 : -1;
	} else if (look_for(buf_slice(&text), server, &best, &number)) {
		buf_print(why, "%s: line %d: not `host user password'", path, number);
		status = -1;
	} else if (best.likeness) {
		status = take(&best, s, why) ? -1 : 1;
	}
	buf_wipe(&text);
	return status;
}

void secret_wipe(struct secret *s)
{
	buf_free(&s->user);
	buf_wipe(&s->text);
}
