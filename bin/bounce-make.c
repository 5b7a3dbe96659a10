/* bounce-make: what became of a message, as a report for its sender. See bounce-make(1). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "bounce.h"
#include "conf.h"
#include "fail.h"
#include "head.h"
#include "io.h"
#include "letter.h"
#include "limit.h"
#include "received.h"
#include "transport.h"

static const char usage[] = "usage: bounce-make [-k kind] [-o option] ... [--] sender results <message";

/* What is reported, and of the results those whose codes begin with one of these digits. */
struct kind {
	const char *name;
	enum bounce_kind kind;
	const char *digits;
};

static const struct kind kinds[] = {
	{ "failed", BOUNCE_FAILED, "5" },
	{ "expired", BOUNCE_FAILED, "45" },
	{ "delayed", BOUNCE_DELAYED, "4" },
	{ "delivered", BOUNCE_DELIVERED, "2" },
	{ "relayed", BOUNCE_RELAYED, "2" },
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	fail_usage();
}

static void check_sender(const char *sender)
{
	slice a = slice_of(sender);

	if (!a.n || strcmp(sender, "<>") == 0)
		fail(EX_DATAERR, "the null sender gets no reports");
	if (!letter_takes(a) || !addr_local(a).n || !addr_domain(a).n)
		fail(EX_DATAERR, "sender `%s': not an address", sender);
}

/* A host that tells of success itself is left to do so. */
static bool is_wanted(const struct kind *k, const struct result *r)
{
	return strchr(k->digits, '0' + r->code / 100) && !(r->dsn && r->code < 300);
}

static void add_result(struct bounce *b, const struct result *r, time_t tried)
{
	struct bounce_recipient recipient = { .address = rcpt_address(r->recipient), .options = rcpt_options(r->recipient),
		.host = r->host, .tried = tried };
	buf reply = { NULL, 0, 0 };

	buf_print(&reply, "%d %.*s %.*s", r->code, (int)r->enhanced.n, r->enhanced.p, (int)r->text.n, r->text.p);
	recipient.reply = buf_slice(&reply);
	if (b->kind == BOUNCE_FAILED && r->code < 500)
		recipient.status = SLICE("5.4.7");
	bounce_add(b, &recipient);
	buf_free(&reply);
}

/* Of a file that is written as results come, its time is that of the last attempt. */
static time_t last_attempt(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_mtime : 0;
}

static void add_results(struct bounce *b, const struct kind *k, const char *name)
{
	int fd = open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC), got;
	buf text = { NULL, 0, 0 };
	long long number = 0;
	struct reader in;
	struct result r;
	time_t tried;
	slice line;

	if (fd < 0)
		fail(EX_NOINPUT, "%s: %s", name, strerror(errno));
	tried = last_attempt(fd);
	reader_open(&in, fd);
	while ((got = reader_line(&in, &line)) > 0) {
		number++;
		if (transport_read_result(line, &r, &text))
			fail(EX_DATAERR, "%s: line %lld: not a result", name, number);
		if (is_wanted(k, &r))
			add_result(b, &r, tried);
		if (b->count > LIMIT_REPORTED)
			fail(EX_DATAERR, "%s: more than %d recipients", name, LIMIT_REPORTED);
	}
	if (got < 0)
		fail(EX_IOERR, "%s: %s", name, strerror(errno));
	if (b->count == 0)
		fail(EX_UNAVAILABLE, "%s: nothing to report", name);
	reader_close(&in);
	close(fd);
	buf_free(&text);
}

/* When the message came to this host, if its first Received is ours. */
static time_t arrival(const struct conf *c, int fd, off_t message)
{
	buf fields = { NULL, 0, 0 }, body = { NULL, 0, 0 };
	struct received r = { .dated = false };
	struct reader in;
	struct field f;

	reader_open(&in, fd);
	if (head_read(&in, &fields) && errno != EMSGSIZE)
		fail(EX_IOERR, "standard input: %s", strerror(errno));
	if (head_find(buf_slice(&fields), "Received", &f)) {
		head_unfold(&body, f.body);
		received_read(&r, buf_slice(&body));
	}
	if (!slice_case_is(r.by, c->hostname) || !r.dated)
		r.when = 0;
	reader_close(&in);
	lseek(fd, message, SEEK_SET);
	buf_free(&fields), buf_free(&body);
	return r.when;
}

static off_t size_from(int fd, off_t message)
{
	off_t end = lseek(fd, 0, SEEK_END);

	lseek(fd, message, SEEK_SET);
	return end - message;
}

static int put(void *context, slice bytes)
{
	(void)context;
	return writer_put(&io_out, bytes);
}

int main(int argc, char **argv)
{
	const struct kind *kind = &kinds[0];
	buf options = { NULL, 0, 0 };
	struct bounce bounce;
	struct conf conf;
	off_t message;
	bool whole;
	int ch, fd;

	fail_name("bounce-make", usage);
	while ((ch = getopt(argc, argv, "k:o:")) != -1)
		switch (ch) {
		case 'k': kind = find_kind(optarg); break;
		case 'o':
			if (!letter_takes_option(slice_of(optarg)))
				fail(EX_USAGE, "-o %s: unknown option", optarg);
			buf_print(&options, " %s", optarg);
			break;
		default: fail_usage();
		}
	if (optind + 2 != argc)
		fail_usage();
	check_sender(argv[optind]);
	conf_load(&conf);
	bounce_open(&bounce, kind->kind, slice_of(conf.hostname));
	bounce.to = slice_of(argv[optind]);
	bounce.options = buf_slice(&options);
	add_results(&bounce, kind, argv[optind + 1]);
	fd = io_input_again(&message);
	bounce.arrived = arrival(&conf, fd, message);
	whole = kind->kind == BOUNCE_FAILED && bounce_wants_whole(bounce.options, size_from(fd, message));
	if (bounce_write(&bounce, fd, message, whole, put, NULL) && !io_out.error)
		fail(EX_IOERR, "standard input: %s", strerror(errno));
	bounce_free(&bounce), buf_free(&options);
	return io_finish(EX_OK);
}
