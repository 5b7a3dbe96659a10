#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "limit.h"
#include "runner.h"
#include "serve.h"

void session_reset(struct session *s)
{
	store_abandon(s);
	s->open = s->chunked = s->utf8 = false;
	s->accepted = s->refused = 0;
	s->bytes = s->wasted = 0;
	s->trouble = NULL;
	buf_clear(&s->sender);
	buf_clear(&s->options);
	buf_clear(&s->recipients);
	buf_clear(&s->header);
}

void flush(struct session *s)
{
	if (io_out.n == 0)
		return;
	io_out.deadline = clock_ms() + s->patience;
	if (writer_flush(&io_out) && s->ending == GOING_ON)
		s->ending = io_out.error == ETIMEDOUT ? CLIENT_SLOW : CLIENT_LEFT;
}

void pause_for(struct session *s, int64_t ms)
{
	flush(s);
	if (io_wait(STDOUT_FILENO, 0, clock_ms() + ms) && s->ending == GOING_ON)
		s->ending = CLIENT_LEFT; /* nobody is there any more for whom to hold the place */
}

/* Growing with the errors, and bounded: what guesses at addresses waits, an honest client hardly. */
static void tarpit(struct session *s)
{
	int64_t ms = s->patience / 300 * (s->errors - LIMIT_FREE_ERRORS);
	int64_t most = s->patience / 300 * LIMIT_TARPIT;

	pause_for(s, ms < most ? ms : most);
}

static void log_refusal(const struct session *s, const char *text)
{
	log_line("client=%s helo=%s%s%s from=<%s> status=refused reply=\"%s\"", s->client.text, s->helo.n ? s->helo.p : "",
	    s->claimed.n ? " user=" : "", s->claimed.n ? s->claimed.p : "", s->sender.n ? s->sender.p : "", text);
}

void reply(struct session *s, const char *format, ...)
{
	buf text = { NULL, 0, 0 };
	va_list args;

	va_start(args, format);
	buf_vprint(&text, format, args);
	va_end(args);
	if (text.p[0] == '4' || text.p[0] == '5')
		log_refusal(s, text.p);
	if (text.p[0] == '5' && ++s->errors > LIMIT_FREE_ERRORS)
		tarpit(s);
	buf_addtext(&text, "\r\n");
	io_out.deadline = 0;
	writer_put(&io_out, buf_slice(&text));
	buf_free(&text);
}

/* What the client still sends is read for a moment, so that the network does not drop our last words. */
static void linger(void)
{
	shutdown(STDOUT_FILENO, SHUT_WR);
	io_in.deadline = clock_ms() + LIMIT_LINGER;
	for (size_t read = 0; read < LIMIT_ANSWERS; read += LIMIT_STREAM) {
		io_in.start = io_in.end;
		if (reader_fill(&io_in) <= 0)
			break;
	}
}

void hang_up(struct session *s, enum ending why, const char *text)
{
	reply(s, "%s", text);
	s->ending = why;
}

static void deliver(struct session *s)
{
	if (s->ids.n && runner_deliver(s->conf, buf_slice(&s->ids)))
		warn("queue-run: %s", strerror(errno));
	buf_clear(&s->ids);
}

/* A client that keeps its connection does not keep its letters waiting, nor ever more of them in memory. */
static void deliver_in_time(struct session *s)
{
	if (s->ids.n > LIMIT_COMMAND_LINE)
		deliver(s);
	if (s->ids.n == 0 || io_in.start < io_in.end)
		return;
	flush(s);
	if (io_wait(STDIN_FILENO, POLLIN, clock_ms() + LIMIT_LINGER) == 0)
		deliver(s);
}

bool more_input(struct session *s, int64_t deadline)
{
	int got;

	flush(s);
	if (s->ending != GOING_ON)
		return false;
	if (s->has_letter)
		letter_open(&s->letter); /* while the client thinks; where it fails, the next recipient is told */
	io_in.deadline = deadline;
	got = reader_fill(&io_in);
	if (got > 0)
		return true;
	if (got < 0 && errno == ETIMEDOUT)
		hang_up(s, CLIENT_SLOW, "421 4.4.2 You took too long");
	else
		s->ending = CLIENT_LEFT;
	return false;
}

/* Nothing but CRLF ends a line (RFC 5321 §2.3.8). */
bool next_line(struct session *s, size_t most, slice *line)
{
	int64_t deadline = clock_ms() + s->patience;

	for (;;) {
		slice have = { io_in.p + io_in.start, io_in.end - io_in.start };
		size_t n = slice_find(have, '\n');

		if (n >= most) {
			hang_up(s, CLIENT_WRONG, "500 5.5.6 Line too long");
			return false;
		}
		if (n < have.n) {
			*line = slice_upto(have, n ? n - 1 : 0);
			io_in.start += n + 1;
			if (n > 0 && slice_find(have, '\r') == n - 1)
				return true;
			hang_up(s, CLIENT_WRONG, "500 5.5.2 A line ends in CRLF");
			return false;
		}
		if (!more_input(s, deadline))
			return false;
	}
}

static void run_commands(struct session *s)
{
	slice line;

	while (s->ending == GOING_ON) {
		deliver_in_time(s);
		if (!next_line(s, LIMIT_COMMAND_LINE, &line))
			break;
		command_dispatch(s, line);
		if (s->ending != GOING_ON)
			break;
		if (s->errors > LIMIT_ERRORS)
			hang_up(s, CLIENT_WRONG, "421 4.7.0 Too many errors");
		else if (s->idle_commands > LIMIT_IDLE_COMMANDS
		    || (!s->chunked && clock_ms() - s->last_use > LIMIT_UNUSED))
			hang_up(s, CLIENT_SLOW, "421 4.7.0 Too long without a letter");
	}
}

void session_run(struct session *s)
{
	client_find(&s->client, s->conf);
	s->last_use = clock_ms();
	if (s->client.speaks_first && !s->implicit_tls) {
		hang_up(s, CLIENT_WRONG, "554 5.5.1 You spoke before you were greeted");
	} else if (!s->implicit_tls || tls_begin(s)) {
		reply(s, "220 %s %s Pennypost", s->conf->hostname, s->lmtp ? "LMTP" : "ESMTP");
		run_commands(s);
	}
	session_reset(s);
	flush(s);
	tls_end(s);
	deliver(s);
	if (s->ending == CLIENT_WRONG)
		linger();
}

void session_renew(struct session *s)
{
	buf *const texts[] = { &s->ids, &s->helo, &s->sender, &s->options, &s->recipients, &s->refusal,
		&s->user, &s->claimed, &s->header };
	struct session fresh = { .conf = s->conf, .lmtp = s->lmtp, .submission = s->submission,
		.implicit_tls = s->implicit_tls, .command = s->command,
		.patience = s->patience, .has_users = s->has_users, .checker = s->checker };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		buf_free(texts[i]);
	routes_free(&s->routes);
	free(s->client.name);
	*s = fresh;
	reader_restart(&io_in);
	io_out.n = 0;
	io_out.error = 0;
}
