#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "session.h"

static const struct { const char *name; enum patience patience; } kinds[] = {
	[GREETING] = { "the greeting", WAIT_GREETING },
	[EHLO] = { "the reply to EHLO", WAIT_HELO },
	[STARTTLS] = { "the reply to STARTTLS", WAIT_HELO },
	[HELO] = { "the reply to HELO", WAIT_HELO },
	[AUTH] = { "the reply to AUTH", WAIT_AUTH },
	[MAIL] = { "the reply to MAIL", WAIT_MAIL },
	[RCPT] = { "the reply to RCPT", WAIT_RCPT },
	[DATA] = { "the reply to DATA", WAIT_DATA },
	[DOT] = { "the reply to the final dot", WAIT_DOT },
	[CHUNK] = { "the reply to BDAT", WAIT_BLOCK },
	[LAST_CHUNK] = { "the reply to BDAT LAST", WAIT_DOT },
	[RSET] = { "the reply to RSET", WAIT_MAIL },
	[QUIT] = { "the reply to QUIT", WAIT_QUIT },
};

/* What the oldest owed reply would have answered. */
static const char *awaited(const struct session *s)
{
	return s->owed_count ? kinds[s->owed[s->owed_first].kind].name : "nothing";
}

static void end_with(struct session *s, enum session_state state, int code, const char *enhanced)
{
	s->state = state;
	s->why = (struct verdict){ code, slice_of(enhanced), buf_slice(&s->why_text), s->host, false, s->secured };
}

void session_lose(struct session *s, const char *enhanced, const char *what)
{
	if (s->state >= OVER)
		return;
	buf_clear(&s->why_text);
	buf_print(&s->why_text, "%s, awaiting %s", what, awaited(s));
	if (settings.verbose)
		show("-- ", buf_slice(&s->why_text));
	end_with(s, s->state == OPENING || s->flight ? LOST : OVER, 451, enhanced);
}

static void lose_by_error(struct session *s, int error)
{
	s->timed_out = error == ETIMEDOUT;
	session_lose(s, "4.4.2", error == ETIMEDOUT ? "timed out" : strerror(error));
}

/* The reply just read is the reason. */
void session_lose_reply(struct session *s, enum session_state state)
{
	memcpy(s->why_enhanced, s->reply.enhanced, sizeof s->why_enhanced);
	buf_clear(&s->why_text);
	buf_addslice(&s->why_text, buf_slice(&s->reply.text));
	end_with(s, state, s->reply.code, s->why_enhanced);
	if (state == TURNED_AWAY && s->reply.code != 421) {
		session_command(s, "QUIT");
		writer_flush(&s->out);
	}
}

void session_shut_out(struct session *s, const char *enhanced)
{
	if (settings.verbose)
		show("-- ", buf_slice(&s->why_text));
	end_with(s, SHUT_OUT, enhanced[0] == '5' ? 550 : 451, enhanced);
	if (!s->handshake_failed) {
		session_command(s, "QUIT");
		writer_flush(&s->out);
	}
}

bool session_takes(const struct session *s, enum smtp_extension extension)
{
	return s->features.extensions & extension;
}

void session_owe(struct session *s, enum reply_kind kind, struct transaction *of, size_t recipient)
{
	if (s->owed_count == s->owed_room) {
		size_t room = s->owed_room ? 2 * s->owed_room : 64;
		struct owed *ring = mem_alloc(room * sizeof *ring);

		for (size_t i = 0; i < s->owed_count; i++)
			ring[i] = s->owed[(s->owed_first + i) % s->owed_room];
		free(s->owed);
		s->owed = ring;
		s->owed_room = room;
		s->owed_first = 0;
	}
	s->owed[(s->owed_first + s->owed_count++) % s->owed_room] = (struct owed){ kind, of, recipient };
	if (of)
		of->references++;
}

void session_put(struct session *s, slice bytes)
{
	s->out.deadline = clock_ms() + settings.wait[WAIT_BLOCK];
	writer_put(&s->out, bytes);
	s->unread += bytes.n;
}

void session_command(struct session *s, const char *format, ...)
{
	buf line = { NULL, 0, 0 };
	va_list args;

	va_start(args, format);
	buf_vprint(&line, format, args);
	va_end(args);
	if (settings.verbose)
		show("C: ", buf_slice(&line));
	buf_add(&line, "\r\n", 2);
	session_put(s, buf_slice(&line));
	buf_free(&line);
}

void session_quit(struct session *s)
{
	session_command(s, "QUIT");
	session_owe(s, QUIT, NULL, 0);
	s->state = LEAVING;
}

void session_part(struct session *s)
{
	session_command(s, "QUIT");
	s->parted = true;
	s->state = OVER;
}

void transaction_release(struct session *s, struct transaction *t)
{
	struct transaction **at = &s->flight;

	if (--t->references)
		return;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	s->flight_count--;
	s->finished++;
	work_release(t->work);
	free(t);
}

/* LMTP answers BDAT LAST once for each recipient it accepted (RFC 2033 §4.2, RFC 3030 §2). */
static bool owes_more(const struct owed *o)
{
	return settings.lmtp && o->kind == LAST_CHUNK && o->of->answered + 1 < o->of->accepted_count;
}

static void take_reply(struct session *s)
{
	struct owed *first = &s->owed[s->owed_first], o = *first;
	bool stays;

	s->since = clock_ms();
	if (session_quotes(s, buf_slice(&s->reply.text))) {
		buf_wipe(&s->reply.text);
		buf_addtext(&s->reply.text, "(words that quote a secret)");
	}
	if (s->owed_count == 0) {
		session_lose(s, "4.5.0", s->reply.code == 421 ? buf_slice(&s->reply.text).p : "a reply to nothing");
		return;
	}
	if (s->reply.code == 421 && o.kind != QUIT) {
		session_lose_reply(s, o.kind < MAIL ? TURNED_AWAY : LOST);
		return;
	}
	stays = owes_more(first);
	if (!stays) {
		s->owed_first = (s->owed_first + 1) % s->owed_room;
		s->owed_count--;
	}
	session_reply(s, o);
	if (o.of && !stays)
		transaction_release(s, o.of);
}

/* What is in the buffer already. */
static void take_lines(struct session *s)
{
	slice line;

	while (s->state < OVER && reader_buffered(&s->in, &line)) {
		bool first = !s->reply.more && !s->reply.inside;
		int status;

		if (settings.verbose && !s->reply.inside)
			show("S: ", session_quotes(s, line) ? SLICE("(a secret)") : line);
		status = reply_line(&s->reply, line);
		if (status < 0)
			session_lose(s, "4.5.0", "the server's answer is no reply");
		else if (!first && s->owed_count && s->owed[s->owed_first].kind == EHLO)
			smtp_feature(&s->features, s->reply.line);
		if (status > 0)
			take_reply(s);
	}
}

static int64_t patience(const struct session *s)
{
	enum patience which = s->owed_count ? kinds[s->owed[s->owed_first].kind].patience : WAIT_IDLE;

	return s->since + settings.wait[which];
}

static void take_replies(struct session *s)
{
	int got;

	s->unread = 0;
	do {
		got = reader_try(&s->in);
		if (got < 0 && errno != EAGAIN)
			lose_by_error(s, errno);
		take_lines(s);
	} while (got > 0 && s->in.channel && s->state < OVER && clock_ms() < patience(s)); /* poll(2) does not see what TLS holds */
	if (got == 0 && s->in.eof)
		session_lose(s, "4.4.2", "connection closed");
}

static void flush(struct session *s)
{
	if (s->out.n) {
		s->out.deadline = clock_ms() + settings.wait[WAIT_BLOCK];
		writer_flush(&s->out);
		s->since = clock_ms();
	}
	if (s->out.error) {
		/* It may have said why before it closed. */
		if (s->out.error != ETIMEDOUT && io_wait(s->in.fd, POLLIN, 1) > 0)
			take_replies(s);
		lose_by_error(s, s->out.error);
	}
	if (writer_flush(&io_out))
		fail(EX_IOERR, "standard output: %s", strerror(io_out.error));
}

/* Nothing came in time. */
static void run_out(struct session *s)
{
	if (s->owed_count == 0 && s->state == READY) {
		session_quit(s);
		return;
	}
	lose_by_error(s, ETIMEDOUT);
}

/* Until the server says something, a job comes or time is up. */
static void wait_for_both(struct session *s)
{
	bool jobs = (s->state <= READY || !s->flight) && jobs_wanted();
	struct pollfd fds[2] = {
		{ .fd = s->in.fd, .events = POLLIN },
		{ .fd = jobs ? io_in.fd : -1, .events = POLLIN },
	};
	int64_t left = patience(s) - clock_ms();
	int ready = poll(fds, 2, left > INT32_MAX ? INT32_MAX : left < 0 ? 0 : (int)left);

	if (ready < 0 && errno == EINTR)
		return;
	if (ready > 0 && fds[1].revents) {
		jobs_take();
		s->parted = s->state == LEAVING && work_any();
		if (s->parted)
			s->state = OVER;
	}
	if (ready > 0 && fds[0].revents && s->state < OVER)
		take_replies(s);
	/* Also of a server that never stops talking, and never says anything. */
	if (s->state < OVER && clock_ms() >= patience(s))
		run_out(s);
}

/* While much is written: so that what the server says meanwhile neither piles up nor comes too late. */
static void look_for_replies(struct session *s)
{
	take_lines(s);
	if (s->unread >= LIMIT_STREAM && s->state < OVER && io_wait(s->in.fd, POLLIN, 1) > 0)
		take_replies(s);
}

void session_run(struct session *s, int fd, struct place place, slice host, struct security *security, bool cautious)
{
	*s = (struct session){ .place = place, .host = host, .security = security, .cautious = cautious,
		.since = clock_ms(), .content.fd = -1 };
	reader_open(&s->in, fd);
	writer_open(&s->out, fd);
	s->in.nonblocking = s->out.nonblocking = true;
	s->out.answers = &s->in;
	session_owe(s, GREETING, NULL, 0);
	session_tell(s);
	if (security->implicit)
		session_secure(s);
	while (s->state < OVER) {
		while (s->state < OVER && !s->out.error && session_write(s))
			look_for_replies(s);
		flush(s);
		if (s->state < OVER)
			wait_for_both(s);
	}
}

/*
 * A letter at which the connection breaks each time has to wait, so that it does not stop all others.
 * Nothing is said against the destination (4.4.x): it does talk.
 */
static void put_back(struct session *s, struct transaction *t, bool first)
{
	struct work *w = t->work;
	bool to_blame = first && s->state == LOST && !s->timed_out && s->why.code != 421;
	bool spent = to_blame && ++w->losses >= LIMIT_LOSSES;
	struct verdict why = { 451, SLICE("4.5.0"), s->why.text, s->host, false, s->secured };

	for (size_t i = 0; i < t->count; i++) {
		size_t at = t->recipient[i];

		if (w->state[at] != SENT)
			continue;
		if (spent)
			work_answer(w, at, &why);
		else
			work_again(w, at);
	}
}

/*
 * A server that we parted from gets the time until the next one is done with to answer QUIT: closed at once, it
 * might take its own answer for a broken connection.
 */
static void leave(const struct session *s)
{
	static int parted = -1;

	if (parted >= 0)
		close(parted);
	parted = s->parted ? s->out.fd : -1;
	if (!s->parted)
		close(s->out.fd);
}

void session_close(struct session *s)
{
	struct transaction *t, *next;

	for (t = s->flight; t; t = next) {
		next = t->next;
		put_back(s, t, t == s->flight);
	}
	for (t = s->flight; t; t = next) {
		next = t->next;
		work_release(t->work);
		free(t);
	}
	content_free(&s->content);
	tls_close(s->tls);
	buf_free(&s->wire);
	buf_wipe(&s->first_words);
	buf_wipe(&s->told);
	reply_free(&s->reply);
	free(s->owed);
	reader_close(&s->in);
	leave(s);
	writer_close(&s->out);
}
