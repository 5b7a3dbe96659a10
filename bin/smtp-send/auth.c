/* AUTH (RFC 4954): what sasl-answer says, who has the passwords, goes to the server, and back. */
#include <string.h>

#include "base64.h"
#include "clock.h"
#include "net.h"
#include "mechanism.h"
#include "session.h"

static void ask(struct session *s, const buf *question, slice *verb, slice *rest)
{
	*rest = (slice){ "", 0 };
	if (helper_ask(&settings.passwords, buf_slice(question), settings.wait[WAIT_AUTH], rest))
		*rest = SLICE("fail\tsasl-answer does not answer");
	slice_cut(rest, '\t', verb);
	s->since = clock_ms();
}

/* The administrator can mend it: no reason to return letters, whatever the server says. */
static void shut_out(struct session *s, slice why)
{
	buf_clear(&s->why_text);
	buf_print(&s->why_text, "cannot log in: %.*s", (int)why.n, why.p);
	session_shut_out(s, "4.7.8");
}

/* As it was written, and what that stands for. */
static void remember(struct session *s, slice secret)
{
	buf told = { NULL, 0, 0 };

	buf_reserve(&told, s->told.n + 2 * secret.n + 66);
	buf_addslice(&told, buf_slice(&s->told));
	buf_addslice(&told, secret);
	buf_addchar(&told, '\n');
	base64_decode_add(&told, secret);
	buf_addchar(&told, '\n');
	buf_wipe(&s->told);
	s->told = told;
}

/* That so many bytes in a row are the same is no accident; in upper case they say nearly as much. */
bool session_quotes(const struct session *s, slice text)
{
	enum { TELLING = 8 };

	for (size_t i = 0; i + TELLING <= s->told.n; i++)
		for (size_t j = 0; j + TELLING <= text.n; j++)
			if (ascii_case_same(s->told.p + i, text.p + j, TELLING))
				return true;
	return false;
}

/* A line of which only `shown` may be seen. */
static void write_secret(struct session *s, slice shown, slice secret)
{
	buf line = { NULL, 0, 0 };

	buf_reserve(&line, shown.n + secret.n + 2);
	buf_addslice(&line, shown);
	if (settings.verbose) {
		buf_addtext(&line, "(a secret)");
		show("C: ", buf_slice(&line));
		line.n = shown.n;
	}
	buf_addslice(&line, secret);
	buf_addtext(&line, "\r\n");
	session_put(s, buf_slice(&line));
	buf_wipe(&line);
	remember(s, secret);
	session_owe(s, AUTH, NULL, 0);
}

/* RFC 4954 §4: the command is not longer than others may be; what does not fit in waits until it is asked for. */
static void write_auth(struct session *s, slice mechanism, slice first)
{
	enum { LONGEST = 512 - sizeof "\r\n" };
	buf command = { NULL, 0, 0 };

	buf_print(&command, "AUTH %.*s", (int)mechanism.n, mechanism.p);
	if (first.n && command.n + 1 + first.n <= LONGEST) {
		buf_addchar(&command, ' ');
		write_secret(s, buf_slice(&command), first);
	} else {
		buf_reserve(&s->first_words, first.n);
		buf_addslice(&s->first_words, first);
		session_command(s, "%s", command.p);
		session_owe(s, AUTH, NULL, 0);
	}
	buf_free(&command);
}

/* Where nobody can listen, nor be taken for the server, unless we were told not to mind: a Unix socket leads to this machine alone. */
static bool is_safe(const struct session *s)
{
	struct net_address peer = { .length = sizeof peer.to };
	struct address address;
	slice wrong;

	if (s->tls && (tls_proof(s->tls) != TLS_NO_PROOF || s->place.tls == ROUTE_TLS_REQUIRE))
		return true;
	if (getpeername(s->out.fd, (struct sockaddr *)&peer.to, &peer.length))
		return false;
	if (peer.to.ss_family == AF_UNIX)
		return true;
	address = net_bytes(&peer);
	return network_listed(settings.conf.auth_plaintext, &address, &wrong) > 0;
}

static void begin(struct session *s, slice words)
{
	slice mechanism;

	slice_cut(&words, '\t', &mechanism);
	if (is_safe(s))
		write_auth(s, mechanism, words.p ? words : (slice){ "", 0 });
	else
		shut_out(s, s->tls ? SLICE("no password is sent to a server that does not prove who it is")
		    : SLICE("no password is sent without TLS"));
}

/* What ties an exchange to this connection: nobody between us can pass it on. */
static void add_binding(const struct session *s, buf *to)
{
	unsigned char binding[TLS_BINDING];

	if (s->tls && tls_binding(s->tls, binding))
		base64_add(to, (slice){ (const char *)binding, sizeof binding });
}

void session_log_in(struct session *s)
{
	buf question = { NULL, 0, 0 };
	slice verb, rest;

	s->state = READY;
	if (!s->place.server.n || !settings.has_secrets)
		return;
	buf_addtext(&question, "begin\t");
	buf_addfield(&question, place_host(s->place.server));
	buf_addchar(&question, '\t');
	sasl_add_names(&question, s->features.mechanisms);
	buf_addchar(&question, '\t');
	add_binding(s, &question);
	ask(s, &question, &verb, &rest);
	buf_free(&question);
	if (slice_is(verb, "none"))
		return;
	s->state = OPENING;
	if (slice_is(verb, "begin"))
		begin(s, rest);
	else
		shut_out(s, rest);
}

/* An empty challenge may be written as `=`. */
static void answer_challenge(struct session *s, slice challenge)
{
	buf question = { NULL, 0, 0 };
	slice verb, rest;

	buf_addtext(&question, "challenge\t");
	buf_addfield(&question, slice_is(challenge, "=") ? (slice){ "", 0 } : challenge);
	ask(s, &question, &verb, &rest);
	buf_free(&question);
	if (slice_is(verb, "answer")) {
		write_secret(s, (slice){ "", 0 }, rest);
	} else {
		session_command(s, "*");
		shut_out(s, rest);
	}
}

static void be_accepted(struct session *s)
{
	static const buf question = { "accepted", 8, 0 };
	slice verb, rest;

	ask(s, &question, &verb, &rest);
	if (slice_is(verb, "done"))
		s->state = READY;
	else
		shut_out(s, rest);
}

static void be_refused(struct session *s, const char *what)
{
	buf why = { NULL, 0, 0 };

	buf_print(&why, "%s%d %s %s", what, s->reply.code, s->reply.enhanced, s->reply.text.p ? s->reply.text.p : "");
	shut_out(s, buf_slice(&why));
	buf_free(&why);
}

void session_must_log_in(struct session *s)
{
	be_refused(s, "no secret for this server, which says ");
}

void session_logging_in(struct session *s)
{
	explicit_bzero(s->out.p, s->out.cap);
	helper_forget(&settings.passwords);
	if (s->reply.code == 334 && s->first_words.n)
		write_secret(s, (slice){ "", 0 }, buf_slice(&s->first_words));
	else if (s->reply.code == 334)
		answer_challenge(s, s->reply.line);
	else if (s->reply.code / 100 == 2)
		be_accepted(s);
	else
		be_refused(s, "");
	buf_wipe(&s->first_words);
	if (s->state != OPENING)
		buf_wipe(&s->told);
}
