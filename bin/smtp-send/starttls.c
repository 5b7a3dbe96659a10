/* How a session greets, and becomes private. */
#include "clock.h"
#include "session.h"

void session_greet(struct session *s)
{
	session_command(s, "%s %s", settings.lmtp ? "LHLO" : "EHLO", settings.conf.hostname);
	session_owe(s, EHLO, NULL, 0);
}

void session_tell(struct session *s)
{
	buf_clear(&s->secured_text);
	security_describe(s->security, s->tls, &s->secured_text);
	s->secured = buf_slice(&s->secured_text);
	if (settings.verbose && s->secured.n)
		show("-- ", s->secured);
}

bool session_secure(struct session *s)
{
	buf_clear(&s->why_text);
	buf_addtext(&s->why_text, "TLS: ");
	s->tls = security_begin(s->security, s->out.fd, &s->why_text);
	s->since = clock_ms();
	if (!s->tls) {
		s->handshake_failed = true;
		session_shut_out(s, s->place.requiretls ? "4.7.30" : "4.7.5");
		return false;
	}
	tls_carry(s->tls, &s->in, &s->out);
	session_tell(s);
	buf_clear(&s->why_text);
	if (security_satisfied(s->security, s->tls, &s->why_text))
		return true;
	session_shut_out(s, "4.7.5");
	return false;
}
