/* mx-lookup: the addresses that take the mail of a domain, in the order to try them. See mx-lookup(1). */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "conf.h"
#include "domain.h"
#include "fail.h"
#include "io.h"
#include "limit.h"
#include "mx.h"

static const char usage[] = "usage: mx-lookup [-4 | -6] [-j count] [-r server[:port]] [-t seconds] [domain ...]";

/* A domain whose look-up is under way. */
struct row {
	buf domain;
	struct mx mx;
};

/* The rows, oldest first, are row[first], row[first + 1], … modulo size. */
struct window {
	struct row *row;
	size_t size, first, count;
	struct mx_setup setup;
};

static char **arguments;        /* the domains; NULL where they come from standard input */

/* The next domain. One that is not there yet is waited for only if there is nothing else to do. */
static bool next_domain(slice *domain, bool idle)
{
	if (arguments) {
		if (!*arguments)
			return false;
		*domain = slice_of(*arguments++);
		return true;
	}
	for (;;) {
		slice buffered = { io_in.p + io_in.start, io_in.end - io_in.start };
		int got;

		if (slice_find(buffered, '\n') == buffered.n && !io_in.eof) {
			if (!idle && io_wait(STDIN_FILENO, POLLIN, clock_ms()) == 0)
				return false;
			if (idle)
				writer_flush(&io_out);
		}
		got = reader_line(&io_in, domain);
		if (got < 0)
			fail(EX_IOERR, "standard input: %s", strerror(errno));
		if (got == 0)
			return false;
		*domain = slice_trim(*domain);
		if (domain->n)
			return true;
	}
}

static void begin(struct window *w, slice domain)
{
	struct row *row = &w->row[(w->first + w->count++) % w->size];

	buf_clear(&row->domain);
	if (domain_ascii(domain, &row->domain))
		buf_addslice(&row->domain, slice_upto(domain, LIMIT_ADDRESS));
	mx_exchanges(&row->mx, &w->setup, buf_slice(&row->domain));
}

static void print(const struct row *row)
{
	char address[NETWORK_TEXT];

	for (size_t i = 0; i < row->mx.exchanges; i++) {
		const struct exchange *e = &row->mx.exchange[i];

		for (size_t j = 0; j < e->addresses; j++) {
			address_text(&e->address[j], address);
			writer_print(&io_out, "%s\t%u\t%s\t%s\t%s\n", row->domain.p, e->preference, e->host, address,
			    e->secure ? "secure" : "insecure");
		}
	}
}

/* Waits for the oldest domain and prints what became of it: its exit status. */
static int finish(struct window *w)
{
	static const int statuses[] = { [MX_OK] = EX_OK, [MX_NO_DOMAIN] = EX_NOHOST, [MX_NULL] = EX_UNAVAILABLE,
		[MX_NO_ADDRESS] = EX_NOHOST, [MX_LOOP] = EX_CONFIG, [MX_AGAIN] = EX_TEMPFAIL };
	struct row *row = &w->row[w->first];
	int status;

	mx_wait(&row->mx);
	status = statuses[row->mx.status];
	if (status)
		warn("%s: %s", row->domain.p, row->mx.why.p);
	print(row);
	mx_free(&row->mx);
	w->first = (w->first + 1) % w->size;
	w->count--;
	return status;
}

/* The first failure counts, unless a retry may help with another. */
static int worse(int status, int other)
{
	return status == EX_OK || other == EX_TEMPFAIL ? other : status;
}

static int look_up(struct window *w)
{
	int status = EX_OK;
	slice domain;

	do {
		while (w->count < w->size && next_domain(&domain, w->count == 0))
			begin(w, domain);
		if (w->count)
			status = worse(status, finish(w));
	} while (w->count || (!arguments && !io_in.eof));
	return status;
}

static long long number(const char *text, long long most)
{
	long long n = slice_number(slice_of(text));

	if (n < 1 || n > most)
		fail_usage();
	return n;
}

int main(int argc, char **argv)
{
	static struct window window = { .size = 20 };
	long long seconds = 15;
	buf why = { NULL, 0, 0 };
	const char *server = NULL;
	struct conf conf;
	int ch;

	fail_name("mx-lookup", usage);
	while ((ch = getopt(argc, argv, "46j:r:t:")) != -1)
		switch (ch) {
		case '4': window.setup.only_v4 = true; break;
		case '6': window.setup.only_v6 = true; break;
		case 'j': window.size = (size_t)number(optarg, LIMIT_LOOKUPS); break;
		case 'r': server = optarg; break;
		case 't': seconds = number(optarg, 3600); break;
		default: fail_usage();
		}
	if (window.setup.only_v4 && window.setup.only_v6)
		fail_usage();
	arguments = argv[optind] ? argv + optind : NULL;
	conf_load(&conf);
	window.setup.dns = dns_open(server ? server : conf.resolver, seconds * 1000, &why);
	if (!window.setup.dns)
		fail(server ? EX_USAGE : EX_CONFIG, "%s", why.p);
	window.setup.ourselves = conf.hostname;
	window.row = calloc(window.size, sizeof *window.row);
	if (!window.row)
		fail(EX_TEMPFAIL, "out of memory");
	return io_finish(look_up(&window));
}
