#define CARES_NO_DEPRECATED     /* what c-ares 1.28 has instead, 1.18 lacks */
#include <ares.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "clock.h"
#include "dns.h"
#include "domain.h"
#include "io.h"
#include "limit.h"

enum {
	ROUNDS = 3,             /* in which each server is asked; c-ares doubles its patience with each: 1 + 2 + 4 */
	PARTS = 7,
	SERVERS = 3,            /* as resolv.conf(5) has it */
	DATAGRAM = 1232,        /* that is never cut into fragments (DNS flag day 2020) */
	RECURSE = 1,            /* RD in the third byte of a message */
	AUTHENTIC = 0x20,       /* AD in the fourth byte of a message: in a question, tell us (RFC 6840 §5.7) */
};

struct question {
	struct dns *dns;
	struct question *next;  /* that waits for its turn */
	dns_reader *reader;
	void *context;
	ns_type type;
	int aliases;            /* followed so far */
	bool plain;             /* without EDNS, which the server does not know */
	char name[NS_MAXDNAME];
};

struct dns {
	ares_channel channel;
	bool trusted;
	size_t asked;           /* questions under way */
	unsigned random[64];
	size_t randoms;         /* of them not used yet */
	struct question *first, **last;
};

struct servers {
	struct ares_addr_port_node node[SERVERS];
	int count;
	bool trust_ad;
	bool loopback;          /* each of them */
};

static void add_server(struct servers *list, const struct address *a, int port)
{
	struct ares_addr_port_node *node = &list->node[list->count];
	static const struct network loopback4 = { { { [10] = 0xff, [11] = 0xff, [12] = 127 } }, 96 + 8 };
	static const struct network loopback6 = { { { [15] = 1 } }, 128 };

	if (list->count == SERVERS)
		return;
	if (address_is_v4(a)) {
		node->family = AF_INET;
		memcpy(&node->addr.addr4, a->byte + 12, 4);
	} else {
		node->family = AF_INET6;
		memcpy(&node->addr.addr6, a->byte, 16);
	}
	node->udp_port = node->tcp_port = port;
	if (list->count++)
		list->node[list->count - 2].next = node;
	list->loopback = list->loopback && (network_holds(&loopback4, a) || network_holds(&loopback6, a));
}

/* `address`, `address:port`, `[address]`, `[address]:port`. */
static int read_server(struct servers *list, slice text)
{
	slice host = text, port = { "53", 2 };
	struct address a;
	size_t n = slice_find(text, ':');
	bool bracket = text.n && text.p[0] == '[';

	if (bracket)
		n = slice_find(text, ']') + 1;
	if (bracket || slice_find(slice_from(text, n + 1), ':') == slice_from(text, n + 1).n) {
		host = bracket ? (slice){ text.p + 1, n < text.n + 1 ? n - 2 : 0 } : slice_upto(text, n);
		text = slice_from(text, n);
		if (text.n && text.p[0] != ':')
			return -1;
		if (text.n)
			port = slice_from(text, 1);
	}
	if (!address_read(host, &a) || slice_number(port) < 1 || slice_number(port) > 65535)
		return -1;
	add_server(list, &a, (int)slice_number(port));
	return 0;
}

static void read_resolv_conf(struct servers *list)
{
	buf text = { NULL, 0, 0 };
	slice rest, line, word;
	struct address a;

	if (io_file(AT_FDCWD, "/etc/resolv.conf", LIMIT_SETTING_LINE, &text) == 0)
		for (rest = buf_slice(&text); slice_cut(&rest, '\n', &line);) {
			slice_word(&line, &word);
			if (slice_is(word, "nameserver")) {
				if (slice_word(&line, &word) && address_read(word, &a))
					add_server(list, &a, NS_DEFAULTPORT);
			} else if (slice_is(word, "options")) {
				while (slice_word(&line, &word))
					list->trust_ad = list->trust_ad || slice_is(word, "trust-ad");
			}
		}
	buf_free(&text);
	if (list->count == 0)
		read_server(list, SLICE("127.0.0.1"));
}

/*
 * Everything is told to c-ares, so that it reads no file of its own. With one
 * server its SERVFAIL is wanted as it is; of several, the next is asked.
 */
static int open_channel(struct dns *dns, struct servers *list, int64_t timeout)
{
	int64_t part = timeout / PARTS / list->count; /* NOLINT: there is always one */
	struct ares_options options = {
		.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | (list->count == 1 ? ARES_FLAG_NOCHECKRESP : 0),
		.timeout = (int)(part < 1 ? 1 : part),
		.tries = ROUNDS,
		.ndots = 1,
		.lookups = (char[]){ "b" },
		.ednspsz = DATAGRAM,
	};
	int status;

	if ((status = ares_library_init(ARES_LIB_INIT_ALL)))
		return status;
	status = ares_init_options(&dns->channel, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES
	    | ARES_OPT_NDOTS | ARES_OPT_LOOKUPS | ARES_OPT_EDNSPSZ | ARES_OPT_SERVERS | ARES_OPT_DOMAINS
	    | ARES_OPT_SORTLIST | ARES_OPT_NOROTATE);
	if (status)
		return status;
	return ares_set_servers_ports(dns->channel, &list->node[0]);
}

struct dns *dns_open(const char *server, int64_t timeout, buf *why)
{
	struct servers list = { .loopback = true };
	struct dns *dns;
	int status;

	if (!server || !server[0]) {
		read_resolv_conf(&list);
	} else if (read_server(&list, slice_of(server))) {
		buf_print(why, "resolver %s: not an address with or without a port", server);
		return NULL;
	}
	dns = mem_alloc(sizeof *dns);
	*dns = (struct dns){ .trusted = list.loopback || list.trust_ad };
	dns->last = &dns->first;
	status = open_channel(dns, &list, timeout);
	if (status) {
		buf_print(why, "resolver: %s", ares_strerror(status));
		dns_close(dns);
		return NULL;
	}
	return dns;
}

void dns_close(struct dns *dns)
{
	struct question *q;

	if (!dns)
		return;
	if (dns->channel)
		ares_destroy(dns->channel);
	while ((q = dns->first)) {
		dns->first = q->next;
		free(q);
	}
	free(dns);
}

static void enqueue(struct question *q)
{
	q->next = NULL;
	*q->dns->last = q;
	q->dns->last = &q->next;
}

void dns_ask(struct dns *dns, const char *name, ns_type type, dns_reader *reader, void *context)
{
	struct question *q = mem_alloc(sizeof *q);

	*q = (struct question){ .dns = dns, .reader = reader, .context = context, .type = type };
	stpncpy(q->name, name, sizeof q->name - 1);
	enqueue(q);
}

bool dns_record(struct dns_answer *a, ns_rr *record)
{
	while (a->at < ns_msg_count(a->message, ns_s_an))
		if (ns_parserr(&a->message, ns_s_an, a->at++, record) == 0 && ns_rr_type(*record) == a->type
		    && ns_rr_class(*record) == ns_c_in && strcasecmp(ns_rr_name(*record), a->name) == 0)
			return true;
	return false;
}

bool dns_text(const ns_rr *record, buf *text)
{
	slice rest = { (const char *)ns_rr_rdata(*record), ns_rr_rdlen(*record) };

	while (rest.n) {
		size_t n = (unsigned char)rest.p[0];

		rest = slice_from(rest, 1);
		if (n > rest.n)
			return false;
		buf_addslice(text, slice_upto(rest, n));
		rest = slice_from(rest, n);
	}
	return true;
}

void dns_only_text(struct dns_answer *answer, bool (*read)(slice record, slice *part), buf *found)
{
	buf text = { NULL, 0, 0 };
	size_t records = 0;
	slice part;
	ns_rr r;

	buf_clear(found);
	while (answer->status == DNS_OK && records < 2 && dns_record(answer, &r)) {
		buf_clear(&text);
		if (!dns_text(&r, &text) || !read(buf_slice(&text), &part))
			continue;
		records++;
		buf_clear(found);
		if (records == 1)
			buf_addslice(found, part);
	}
	buf_free(&text);
}

/* What name is an alias of by this answer, into target. */
static bool alias_of(ns_msg *message, const char *name, char target[NS_MAXDNAME])
{
	ns_rr r;

	for (int i = 0; i < ns_msg_count(*message, ns_s_an); i++)
		if (ns_parserr(message, ns_s_an, i, &r) == 0 && ns_rr_type(r) == ns_t_cname
		    && strcasecmp(ns_rr_name(r), name) == 0)
			return ns_name_uncompress(ns_msg_base(*message), ns_msg_end(*message), ns_rr_rdata(r),
			    target, NS_MAXDNAME) >= 0;
	return false;
}

static void unknown(struct dns_answer *a, const char *why)
{
	a->status = DNS_AGAIN;
	a->why = why;
}

static bool well_formed(struct dns_answer *a, const unsigned char *p, int n)
{
	ns_rr r;

	if (ns_initparse(p, n, &a->message) || !ns_msg_getflag(a->message, ns_f_qr)
	    || ns_msg_getflag(a->message, ns_f_tc))
		return false;
	for (int i = 0; i < ns_msg_count(a->message, ns_s_an); i++)
		if (ns_parserr(&a->message, ns_s_an, i, &r))
			return false;
	return true;
}

/* Whether the answer says something at all; else the status is DNS_AGAIN. */
static bool speaks(struct dns_answer *a, const unsigned char *p, int n)
{
	static const char *const codes[16] = { [ns_r_formerr] = "FORMERR", [ns_r_servfail] = "SERVFAIL",
		[ns_r_notimpl] = "NOTIMP", [ns_r_refused] = "REFUSED" };
	int code;

	if (!well_formed(a, p, n)) {
		unknown(a, DNS_MALFORMED);
		return false;
	}
	code = ns_msg_getflag(a->message, ns_f_rcode);
	if (code != ns_r_noerror && code != ns_r_nxdomain)
		unknown(a, codes[code & 15] ? codes[code & 15] : "unexpected answer");
	else if (!ns_msg_getflag(a->message, ns_f_ra) && !ns_msg_getflag(a->message, ns_f_aa))
		unknown(a, "not a resolver");
	else
		return true;
	return false;
}

/* Walks the aliases to the records: 1; or, where they lead out of this answer, 0 with q->name to ask for next. */
static int walk(struct question *q, struct dns_answer *a)
{
	char target[NS_MAXDNAME];
	int before = q->aliases;
	ns_rr r;

	while (alias_of(&a->message, q->name, target)) {
		if (++q->aliases > LIMIT_CNAMES) {
			unknown(a, "too many aliases");
			return 1;
		}
		memcpy(q->name, target, sizeof q->name);
	}
	if (ns_msg_getflag(a->message, ns_f_rcode) == ns_r_nxdomain)
		a->status = DNS_NO_DOMAIN;
	else if (dns_record(a, &r))
		a->status = DNS_OK;
	else if (q->aliases > before && domain_valid(slice_of(q->name)))
		return 0;
	else
		a->status = DNS_NO_DATA;
	a->at = 0;
	return 1;
}

/* One question is asked, answered or in vain; it may have to be asked again. */
static void answered(void *context, int status, int timeouts, unsigned char *p, int n)
{
	struct question *q = context;
	struct dns_answer a = { .type = q->type, .name = q->name };

	(void)timeouts;
	q->dns->asked--;
	if (status == ARES_EDESTRUCTION) {
		free(q);
		return;
	}
	if (status == ARES_SUCCESS && p) {
		if (speaks(&a, p, n)) {
			a.secure = q->dns->trusted && ns_msg_getflag(a.message, ns_f_ad);
			if (walk(q, &a) == 0) {
				enqueue(q);
				return;
			}
		} else if (!q->plain && ns_msg_getflag(a.message, ns_f_rcode) == ns_r_formerr) {
			q->plain = true;
			enqueue(q);
			return;
		}
	} else {
		unknown(&a, status == ARES_ETIMEOUT ? "no answer" : status == ARES_ECONNREFUSED
		    ? "no server gives an answer" : ares_strerror(status));
	}
	q->reader(q->context, &a);
	free(q);
}

unsigned dns_random(struct dns *dns)
{
	if (dns->randoms == 0 && getrandom(dns->random, sizeof dns->random, 0) == sizeof dns->random)
		dns->randoms = sizeof dns->random / sizeof *dns->random;
	return dns->randoms ? dns->random[--dns->randoms] : 0;
}

/* Ours, for c-ares knows no escape `\DDD` in a name before 1.22. Its length; -1 where the name is none. */
static int make_message(const struct question *q, unsigned char m[NS_PACKETSZ])
{
	unsigned char *p = m + NS_HFIXEDSZ;

	if (ns_name_pton(q->name, p, NS_MAXCDNAME) < 0)
		return -1;
	memset(m, 0, NS_HFIXEDSZ);
	ns_put16(dns_random(q->dns), m);
	m[2] = RECURSE;
	m[3] = AUTHENTIC;
	m[5] = 1;               /* question */
	while (*p)
		p += *p + 1;
	ns_put16(q->type, p + 1);
	ns_put16(ns_c_in, p + 3);
	p += 5;
	if (!q->plain) {
		m[11] = 1;      /* record: OPT of the root, its class the size that we take (RFC 6891 §6.1.2) */
		memset(p, 0, 11);
		ns_put16(ns_t_opt, p + 1);
		ns_put16(DATAGRAM, p + 3);
		p += 11;
	}
	return (int)(p - m);
}

static void send_question(struct question *q)
{
	unsigned char message[NS_PACKETSZ];
	int n = make_message(q, message);

	q->dns->asked++;
	if (n < 0)
		answered(q, ARES_EBADNAME, 0, NULL, 0);
	else
		ares_send(q->dns->channel, message, n, answered, q);
}

static void send_questions(struct dns *dns)
{
	struct question *q;

	while (dns->asked < LIMIT_QUESTIONS && (q = dns->first)) {
		dns->first = q->next;
		if (!dns->first)
			dns->last = &dns->first;
		send_question(q);
	}
}

static void take_answers(struct dns *dns)
{
	ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
	struct pollfd polled[ARES_GETSOCK_MAXNUM];
	struct timeval left, *next = ares_timeout(dns->channel, NULL, &left);
	unsigned mask = (unsigned)ares_getsock(dns->channel, sockets, ARES_GETSOCK_MAXNUM);
	int count = 0;

	for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		bool in = mask >> i & 1, out = mask >> (ARES_GETSOCK_MAXNUM + i) & 1; /* the macros shift into the sign */

		if (in || out)
			polled[count++] = (struct pollfd){ .fd = sockets[i],
				.events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0)) };
	}
	if (poll(polled, (nfds_t)count, next ? (int)(next->tv_sec * 1000 + next->tv_usec / 1000 + 1) : 0) <= 0)
		ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	else
		for (int i = 0; i < count; i++)
			ares_process_fd(dns->channel, polled[i].revents & ~POLLOUT ? polled[i].fd : ARES_SOCKET_BAD,
			    polled[i].revents & POLLOUT ? polled[i].fd : ARES_SOCKET_BAD);
}

void dns_wait(struct dns *dns, const bool *done)
{
	while (!*done) {
		send_questions(dns);
		if (*done || (dns->asked == 0 && !dns->first))
			break;
		if (dns->asked)
			take_answers(dns);
	}
}

size_t dns_hosts_file(struct dns *dns, const char *name, struct address *list, size_t most)
{
	static const int families[] = { AF_INET6, AF_INET };
	char text[NETWORK_TEXT];
	struct hostent *h;
	size_t count = 0;

	for (size_t f = 0; f < 2; f++) {
		if (ares_gethostbyname_file(dns->channel, name, families[f], &h) != ARES_SUCCESS)
			continue;
		for (char **p = h->h_addr_list; *p && count < most; p++)
			if (ares_inet_ntop(families[f], *p, text, sizeof text) && address_read(slice_of(text), &list[count]))
				count++;
		ares_free_hostent(h);
	}
	return count;
}
