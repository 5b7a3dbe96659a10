#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver.h"
#include "domain.h"
#include "fail.h"
#include "mx.h"
#include "net.h"
#include "report.h"
#include "session.h"

enum { DNS_PATIENCE = 20 * 1000, LMTP_PORT = 24, SUBMISSIONS_PORT = 465 };

/* A host that takes the letters; its addresses are called one soon after the other. */
struct host {
	char *name;
	struct net_address *address;
	size_t count;
	struct security security;
	bool unix_socket;
	bool dead;
};

/* All hosts, best first, and why the last that was tried did not serve. */
struct way {
	struct host *host;
	size_t count;
	buf domain;             /* in A-labels; empty where the server was given */
	struct sts_find sts;
	buf tried;              /* `name [address]` of the connection that is, or was, open */
	int code;
	char enhanced[sizeof ((struct reply *)NULL)->enhanced];
	buf why;
	buf blamed;             /* for that: one that was tried */
	buf secured;            /* and how it was protected */
	bool no_requiretls;     /* one did not serve for want of it */
};

static void note(struct way *w, int code, const char *enhanced)
{
	w->code = code;
	snprintf(w->enhanced, sizeof w->enhanced, "%s", enhanced);
	buf_clear(&w->why);
	buf_clear(&w->blamed);
	buf_addslice(&w->blamed, buf_slice(&w->tried));
	buf_clear(&w->secured);
}

static void add_exchange(struct way *w, struct place place, const struct exchange *e, unsigned short port)
{
	struct host *h = &w->host[w->count++];

	*h = (struct host){ .name = mem_text(slice_of(e->host)), .count = e->addresses };
	security_decide(&h->security, place, w->domain.p, e);
	h->address = mem_grow(NULL, e->addresses, sizeof *h->address);
	for (size_t i = 0; i < e->addresses; i++)
		h->address[i] = net_address(&e->address[i], port);
}

/* That the name of a server we were told to use does not exist is a slip of ours, and no reason to return letters. */
static void note_dns(struct way *w, const struct mx *mx, bool told)
{
	static const struct { int code; const char *enhanced; } replies[] = {
		[MX_NO_DOMAIN] = { 550, "5.1.2" }, [MX_NULL] = { 556, "5.1.10" }, [MX_NO_ADDRESS] = { 550, "5.4.4" },
		[MX_LOOP] = { 554, "5.4.6" }, [MX_AGAIN] = { 451, "4.4.3" },
	};
	enum mx_status status = told ? MX_AGAIN : mx->status;

	note(w, replies[status].code, replies[status].enhanced);
	buf_addslice(&w->why, buf_slice(&mx->why));
}

static struct dns *dns(struct way *w)
{
	static struct dns *opened;
	buf why = { NULL, 0, 0 };

	if (!opened && !(opened = dns_open(settings.conf.resolver, DNS_PATIENCE, &why))) {
		note(w, 451, "4.4.3");
		buf_addslice(&w->why, buf_slice(&why));
	}
	buf_free(&why);
	return opened;
}

/* What the domain and each host ask for; a host that we must not trust now is as good as none. */
static void secure_hosts(struct way *w, struct place place, const struct mx *mx, unsigned short port)
{
	static const bool all_answered;

	for (size_t i = 0; i < w->count; i++) {
		security_apply(&w->host[i].security, &w->sts.sts);
		if (mx->exchange[i].secure && security_heeds(place))
			security_ask(&w->host[i].security, mx->setup->dns, port);
	}
	dns_wait(mx->setup->dns, &all_answered);
	for (size_t i = 0; i < w->count; i++) {
		struct host *h = &w->host[i];

		h->dead = h->security.trouble.n;
		if (h->dead) {
			note(w, 451, h->security.trouble_enhanced);
			buf_addslice(&w->why, buf_slice(&h->security.trouble));
			report_host(&h->security, &w->sts);
		}
	}
}

static unsigned short usual_port(struct place place)
{
	if (slice_starts(place.server, ROUTE_IMPLICIT_TLS))
		return SUBMISSIONS_PORT;
	return settings.lmtp ? LMTP_PORT : (unsigned short)settings.conf.smtp_port;
}

static void find_exchanges(struct way *w, struct place place)
{
	struct mx_setup setup = { .dns = dns(w), .ourselves = settings.conf.hostname };
	unsigned short port = 0;
	slice host;
	struct mx mx;

	if (!setup.dns)
		return;
	if (place.server.n) {
		if (net_split(place_host(place.server), &host, &port)) {
			note(w, 451, "4.3.5");
			buf_print(&w->why, "%.*s is no server", (int)place.server.n, place.server.p);
			return;
		}
		mx_host(&mx, &setup, host);
	} else {
		if (domain_ascii(place.domain, &w->domain))
			buf_addslice(&w->domain, place.domain);
		mx_exchanges(&mx, &setup, buf_slice(&w->domain));
	}
	sts_begin(&w->sts, setup.dns, &settings.conf, security_heeds(place) ? place.domain : SLICE(""));
	port = port ? port : usual_port(place);
	mx_wait(&mx);
	sts_end(&w->sts);
	report_policy(&w->sts);
	if (mx.status != MX_OK)
		note_dns(w, &mx, place.server.n > 0);
	w->host = mem_alloc(mx.exchanges * sizeof *w->host);
	for (size_t i = 0; i < mx.exchanges; i++)
		add_exchange(w, place, &mx.exchange[i], port);
	secure_hosts(w, place, &mx, port);
	mx_free(&mx);
}

static void find_hosts(struct way *w, struct place place)
{
	if (!slice_starts(place.server, "/")) {
		find_exchanges(w, place);
		return;
	}
	w->host = mem_alloc(sizeof *w->host);
	w->host[0] = (struct host){ .name = mem_text(place.server), .unix_socket = true, .security.off = true };
	w->count = 1;
}

static void add_text_of(buf *to, const struct net_address *a)
{
	char text[NETWORK_TEXT];
	struct address address = net_bytes(a);

	address_text(&address, text);
	buf_print(to, " [%s]", text);
}

/* A connection to this host, and in *address what was called for it. */
static int call(struct way *w, struct host *h, struct net_address **address)
{
	int64_t patience = settings.wait[WAIT_CONNECT];
	size_t which = 0;
	int fd = h->unix_socket ? net_unix(slice_of(h->name), patience)
	    : net_connect(h->address, h->count, patience, &which);

	*address = h->unix_socket || which == h->count ? NULL : &h->address[which];
	buf_clear(&w->tried);
	buf_addtext(&w->tried, h->name);
	if (*address && h->name[0] != '[')
		add_text_of(&w->tried, *address);
	if (fd < 0) {
		note(w, 451, "4.4.1");
		buf_print(&w->why, "connect to %s: %s", h->name, strerror(errno));
		h->dead = true;
	}
	if (settings.verbose)
		show(fd < 0 ? "-- cannot connect to " : "-- connected to ", buf_slice(&w->tried));
	return fd;
}

/*
 * No host that refuses to talk says anything about a recipient: another attempt may find it in a better mood. A letter goes back
 * for want of REQUIRETLS only if no host has it (RFC 8689 §4.2.1), which is not known while one is in trouble.
 */
static void note_session(struct way *w, const struct session *s)
{
	bool shut_out = s->state == SHUT_OUT;

	if (shut_out)
		w->no_requiretls |= slice_is(slice_from(s->why.enhanced, 1), ".7.30");
	if (shut_out && s->why.code == 550 && w->code == 451)
		return;
	note(w, shut_out ? s->why.code : 451, s->state == TURNED_AWAY ? "4.4.1" : shut_out ? s->why.enhanced.p : "4.4.2");
	if (s->state == TURNED_AWAY)
		buf_print(&w->why, "refuses to talk: %d ", s->why.code);
	buf_addslice(&w->why, s->why.text);
	buf_addslice(&w->secured, s->secured);
}

static size_t places_of(const struct host *h)
{
	size_t n = h->unix_socket;

	for (size_t i = 0; i < h->count; i++)
		n += !h->address[i].dead;
	return h->dead ? 0 : n;
}

static struct host *next_host(struct way *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (places_of(&w->host[i]))
			return &w->host[i];
	return NULL;
}

static size_t places_left(const struct way *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++)
		n += places_of(&w->host[i]);
	return n;
}

/*
 * Whether a place that got nothing done is tried again: if there is no other, and it only broke off,
 * for then the letter it broke off at may be to blame, and there may be others.
 */
static bool deserves_more(const struct way *w, const struct session *s, unsigned barren)
{
	return s->state == LOST && !s->timed_out && s->why.code != 421 && barren < LIMIT_BARREN && places_left(w) == 1;
}

static void free_texts(struct session *s)
{
	buf_free(&s->why_text);
	buf_free(&s->secured_text);
}

/* Connection after connection, until all is sent or no host is left. */
static void talk(struct way *w, struct place place)
{
	bool cautious = false;
	unsigned barren = 0;
	struct host *h;

	while (work_find(place) && (h = next_host(w))) {
		struct net_address *address;
		struct session s;
		int fd = call(w, h, &address);

		if (fd < 0)
			continue;
		session_run(&s, fd, place, buf_slice(&w->tried), &h->security, cautious);
		report_session(&s, &w->sts, address);
		session_close(&s);
		if (s.handshake_failed && !h->security.must && !place.requiretls) {
			h->security.off = true; /* some encryption is better than none, and none than no letter (RFC 7435) */
			free_texts(&s);
			continue;
		}
		barren = s.finished ? 0 : barren + 1;
		cautious = s.state == LOST && barren;
		if (barren && work_find(place)) {
			note_session(w, &s);
			if (!deserves_more(w, &s, barren))
				*(address && !slice_is(s.why.enhanced, "4.7.8") ? &address->dead : &h->dead) = true; /* one wrong password is enough */
		}
		free_texts(&s);
	}
}

/* What no host took, and why. That one is in trouble and another has no REQUIRETLS is no reason to spare them other letters. */
static void answer_rest(const struct way *w, struct place place)
{
	bool mixed = w->no_requiretls && w->code == 451;
	struct verdict v = { w->code, mixed ? SLICE("4.7.30") : slice_of(w->enhanced), buf_slice(&w->why), buf_slice(&w->blamed), false,
		buf_slice(&w->secured) };
	struct work *left;

	while ((left = work_find(place)))
		work_answer_rest(left, &v);
}

void deliver(struct place of)
{
	char *server = mem_text(of.server), *domain = mem_text(of.domain);
	struct place place = { slice_of(server), slice_of(domain), of.tls, of.requiretls };
	struct way w = { .host = NULL };

	find_hosts(&w, place);
	talk(&w, place);
	answer_rest(&w, place);
	for (size_t i = 0; i < w.count; i++) {
		free(w.host[i].name);
		free(w.host[i].address);
		security_free(&w.host[i].security);
	}
	free(w.host);
	buf_free(&w.domain);
	sts_free(&w.sts);
	buf_free(&w.why);
	buf_free(&w.tried);
	buf_free(&w.blamed);
	buf_free(&w.secured);
	free(server);
	free(domain);
}
