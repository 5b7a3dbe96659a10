/* mail-trace: the road of messages, hop by hop, and what in it looks forged. See mail-trace(1). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "domain.h"
#include "fail.h"
#include "head.h"
#include "limit.h"
#include "messages.h"
#include "trace.h"
#include "words.h"

static const char usage[] = "usage: mail-trace [-g] [-t domain] ... [message ...]";

enum { SKEW = 300 };            /* seconds that clocks may differ */

struct request {
	bool draws, several;
	slice *trusted;         /* domains */
	size_t trusted_count;
	size_t drawn;           /* messages */
};

/* The Received fields of a message, of which the newest stands first, and what is known of them before the oldest is printed. */
struct chain {
	slice *hops;            /* their bodies */
	size_t count;
	size_t trusted;         /* so many, from the newest on, were added by trusted hosts */
	size_t newest, oldest;  /* of those whose client was on the Internet; newest > oldest where there is none */
};

static bool is_trusted(const struct request *r, slice host)
{
	buf labels = { NULL, 0, 0 };
	bool trusted = false;

	host = domain_plain(host, &labels);
	for (size_t i = 0; i < r->trusted_count && !trusted; i++) {
		slice domain = r->trusted[i], tail = slice_from(host, host.n - (domain.n < host.n ? domain.n : host.n));

		trusted = slice_case_same(tail, domain) && (tail.n == host.n || tail.p[-1] == '.');
	}
	buf_free(&labels);
	return trusted;
}

/* Addresses that the Internet does not know (RFC 6890). */
static bool is_private(const struct address *a)
{
	static const char *const networks[] = { "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10" };
	struct network net;

	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
		if (network_read(slice_of(networks[i]), &net) && network_holds(&net, a))
			return true;
	return false;
}

static void read_hop(struct hop *h, slice body)
{
	buf_clear(&h->body);
	buf_clear(&h->notes);
	head_unfold(&h->body, body);
	received_read(&h->said, buf_slice(&h->body));
}

static void find_hops(struct chain *c, slice fields)
{
	size_t room = 0;
	struct field f;

	while (head_next(&fields, &f)) {
		if (!field_is(&f, "Received"))
			continue;
		if (c->count == room) {
			room = room ? 2 * room : 32;
			c->hops = mem_grow(c->hops, room, sizeof *c->hops);
		}
		c->hops[c->count++] = f.body;
	}
}

/* A host adds its field on top: up to the first one that a stranger wrote, they are true. qmail's local ones name no host. */
static void judge(const struct request *r, struct chain *c, struct hop *h)
{
	bool unbroken = true;

	c->newest = c->count;
	for (size_t i = 0; i < c->count; i++) {
		read_hop(h, c->hops[i]);
		if (h->said.has_address && !is_private(&h->said.address)) {
			c->newest = c->newest < i ? c->newest : i;
			c->oldest = i;
		}
		unbroken &= !h->said.by.n || is_trusted(r, h->said.by);
		if (unbroken && h->said.by.n)
			c->trusted = i + 1;
	}
}

static void note(struct hop *h, const char *text)
{
	if (h->notes.n)
		buf_addchar(&h->notes, ',');
	buf_addtext(&h->notes, text);
}

static bool helo_differs(const struct received *said)
{
	slice helo = said->helo;
	struct address a;

	if (helo.n && helo.p[0] == '[')
		helo = slice_upto(slice_from(helo, 1), slice_find(slice_from(helo, 1), ']'));
	if (slice_case_starts(helo, "IPv6:"))
		helo = slice_from(helo, 5);
	if (address_read(helo, &a))
		return said->has_address && memcmp(&a, &said->address, sizeof a) != 0;
	if (helo.n && helo.p[helo.n - 1] == '.')
		helo.n--;
	return helo.n && said->name.n && !slice_case_is(said->name, "unknown") && !slice_case_same(helo, said->name);
}

static void take_notes(const struct request *r, const struct chain *c, size_t i, struct hop *h)
{
	const struct received *said = &h->said;

	if (said->broken)
		note(h, "syntax");
	if (!said->dated)
		note(h, "no-date");
	if (h->delayed && h->delay < 0)
		note(h, h->delay < -SKEW ? "backwards" : "skew");
	if (helo_differs(said))
		note(h, "helo");
	if (slice_case_is(said->name, "unknown"))
		note(h, "nameless");
	if (said->has_address && is_private(&said->address) && c->newest < i && i < c->oldest)
		note(h, "private");
	if (r->trusted_count && i >= c->trusted)
		note(h, is_trusted(r, said->by) ? "forged" : "untrusted");
}

void add_said(buf *to, slice text)
{
	buf clean = { NULL, 0, 0 };

	words_plain(&clean, text);
	buf_addfield(to, buf_slice(&clean));
	buf_free(&clean);
}

void add_client_address(buf *to, const struct received *said)
{
	char text[NETWORK_TEXT];

	if (!said->has_address)
		return;
	address_text(&said->address, text);
	buf_addtext(to, text);
}

static void print_hop(const struct request *r, const char *name, const struct hop *h)
{
	const struct received *said = &h->said;
	const slice rest[] = { said->by, said->with, said->id, said->recipient, buf_slice(&h->notes) };
	buf line = { NULL, 0, 0 };

	if (r->several) {
		add_said(&line, messages_operand(name));
		buf_addchar(&line, '\t');
	}
	buf_print(&line, "%zu\t", h->number);
	if (said->dated)
		clock_add_stamp(&line, said->when);
	buf_addchar(&line, '\t');
	if (h->delayed)
		buf_print(&line, "%lld", h->delay);
	buf_addchar(&line, '\t');
	add_said(&line, said->helo);
	buf_addchar(&line, '\t');
	add_client_address(&line, said);
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
		buf_addchar(&line, '\t');
		add_said(&line, rest[i]);
	}
	buf_addchar(&line, '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

static void draw_name(struct request *r, const char *name)
{
	buf line = { NULL, 0, 0 };

	if (r->drawn++)
		buf_addchar(&line, '\n');
	if (r->several) {
		add_said(&line, messages_operand(name));
		buf_addtext(&line, ":\n");
	}
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

static void print_chain(struct request *r, const char *name, const struct chain *c, struct hop *h)
{
	buf before = { NULL, 0, 0 };
	bool dated = false;
	time_t last = 0;

	if (r->draws)
		draw_name(r, name);
	for (size_t i = c->count; i > 0 && !io_out.error; i--) {
		read_hop(h, c->hops[i - 1]);
		h->number = c->count - i + 1;
		h->delayed = dated && h->said.dated;
		h->delay = h->delayed ? (long long)(h->said.when - last) : 0;
		take_notes(r, c, i - 1, h);
		if (r->draws)
			draw_hop(h, buf_slice(&before));
		else
			print_hop(r, name, h);
		if (h->said.dated) {
			dated = true;
			last = h->said.when;
		}
		if (h->said.by.n) {
			buf_clear(&before);
			buf_addslice(&before, h->said.by);
		}
	}
	buf_free(&before);
}

static int trace(void *context, const char *name, struct reader *in)
{
	struct chain c = { .count = 0 };
	struct hop h = { .number = 0 };
	buf separator = { NULL, 0, 0 }, fields = { NULL, 0, 0 };
	int status;

	in->portion = LIMIT_HEADER_READ;
	status = messages_header(name, in, &separator, &fields);
	find_hops(&c, buf_slice(&fields));
	judge(context, &c, &h);
	print_chain(context, name, &c, &h);
	free(c.hops);
	buf_free(&h.body);
	buf_free(&h.notes);
	buf_free(&separator);
	buf_free(&fields);
	return status;
}

static void trust(struct request *r, const char *domain)
{
	buf labels = { NULL, 0, 0 };    /* the slice keeps them */

	r->trusted = mem_grow(r->trusted, r->trusted_count + 1, sizeof *r->trusted);
	r->trusted[r->trusted_count++] = domain_plain(slice_of(domain), &labels);
}

int main(int argc, char **argv)
{
	struct request request = { .draws = false };
	int ch;

	fail_name("mail-trace", usage);
	while ((ch = getopt(argc, argv, "gt:")) != -1)
		switch (ch) {
		case 'g': request.draws = true; break;
		case 't': trust(&request, optarg); break;
		default: fail_usage();
		}
	request.several = messages_several(argv + optind);
	return io_finish(messages_each(argv + optind, trace, &request));
}
