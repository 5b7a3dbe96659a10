#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "fingerprint.h"
#include "serve.h"

/* Made before there are sessions: those share its memory, and the tickets by which clients come back. */
static struct tls_context *context;

int tls_prepare(const struct conf *conf, buf *why)
{
	struct tls_context *fresh = NULL;
	slice wrong;

	if (fingerprint_listed(conf->relay_certificates, (slice){ "", 0 }, &wrong) < 0) {
		buf_print(why, "relay-certificates: `%.*s': not a SHA-256 fingerprint", (int)wrong.n, wrong.p);
		return -1;
	}
	if (conf->tls_certificate[0]) {
		fresh = tls_for_servers(conf->tls_certificate, conf->tls_key, conf->relay_certificates[0], why);
		if (!fresh)
			return -1;
	}
	tls_context_free(context);
	context = fresh;
	return 0;
}

bool tls_offered(const struct session *s)
{
	return context && !s->tls;
}

/* A reply behind the tickets that end a handshake would wait for the client's delayed ACK of those: 40 ms. */
static void prepare(int fd)
{
	int on = 1;

	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* One that is listed lets its owner relay; to show it he has to have the key. */
static void look_at_certificate(struct session *s)
{
	buf print = { NULL, 0, 0 };
	slice wrong;

	if (s->conf->relay_certificates[0] && tls_fingerprint(s->tls, &print)
	    && fingerprint_listed(s->conf->relay_certificates, buf_slice(&print), &wrong) > 0) {
		s->client.trusted = true;
		log_line("client=%s certificate=%s status=authenticated", s->client.text, print.p);
	}
	buf_free(&print);
}

bool tls_begin(struct session *s)
{
	buf why = { NULL, 0, 0 };

	prepare(STDIN_FILENO);
	prepare(STDOUT_FILENO);
	s->tls = tls_server(context, STDIN_FILENO, STDOUT_FILENO);
	if (tls_handshake(s->tls, clock_ms() + s->patience, &why)) {
		log_line("client=%s status=refused reason=\"TLS: %s\"", s->client.text, why.p);
		s->ending = CLIENT_WRONG;
		tls_end(s);
	} else {
		tls_carry(s->tls, &io_in, &io_out);
		look_at_certificate(s);
	}
	buf_free(&why);
	return s->tls;
}

void tls_end(struct session *s)
{
	tls_close(s->tls);
	s->tls = NULL;
}

/* What the client said before, anybody may have said (RFC 3207 §4.2). */
void do_starttls(struct session *s, slice argument)
{
	s->idle_commands++;
	if (!tls_offered(s)) {
		reply(s, s->tls ? "503 5.5.1 There is TLS" : "502 5.5.1 Not here");
	} else if (argument.n) {
		reply(s, "501 5.5.4 Syntax: STARTTLS");
	} else if (s->user.n || s->open) {
		reply(s, "503 5.5.1 It is too late for that");
	} else {
		reply(s, "220 2.0.0 Go ahead");
		flush(s);
		session_reset(s);
		buf_clear(&s->helo);
		s->extended = false;
		if (s->ending == GOING_ON)
			tls_begin(s);
	}
}
