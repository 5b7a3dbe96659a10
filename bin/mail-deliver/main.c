/* mail-deliver: a message into a local mailbox, or wherever aliases and .forward send it. See mail-deliver(1). */
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "deliver.h"
#include "fail.h"
#include "limit.h"

static const char usage[] =
    "usage: mail-deliver [-n] [-f sender] [-t seconds] [--] user <message\n"
    "       mail-deliver -j [-t seconds] <jobs";

void qualify(buf *address, slice user, const struct conf *c)
{
	slice domains = slice_of(c->local_domains), first;

	buf_addslice(address, user);
	if (addr_domain(user).n)
		return;
	if (!slice_word(&domains, &first))
		first = slice_of(c->hostname);
	buf_print(address, "@%.*s", (int)first.n, first.p);
}

static int deliver_one(struct delivery d, const char *user)
{
	buf recipient = { NULL, 0, 0 };
	struct message message;
	int status;

	qualify(&recipient, slice_of(user), d.conf);
	d.recipient = buf_slice(&recipient);
	if (!d.trace) {
		message_open(&message, STDIN_FILENO, -1);
		d.message = &message;
	}
	deliver(&d);
	status = outcome_status(&d.outcome);
	if (status)
		warn("%s: %s", recipient.p, d.outcome.text.p);
	if (d.message)
		message_close(d.message);
	delivery_free(&d);
	buf_free(&recipient);
	return status;
}

int main(int argc, char **argv)
{
	struct conf conf;
	struct delivery d = { .conf = &conf, .sender = { "", 0 }, .options = { "", 0 }, .deadline = LIMIT_COMMAND_TIME };
	bool jobs = false;
	int ch;

	umask(027);
	fail_name("mail-deliver", usage);
	while ((ch = getopt(argc, argv, "f:jnt:")) != -1)
		switch (ch) {
		case 'f': d.sender = slice_of(strcmp(optarg, "<>") ? optarg : ""); break;
		case 'j': jobs = true; break;
		case 'n': d.trace = true; break;
		case 't':
			d.deadline = slice_number(slice_of(optarg));
			if (d.deadline < 1 || d.deadline > 86400)
				fail_usage();
			break;
		default: fail_usage();
		}
	if (argc - optind != !jobs || (jobs && (d.trace || d.sender.n)))
		fail_usage();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	conf_load(&conf);
	return io_finish(jobs ? serve_jobs(&conf, d.deadline) : deliver_one(d, argv[optind]));
}
