/* What replies mean to whom they are owed. */
#include <string.h>

#include "session.h"

static struct verdict verdict_of(const struct session *s)
{
	return (struct verdict){ s->reply.code, slice_of(s->reply.enhanced), buf_slice(&s->reply.text), s->host,
		session_takes(s, SMTP_DSN), s->secured };
}

static void nonsense(struct session *s)
{
	session_lose(s, "4.5.0", "a reply that makes no sense");
}

/* The reply just read is their result. */
static void answer_by_reply(struct session *s, struct transaction *t)
{
	struct verdict v = verdict_of(s);

	transaction_answer(t, &v);
}

static void on_greeting(struct session *s, struct owed o)
{
	(void)o;
	if (s->reply.code / 100 != 2) {
		session_lose_reply(s, TURNED_AWAY);
		return;
	}
	session_greet(s);
}

/* RFC 8689 §4.2.1: the names that count in a certificate are those that nobody on the way could make up. */
static bool keeps_tls(const struct session *s, buf *why)
{
	if (!s->tls || tls_proof(s->tls) == TLS_NO_PROOF)
		buf_addtext(why, "the letter asks for REQUIRETLS, and the server does not prove who it is");
	else if (!session_takes(s, SMTP_REQUIRETLS))
		buf_addtext(why, "the letter asks for REQUIRETLS, and the server does not know it");
	else
		return true;
	return false;
}

/* The server takes letters, as far as we may give it any. What the last reply was may be a no to STARTTLS, and one for now. */
static void be_ready(struct session *s)
{
	buf_clear(&s->why_text);
	if (!security_satisfied(s->security, s->tls, &s->why_text))
		session_shut_out(s, "4.7.4");
	else if (s->place.requiretls && !keeps_tls(s, &s->why_text))
		session_shut_out(s, s->reply.code / 100 == 4 ? "4.7.30" : "5.7.30");
	else
		session_log_in(s);
}

static void on_ehlo(struct session *s, struct owed o)
{
	(void)o;
	if (s->reply.code / 100 == 2 && session_takes(s, SMTP_STARTTLS) && !s->tls && !s->security->off) {
		session_command(s, "STARTTLS");
		session_owe(s, STARTTLS, NULL, 0);
	} else if (s->reply.code / 100 == 2) {
		be_ready(s);
	} else if (s->reply.code / 100 == 5 && !settings.lmtp) {
		s->features = (struct smtp_features){ .size = 0 };
		session_command(s, "HELO %s", settings.conf.hostname);
		session_owe(s, HELO, NULL, 0);
	} else {
		session_lose_reply(s, TURNED_AWAY);
	}
}

/* What was said before counts no more (RFC 3207 §4.2). */
static void on_starttls(struct session *s, struct owed o)
{
	(void)o;
	if (s->reply.code / 100 != 2) {
		be_ready(s);
	} else if (session_secure(s)) {
		s->features = (struct smtp_features){ .size = 0 };
		session_greet(s);
	}
}

static void on_helo(struct session *s, struct owed o)
{
	(void)o;
	if (s->reply.code / 100 == 2)
		be_ready(s);
	else
		session_lose_reply(s, TURNED_AWAY);
}

static void on_auth(struct session *s, struct owed o)
{
	(void)o;
	session_logging_in(s);
}

static void on_mail(struct session *s, struct owed o)
{
	if (s->reply.code / 100 == 3) {
		nonsense(s);
	} else if (s->reply.code == 530 && s->place.server.n) {
		session_must_log_in(s);
	} else if (s->reply.code / 100 > 3) {
		answer_by_reply(s, o.of);
		o.of->failed = true;
	}
}

/* `Too many recipients' (RFC 5321 §4.5.3.1.10): the rest go in a transaction of their own. */
static bool too_many(const struct session *s, const struct transaction *t)
{
	if (t->accepted_count == 0 || (s->reply.code != 452 && s->reply.code != 552))
		return false;
	return !s->reply.explicit || strcmp(s->reply.enhanced + 1, ".5.3") == 0;
}

static void on_rcpt(struct session *s, struct owed o)
{
	struct transaction *t = o.of;
	size_t place = t->recipient[o.recipient];
	struct verdict v = verdict_of(s);

	if (t->failed) {
		t->strange |= s->reply.code / 100 == 2;
	} else if (s->reply.code / 100 == 2) {
		t->accepted[o.recipient] = true;
		t->accepted_count++;
	} else if (s->reply.code / 100 == 3) {
		nonsense(s);
	} else if (too_many(s, t)) {
		work_again(t->work, place);
	} else {
		work_answer(t->work, place, &v);
	}
}

static void on_data(struct session *s, struct owed o)
{
	struct transaction *t = o.of;

	if (s->reply.code / 100 == 2 || (s->reply.code / 100 == 3 && t->strange)) {
		nonsense(s);
	} else if (s->reply.code / 100 == 3) {
		t->stage = CONTENT_NEXT;
	} else {
		answer_by_reply(s, t);
		t->failed = true;
		t->stage = DATA_NEXT;
	}
}

static void on_dot(struct session *s, struct owed o)
{
	struct verdict v = verdict_of(s);

	if (s->reply.code / 100 == 3)
		nonsense(s);
	else if (settings.lmtp)
		work_answer(o.of->work, o.of->recipient[o.recipient], &v);
	else
		answer_by_reply(s, o.of);
}

/* What was refused in the middle is not worth finishing (RFC 3030 §4.2). */
static void on_chunk(struct session *s, struct owed o)
{
	if (s->reply.code / 100 == 3) {
		nonsense(s);
	} else if (s->reply.code / 100 != 2 && !o.of->failed) {
		answer_by_reply(s, o.of);
		o.of->failed = true;
	}
}

static void answer_next(struct session *s, struct transaction *t)
{
	struct verdict v = verdict_of(s);

	for (size_t i = 0; i < t->count; i++)
		if (t->accepted[i] && t->work->state[t->recipient[i]] == SENT) {
			t->answered++;
			work_answer(t->work, t->recipient[i], &v);
			return;
		}
}

static void on_last_chunk(struct session *s, struct owed o)
{
	struct transaction *t = o.of;

	if (s->reply.code / 100 == 3)
		nonsense(s);
	else if (settings.lmtp)
		answer_next(s, t);
	else
		answer_by_reply(s, t);
	if (s->reply.code / 100 == 2 && !t->failed && !t->next)
		s->unclean = false;
}

static void on_rset(struct session *s, struct owed o)
{
	(void)o;
	if (s->reply.code / 100 != 2)
		nonsense(s);
}

static void on_quit(struct session *s, struct owed o)
{
	(void)o;
	s->state = OVER;
}

static void (*const handlers[])(struct session *, struct owed) = {
	[GREETING] = on_greeting,
	[EHLO] = on_ehlo,
	[STARTTLS] = on_starttls,
	[HELO] = on_helo,
	[AUTH] = on_auth,
	[MAIL] = on_mail,
	[RCPT] = on_rcpt,
	[DATA] = on_data,
	[DOT] = on_dot,
	[CHUNK] = on_chunk,
	[LAST_CHUNK] = on_last_chunk,
	[RSET] = on_rset,
	[QUIT] = on_quit,
};

void session_reply(struct session *s, struct owed o)
{
	handlers[o.kind](s, o);
}
