/* AUTH (RFC 4954): what the client says goes to sasl-check, who knows users and passwords, and back. */
#include <errno.h>
#include <string.h>

#include "base64.h"
#include "fail.h"
#include "limit.h"
#include "mechanism.h"
#include "serve.h"

void auth_start(struct session *s)
{
	if (!s->submission || !s->conf->auth[0])
		return;
	s->has_users = true;
	if (helper_start(&s->checker, "sasl-check"))
		warn("sasl-check: %s", strerror(errno));
}

/* A password may travel: nobody can listen on the way. */
static bool is_safe(const struct session *s)
{
	slice wrong;

	if (s->tls)
		return true;
	return s->client.known && network_listed(s->conf->auth_plaintext, &s->client.address, &wrong) > 0;
}

static void ask(struct session *s, const buf *question, slice *verb, slice *rest)
{
	*rest = (slice){ "", 0 };
	if (helper_ask(&s->checker, buf_slice(question), s->patience, rest)) {
		warn("sasl-check: %s", strerror(errno));
		*rest = SLICE("later\t");
	}
	slice_cut(rest, '\t', verb);
}

/* What ties an exchange to this connection: nobody between us can pass it on. */
static void add_binding(const struct session *s, buf *to)
{
	unsigned char binding[TLS_BINDING];

	if (s->tls && tls_binding(s->tls, binding))
		base64_add(to, (slice){ (const char *)binding, sizeof binding });
}

void auth_offer(struct session *s)
{
	buf question = { NULL, 0, 0 };
	slice verb, names;

	if (!s->has_users || s->user.n || !is_safe(s))
		return;
	buf_addtext(&question, "offer\t");
	add_binding(s, &question);
	ask(s, &question, &verb, &names);
	buf_free(&question);
	if (slice_is(verb, "offer") && names.n)
		reply(s, "250-AUTH %.*s", (int)names.n, names.p);
}

static const char *out_of_order(const struct session *s)
{
	if (!s->has_users)
		return "502 5.5.1 Not here";
	if (!s->extended)
		return "503 5.5.1 Say EHLO first";
	if (s->user.n)
		return "503 5.5.1 You have logged in";
	if (s->open)
		return "503 5.5.1 Not within a letter";
	return is_safe(s) ? NULL : "538 5.7.11 Not without TLS";
}

static bool is_base64(slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_letter(text.p[i]) && !ascii_digit(text.p[i]) && !memchr("+/=", text.p[i], 3))
			return false;
	return true;
}

static void forget(struct session *s)
{
	explicit_bzero(io_in.p, io_in.start);
	helper_forget(&s->checker);
}

/* For logs: what is no name is not shown as it came. */
static void keep_name(buf *name, slice claimed)
{
	buf_clear(name);
	buf_addslice(name, slice_upto(claimed, LIMIT_ADDRESS));
	for (size_t i = 0; i < name->n; i++)
		if (ascii_control(name->p[i]) || strchr(" \"<>", name->p[i]))
			name->p[i] = '?';
}

static void let_in(struct session *s, slice user)
{
	keep_name(&s->claimed, user);
	buf_addslice(&s->user, user);
	s->client.trusted = true;
	log_line("client=%s helo=%s user=%s status=authenticated", s->client.text, s->helo.p, s->claimed.p);
	reply(s, "235 2.7.0 Welcome");
}

/* In the same time for every user, and for nobody. */
static void turn_away(struct session *s, slice user)
{
	keep_name(&s->claimed, user);
	s->wrong_passwords++;
	pause_for(s, s->patience * LIMIT_WRONG_PASSWORD_TIME / (LIMIT_SILENCE * 1000));
	if (s->ending != GOING_ON)
		return;
	reply(s, "535 5.7.8 Wrong user or password");
	if (s->wrong_passwords >= LIMIT_WRONG_PASSWORDS)
		hang_up(s, CLIENT_WRONG, "421 4.7.0 Too many wrong passwords");
	buf_clear(&s->claimed);
}

static void end(struct session *s, slice verb, slice rest)
{
	if (slice_is(verb, "user") && rest.n)
		let_in(s, rest);
	else if (slice_is(verb, "no"))
		turn_away(s, rest);
	else if (slice_is(verb, "malformed"))
		reply(s, "501 5.5.2 Not what the mechanism has");
	else if (slice_is(verb, "unknown"))
		reply(s, "504 5.5.4 Not a mechanism that we offer");
	else
		reply(s, "454 4.7.0 It cannot be told now who you are");
}

/* Question and answer, until there is nothing more to ask. */
static void hold(struct session *s, buf *question)
{
	slice verb, rest, line;

	for (;;) {
		ask(s, question, &verb, &rest);
		if (!slice_is(verb, "challenge"))
			break;
		reply(s, "334 %.*s", (int)rest.n, rest.p);
		if (!next_line(s, LIMIT_SASL, &line))
			return;
		if (slice_is(line, "*")) {
			reply(s, "501 5.7.0 As you like");
			return;
		}
		if (!is_base64(line)) {
			reply(s, "501 5.5.2 Not base64");
			return;
		}
		buf_clear(question);
		buf_reserve(question, LIMIT_SASL + 8);
		buf_addtext(question, "answer\t");
		buf_addslice(question, line);
	}
	end(s, verb, rest);
}

void do_auth(struct session *s, slice argument)
{
	const char *wrong = out_of_order(s);
	slice name, initial;
	buf question = { NULL, 0, 0 };

	s->idle_commands++;
	slice_word(&argument, &name);
	slice_word(&argument, &initial);
	if (!wrong && (name.n == 0 || argument.n || !is_base64(initial)))
		wrong = "501 5.5.4 Syntax: AUTH mechanism [initial-response]";
	if (!wrong && !sasl_mechanism(name))
		wrong = "504 5.5.4 Not a mechanism that we offer";
	if (wrong) {
		reply(s, "%s", wrong);
		return;
	}
	buf_reserve(&question, LIMIT_SASL + 8);
	buf_print(&question, "begin\t%s\t", sasl_name(sasl_mechanism(name)));
	buf_addslice(&question, initial);
	buf_addchar(&question, '\t');
	add_binding(s, &question);
	buf_print(&question, "\t%s", s->client.text);
	hold(s, &question);
	buf_wipe(&question);
	forget(s);
}
