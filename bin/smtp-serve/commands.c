#include <string.h>

#include "limit.h"
#include "serve.h"

/* What the client calls itself, with `?` for what must not stand in a Received field. */
static void take_name(struct session *s, slice name)
{
	buf_clear(&s->helo);
	buf_addslice(&s->helo, slice_upto(name, LIMIT_DOMAIN));
	for (size_t i = 0; i < s->helo.n; i++) {
		char c = s->helo.p[i];

		if (!ascii_letter(c) && !ascii_digit(c) && (!c || !strchr("-._:[]", c)))
			s->helo.p[i] = '?';
	}
}

static bool hello(struct session *s, slice name)
{
	s->idle_commands++;
	session_reset(s);
	if (name.n == 0) {
		reply(s, "501 5.5.4 Say who you are");
		return false;
	}
	take_name(s, name);
	return true;
}

static void do_helo(struct session *s, slice argument)
{
	if (s->lmtp)
		reply(s, "500 5.5.1 This is LMTP: say LHLO");
	else if (hello(s, argument)) {
		s->extended = false;
		reply(s, "250 %s", s->conf->hostname);
	}
}

static void do_ehlo(struct session *s, slice argument)
{
	if (!hello(s, argument))
		return;
	s->extended = true;
	reply(s, "250-%s", s->conf->hostname);
	reply(s, "250-PIPELINING");
	reply(s, "250-SIZE %lld", s->conf->size_limit);
	reply(s, "250-8BITMIME");
	if (tls_offered(s))
		reply(s, "250-STARTTLS");
	reply(s, "250-SMTPUTF8");
	if (!s->command)
		reply(s, "250-DSN");
	if (!s->command && s->tls)
		reply(s, "250-REQUIRETLS");
	reply(s, "250-ENHANCEDSTATUSCODES");
	auth_offer(s);
	reply(s, "250 CHUNKING");
}

static void do_ehlo_smtp(struct session *s, slice argument)
{
	if (s->lmtp)
		reply(s, "500 5.5.1 This is LMTP: say LHLO");
	else
		do_ehlo(s, argument);
}

static void do_lhlo(struct session *s, slice argument)
{
	if (s->lmtp)
		do_ehlo(s, argument);
	else
		reply(s, "500 5.5.1 This is SMTP: say EHLO");
}

static void begin(struct session *s, const struct mail_command *m)
{
	const char *wrong = store_begin(s, m);

	if (wrong) {
		session_reset(s);
		reply(s, "%s", wrong);
		return;
	}
	s->open = true;
	s->utf8 = m->utf8;
	reply(s, "250 2.1.0 OK");
}

static void do_mail(struct session *s, slice argument)
{
	struct mail_command m;
	const char *wrong = command_mail(argument, &m);

	s->idle_commands++;
	if (s->helo.n == 0)
		reply(s, "503 5.5.1 Say %s first", s->lmtp ? "LHLO" : "EHLO");
	else if (s->open)
		reply(s, "503 5.5.1 A sender was given");
	else if (s->submission && !s->client.trusted)
		reply(s, "530 5.7.0 Authentication required");
	else if (wrong)
		reply(s, "%s", wrong);
	else if (m.requires_tls && (!s->tls || s->command))
		reply(s, "555 5.5.4 REQUIRETLS is not for here");
	else if (m.size > s->conf->size_limit)
		reply(s, "552 5.3.4 The letter is larger than we take");
	else if ((wrong = sender_admit(s, m.from.address)))
		reply(s, "%s", wrong);
	else
		begin(s, &m);
	buf_free(&m.options);
}

static const char *limits(const struct session *s)
{
	long long most = s->conf->recipient_limit;

	/* A bounce has one recipient; RFC 5321 §4.5.3.1.8 obliges us to take 100. */
	if (s->sender.n == 0 && !s->client.trusted && most > LIMIT_TRANSACTION)
		most = LIMIT_TRANSACTION;
	return s->accepted >= most ? "452 4.5.3 Too many recipients" : NULL;
}

static void add_recipient(struct session *s, const struct rcpt_command *r)
{
	buf address = { NULL, 0, 0 };
	const char *wrong = limits(s);

	if (!wrong)
		wrong = admit(s, &r->to, &address);
	if (!wrong)
		wrong = store_recipient(s, buf_slice(&address), buf_slice(&r->options));
	if (wrong) {
		s->refused++;
		reply(s, "%s", wrong);
	} else {
		s->accepted++;
		reply(s, "250 2.1.5 OK");
	}
	buf_free(&address);
}

static void do_rcpt(struct session *s, slice argument)
{
	struct rcpt_command r;
	const char *wrong = command_rcpt(argument, s->utf8, &r);

	if (!s->open || s->chunked)
		reply(s, "%s", s->open ? "503 5.5.1 The letter has begun" : "503 5.5.1 No sender was given");
	else if (s->refused > s->conf->recipient_limit)
		hang_up(s, CLIENT_WRONG, "421 4.7.0 Too many errors");
	else if (wrong)
		reply(s, "%s", wrong);
	else
		add_recipient(s, &r);
	buf_free(&r.options);
}

static void do_rset(struct session *s, slice argument)
{
	(void)argument;
	s->idle_commands++;
	session_reset(s);
	reply(s, "250 2.0.0 OK");
}

static void do_noop(struct session *s, slice argument)
{
	(void)argument;
	s->idle_commands++;
	reply(s, "250 2.0.0 OK");
}

static void do_vrfy(struct session *s, slice argument)
{
	s->idle_commands++;
	reply(s, argument.n ? "252 2.5.2 Send to it and see" : "501 5.5.4 Syntax: VRFY address");
}

static void do_help(struct session *s, slice argument)
{
	(void)argument;
	s->idle_commands++;
	reply(s, "214 2.0.0 See RFC 5321, and smtp-serve(8) of Pennypost");
}

static void do_expn(struct session *s, slice argument)
{
	(void)argument;
	reply(s, "502 5.5.1 Not here");
}

static void do_quit(struct session *s, slice argument)
{
	(void)argument;
	hang_up(s, CLIENT_LEFT, "221 2.0.0 Bye");
}

/* A browser that was lured here, with commands in what it posts. */
static void do_http(struct session *s, slice argument)
{
	(void)argument;
	hang_up(s, CLIENT_WRONG, "554 5.5.1 This is no web server");
}

static const struct command {
	const char *name;
	void (*handle)(struct session *, slice argument);
} commands[] = {
	{ "HELO", do_helo }, { "EHLO", do_ehlo_smtp }, { "LHLO", do_lhlo }, { "STARTTLS", do_starttls },
	{ "AUTH", do_auth }, { "MAIL", do_mail }, { "RCPT", do_rcpt }, { "DATA", do_data }, { "BDAT", do_bdat },
	{ "RSET", do_rset }, { "NOOP", do_noop }, { "QUIT", do_quit },
	{ "VRFY", do_vrfy }, { "EXPN", do_expn }, { "HELP", do_help },
	{ "GET", do_http }, { "POST", do_http }, { "PUT", do_http }, { "CONNECT", do_http }, { "OPTIONS", do_http },
};

void command_dispatch(struct session *s, slice line)
{
	slice verb, argument;

	command_split(line, &verb, &argument);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (slice_case_is(verb, commands[i].name)) {
			commands[i].handle(s, argument);
			return;
		}
	reply(s, "500 5.5.1 Unknown command");
}
