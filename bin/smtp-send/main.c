/* smtp-send: letters to a server, by SMTP or LMTP. See smtp-send(1). */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "deliver.h"
#include "domain.h"
#include "fail.h"
#include "io.h"
#include "letter.h"
#include "limit.h"
#include "net.h"
#include "queue.h"
#include "sandbox.h"
#include "settings.h"
#include "sts-find.h"
#include "work.h"

static const char usage[] =
    "usage: smtp-send [-lv] [-f sender] [-o option] ... [-s host[:port]] [-t name=time] ... recipient ... <message\n"
    "       smtp-send -j [-lv] [-s host[:port]] [-t name=time] ... <jobs";

struct settings settings = {
	.wait = {
		[WAIT_CONNECT] = 30 * 1000,
		[WAIT_TLS] = 60 * 1000,
		[WAIT_GREETING] = 5 * 60 * 1000,
		[WAIT_HELO] = 5 * 60 * 1000,
		[WAIT_AUTH] = 2 * 60 * 1000,
		[WAIT_MAIL] = 5 * 60 * 1000,
		[WAIT_RCPT] = 5 * 60 * 1000,
		[WAIT_DATA] = 2 * 60 * 1000,
		[WAIT_BLOCK] = 3 * 60 * 1000,
		[WAIT_DOT] = 10 * 60 * 1000,
		[WAIT_QUIT] = 5 * 1000,
		[WAIT_IDLE] = 10 * 1000,
	},
};

static const char *const wait_names[WAITS] = {
	[WAIT_CONNECT] = "connect", [WAIT_TLS] = "tls", [WAIT_GREETING] = "greeting", [WAIT_HELO] = "helo", [WAIT_AUTH] = "auth",
	[WAIT_MAIL] = "mail", [WAIT_RCPT] = "rcpt", [WAIT_DATA] = "data", [WAIT_BLOCK] = "block", [WAIT_DOT] = "dot", [WAIT_QUIT] = "quit",
	[WAIT_IDLE] = "idle",
};

void show(const char *who, slice line)
{
	buf text = { NULL, 0, 0 };

	buf_addtext(&text, who);
	line = slice_trim(line);
	for (size_t i = 0; i < line.n; i++)
		buf_addchar(&text, ascii_control(line.p[i]) ? '?' : line.p[i]);
	buf_addchar(&text, '\n');
	if (write(STDERR_FILENO, text.p, text.n) < 0)
		errno = 0;
	buf_free(&text);
}

/* `name=time`, where a time is as in conf or ends in `ms`. */
static void set_wait(slice setting)
{
	slice name;
	long long time;

	slice_cut(&setting, '=', &name);
	if (setting.n > 2 && slice_is(slice_from(setting, setting.n - 2), "ms"))
		time = slice_number(slice_upto(setting, setting.n - 2));
	else
		time = setting_time(setting) * 1000;
	for (size_t i = 0; i < WAITS; i++)
		if (slice_is(name, wait_names[i]) && time > 0 && setting.p) {
			settings.wait[i] = time;
			return;
		}
	fail_usage();
}

static int run_jobs(void)
{
	for (;;) {
		while (!work_any() && !jobs_over()) {
			io_wait(io_in.fd, POLLIN, 0);
			jobs_take();
		}
		if (!work_any())
			break;
		deliver(work_any()->place);
		if (writer_flush(&io_out))
			break;
	}
	return io_finish(jobs_status());
}

struct addressee {
	slice recipient, domain;        /* as domain_plain has it */
};

static struct addressee addressee(const char *recipient)
{
	buf labels = { NULL, 0, 0 };    /* the slice keeps them */
	slice both = slice_of(recipient);

	return (struct addressee){ both, domain_plain(addr_domain(rcpt_address(both)), &labels) };
}

/* A job for those who are in the domain of the first; returns how many of the others remain, moved to the front. */
static size_t add_domain(slice head, struct addressee *all, size_t count, int fd)
{
	slice domain = all[0].domain;
	buf line = { NULL, 0, 0 };
	size_t others = 0;
	struct job job;

	buf_addslice(&line, head);
	for (size_t i = 0; i < count; i++)
		if (settings.server.n || slice_case_same(all[i].domain, domain))
			transport_add_recipient(&line, all[i].recipient);
		else
			all[others++] = all[i];
	if (transport_read_job(buf_slice(&line), &job) == 0)
		work_add(&job, fd);
	buf_free(&line);
	return others;
}

/* It reads what jobs name, wherever that is, and talks to servers: it writes to no file, and starts nothing but sts-fetch. */
static void confine(void)
{
	if (!settings.server.n && sts_prepare())
		warn("fork: %s", strerror(errno));
	sandbox_enter(&(struct sandbox_path){ "/", SANDBOX_READ }, 1);
}

/* Who has the passwords, and may start the commands that say them. */
static void start_helper(void)
{
	char *path = conf_path(&settings.conf, "secrets");

	settings.has_secrets = access(path, F_OK) == 0;
	if (settings.has_secrets && helper_start(&settings.passwords, "sasl-answer"))
		warn("sasl-answer: %s", strerror(errno));
	free(path);
}

static int run_message(slice sender, slice options, char **names, size_t count)
{
	struct addressee *all = mem_grow(NULL, count, sizeof *all);
	buf head = { NULL, 0, 0 };
	off_t begin;
	int fd = io_input_again(&begin);

	confine();
	jobs_end();
	for (size_t i = 0; i < count; i++)
		all[i] = addressee(names[i]);
	transport_add_job(&head, SLICE("-"), SLICE("-"), begin, sender, options);
	while (count)
		count = add_domain(buf_slice(&head), all, count, fd);
	free(all);
	buf_free(&head);
	while (work_any())
		deliver(work_any()->place);
	return io_finish(work_status());
}

int main(int argc, char **argv)
{
	buf options = { NULL, 0, 0 };
	slice sender = { "", 0 };
	unsigned short port;
	bool jobs = false;
	slice host;
	int ch;

	fail_name("smtp-send", usage);
	while ((ch = getopt(argc, argv, "f:jlo:s:t:v")) != -1)
		switch (ch) {
		case 'f': sender = slice_of(strcmp(optarg, "<>") ? optarg : ""); break;
		case 'j': jobs = true; break;
		case 'l': settings.lmtp = true; break;
		case 'o':
			if (!letter_takes_option(slice_of(optarg)))
				fail(EX_USAGE, "-o %s: unknown option", optarg);
			buf_print(&options, " %s", optarg);
			break;
		case 's':
			if (!optarg[0])
				fail_usage();
			settings.server = slice_of(optarg);
			break;
		case 't': set_wait(slice_of(optarg)); break;
		case 'v': settings.verbose = true; break;
		default: fail_usage();
		}
	if (settings.server.n && net_split(place_host(settings.server), &host, &port))
		fail_usage();
	if (jobs == (optind < argc) || (jobs && (sender.n || options.n)))
		fail_usage();
	conf_load(&settings.conf);
	signal(SIGPIPE, SIG_IGN);
	start_helper();
	if (jobs)
		confine();
	return jobs ? run_jobs() : run_message(sender, buf_slice(&options), argv + optind, (size_t)(argc - optind));
}
