#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "personal.h"
#include "queue.h"
#include "session.h"
#include "sign.h"

static bool pipelining(const struct session *s)
{
	return session_takes(s, SMTP_PIPELINING) && !s->cautious;
}

/* Its last command is written, or none is worth writing. */
static bool stop_writing(struct session *s)
{
	struct transaction *t = s->writing;

	t->stage = WRITTEN;
	s->writing = NULL;
	content_close(&s->content);
	transaction_release(s, t);
	return true;
}

/* The server may not know that nothing more comes. */
static bool give_up_writing(struct session *s)
{
	s->unclean = true;
	return stop_writing(s);
}

static bool answer_here(struct session *s, struct work *w, int code, const char *enhanced, const char *text)
{
	struct verdict v = { code, slice_of(enhanced), slice_of(text), s->host, false, s->secured };

	work_answer_rest(w, &v);
	return true;
}

void transaction_answer(struct transaction *t, const struct verdict *v)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->work->state[t->recipient[i]] == SENT)
			work_answer(t->work, t->recipient[i], v);
}

static void answer_unreadable(struct session *s, struct transaction *t)
{
	buf text = { NULL, 0, 0 };

	buf_print(&text, "cannot read the message: %s", strerror(errno));
	transaction_answer(t, &(struct verdict){ 451, SLICE("4.3.0"), buf_slice(&text), s->host, false, s->secured });
	buf_free(&text);
}

static long long wire_size(const struct session *s, const struct work *w)
{
	return (content_converts(&s->content) ? w->facts.converted_size : w->facts.size) + (long long)s->content.ahead.n;
}

/* RFC 1870 §6.1 */
static bool answer_too_large(struct session *s, struct work *w)
{
	buf text = { NULL, 0, 0 };

	buf_print(&text, "a message of %lld bytes is more than the %lld that the server takes", wire_size(s, w),
	    s->features.size);
	answer_here(s, w, 552, "5.3.4", text.p);
	buf_free(&text);
	return true;
}

/* Up to LIMIT_TRANSACTION recipients that are to do and that this server can be told of; NULL if there are none. */
static struct transaction *new_transaction(struct session *s, struct work *w)
{
	struct transaction *t = mem_alloc(sizeof *t), **end = &s->flight;

	*t = (struct transaction){ .work = w, .references = 1 };
	for (size_t i = w->first_to_do; i < w->job.recipient_count && t->count < LIMIT_TRANSACTION; i++) {
		struct verdict v = { .host = s->host };

		if (w->state[i] != TO_DO)
			continue;
		if (envelope_refuses(s, w, rcpt_address(w->job.recipients[i]), &v)) {
			work_answer(w, i, &v);
		} else {
			t->recipient[t->count++] = i;
			work_sent(w, i);
		}
	}
	if (t->count == 0) {
		free(t);
		return NULL;
	}
	work_hold(w);
	while (*end)
		end = &(*end)->next;
	*end = t;
	s->flight_count++;
	return t;
}

static void add_option(buf *line, const char *parameter, slice options, const char *name)
{
	slice value = option_value(options, name);

	for (size_t i = 0; i < value.n; i++)
		if (ascii_control(value.p[i]))
			return;
	if (value.n)
		buf_print(line, " %s=%.*s", parameter, (int)value.n, value.p);
}

static void write_mail(struct session *s, const struct transaction *t)
{
	const struct work *w = t->work;
	buf line = { NULL, 0, 0 }, sender = { NULL, 0, 0 };

	envelope_address(s, w->job.sender, &sender);
	buf_print(&line, "MAIL FROM:<%s>", sender.n ? sender.p : "");
	buf_free(&sender);
	if (session_takes(s, SMTP_SIZE))
		buf_print(&line, " SIZE=%lld", wire_size(s, w));
	if (session_takes(s, SMTP_8BITMIME) && w->facts.eight_bit && !content_converts(&s->content))
		buf_addtext(&line, " BODY=8BITMIME");
	if (envelope_wants_utf8(s, t))
		buf_addtext(&line, " SMTPUTF8");
	if (s->place.requiretls)
		buf_addtext(&line, " REQUIRETLS");
	if (session_takes(s, SMTP_DSN)) {
		add_option(&line, "RET", w->job.options, "ret");
		add_option(&line, "ENVID", w->job.options, "envid");
	}
	session_command(s, "%s", line.p);
	buf_free(&line);
}

/* Learns what the message needs: 0, -1 and errno. */
static int learn(struct session *s, struct work *w)
{
	bool convert;

	if (content_open(&s->content, w->job.path, w->fd, w->job.offset))
		return -1;
	personal_add_above(&s->content.above, w->job.options);
	if (!w->known && content_learn(&s->content, &w->facts))
		return -1;
	w->known = true;
	convert = w->facts.unfit || (w->facts.eight_bit && !session_takes(s, SMTP_8BITMIME));
	if (convert && !w->facts.tried && content_try(&s->content, &w->facts))
		return -1;
	content_rewind(&s->content, convert);
	return 0;
}

/* Whether it has its results without being sent. */
static bool is_refused(struct session *s, struct work *w)
{
	if (content_converts(&s->content) && w->facts.refusal)
		return answer_here(s, w, 554, "5.6.3", w->facts.refusal);
	return s->features.size && wire_size(s, w) > s->features.size && answer_too_large(s, w);
}

static bool begin(struct session *s)
{
	struct work *w = work_find(s->place);
	const char *why;

	if (!w && jobs_wanted()) {
		jobs_take();
		w = work_find(s->place);
	}
	if (!w && work_any() && s->owed_count == 0)
		session_part(s);
	else if (!w && !work_any() && jobs_over())
		session_quit(s);
	if (!w || s->flight_count == LIMIT_IN_FLIGHT)
		return false;
	work_hold(w);
	if (learn(s, w))
		answer_here(s, w, 451, "4.3.0", strerror(errno));
	else if ((why = sign_content(&s->content, &w->job)))
		answer_here(s, w, 451, "4.3.5", why);
	else if (!is_refused(s, w))
		s->writing = new_transaction(s, w);
	if (!s->writing)
		content_close(&s->content);
	work_release(w);
	return true;
}

static bool write_sender(struct session *s, struct transaction *t)
{
	if (s->unclean) {
		session_command(s, "RSET");
		session_owe(s, RSET, NULL, 0);
		s->unclean = false;
		return true;
	}
	write_mail(s, t);
	session_owe(s, MAIL, t, 0);
	t->stage = RCPT_NEXT;
	return true;
}

static bool write_recipient(struct session *s, struct transaction *t)
{
	slice both = t->work->job.recipients[t->recipient[t->written]];
	buf line = { NULL, 0, 0 }, address = { NULL, 0, 0 };

	if (t->failed)
		return give_up_writing(s);
	envelope_address(s, rcpt_address(both), &address);
	buf_print(&line, "RCPT TO:<%s>", address.p);
	buf_free(&address);
	if (session_takes(s, SMTP_DSN)) {
		add_option(&line, "NOTIFY", rcpt_options(both), "notify");
		add_option(&line, "ORCPT", rcpt_options(both), "orcpt");
	}
	session_command(s, "%s", line.p);
	buf_free(&line);
	session_owe(s, RCPT, t, t->written++);
	if (t->written == t->count)
		t->stage = DATA_NEXT;
	return true;
}

static bool write_data(struct session *s, struct transaction *t)
{
	if (t->failed || (s->owed_count == 0 && t->accepted_count == 0))
		return give_up_writing(s);
	if (session_takes(s, SMTP_CHUNKING)) {
		t->stage = CONTENT_NEXT;
		return true;
	}
	session_command(s, "DATA");
	session_owe(s, DATA, t, 0);
	t->stage = GO_AWAITED;
	return true;
}

static bool wait_for_go(struct session *s, struct transaction *t)
{
	(void)s;
	(void)t;
	return false;
}

/* The next LIMIT_STREAM bytes or more of the message in s->wire: 1, 0 if these are the last, -1. */
static int gather(struct session *s, bool stuffed)
{
	int got = 1;

	buf_clear(&s->wire);
	while (got > 0 && s->wire.n < LIMIT_STREAM)
		got = content_next(&s->content, stuffed, &s->wire);
	return got;
}

static bool write_chunk(struct session *s, struct transaction *t)
{
	int got = gather(s, false);

	if (got < 0) {
		t->failed = true;
		answer_unreadable(s, t);
		return give_up_writing(s);
	}
	session_command(s, "BDAT %zu%s", s->wire.n, got ? "" : " LAST");
	session_put(s, buf_slice(&s->wire));
	session_owe(s, got ? CHUNK : LAST_CHUNK, t, 0);
	if (got)
		return true;
	return give_up_writing(s);
}

/* In LMTP each recipient that was accepted has an answer of its own (RFC 2033 §4.2). */
static bool write_dot(struct session *s, struct transaction *t)
{
	if (settings.verbose)
		show("C: ", SLICE("(the message)"));
	session_command(s, ".");
	for (size_t i = 0; i < t->count && settings.lmtp; i++)
		if (t->accepted[i])
			session_owe(s, DOT, t, i);
	if (!settings.lmtp)
		session_owe(s, DOT, t, 0);
	return stop_writing(s);
}

static bool write_stuffed(struct session *s, struct transaction *t)
{
	int got;

	/* RFC 2920 §3.1: a server may say 354 though it took nobody, and must get a lone dot. */
	if (t->accepted_count == 0)
		return write_dot(s, t);
	got = gather(s, true);
	if (got < 0) {
		answer_unreadable(s, t);
		session_lose(s, "4.3.0", "cannot read the message");
		return false;
	}
	session_put(s, buf_slice(&s->wire));
	return got ? true : write_dot(s, t);
}

static bool write_content(struct session *s, struct transaction *t)
{
	if (!session_takes(s, SMTP_CHUNKING))
		return write_stuffed(s, t);
	if (t->failed || (s->owed_count == 0 && t->accepted_count == 0))
		return give_up_writing(s);
	return write_chunk(s, t);
}

static bool (*const steps[])(struct session *, struct transaction *) = {
	[MAIL_NEXT] = write_sender,
	[RCPT_NEXT] = write_recipient,
	[DATA_NEXT] = write_data,
	[GO_AWAITED] = wait_for_go,
	[CONTENT_NEXT] = write_content,
};

bool session_write(struct session *s)
{
	if (s->state != READY || (s->owed_count && !pipelining(s)))
		return false;
	return s->writing ? steps[s->writing->stage](s, s->writing) : begin(s);
}
