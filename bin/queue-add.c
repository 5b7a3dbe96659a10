/* queue-add: one message and its envelope into the queue, byte for byte. See queue-add(1). */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "fail.h"
#include "io.h"
#include "letter.h"
#include "limit.h"
#include "verp.h"

static const char usage[] = "usage: queue-add [-0] [-e fd] [-f sender] [-o option] ... [--] [recipient ...] <message";

static struct letter letter;

static _Noreturn void refuse(const char *what)
{
	int error = errno;

	letter_abandon(&letter);
	if (error == EFBIG)
		fail(EX_DATAERR, "%s: larger than size-limit", what);
	fail(error == ENOENT ? EX_CANTCREAT : fail_status(error), "%s: %s", what, strerror(error));
}

static void add_recipient(slice recipient)
{
	if (letter_recipient(&letter, recipient) == 0)
		return;
	if (errno != EINVAL)
		refuse("queue");
	letter_abandon(&letter);
	fail(EX_DATAERR, "recipient `%.*s': not an address", (int)recipient.n, recipient.p);
}

/* Recipients from a descriptor, ended by LF or, with -0, by NUL. */
static void add_recipients(int fd, char separator)
{
	buf partial = { NULL, 0, 0 };
	struct reader in;
	slice bytes, record;
	int got;

	reader_open(&in, fd);
	while ((got = reader_some(&in, LIMIT_STREAM, &bytes)) > 0)
		while (bytes.n) {
			size_t n = slice_find(bytes, separator);

			record = slice_upto(bytes, n);
			if (n < bytes.n && !partial.n) {
				if (record.n)
					add_recipient(record);
			} else {
				buf_addslice(&partial, record);
				if (partial.n > LIMIT_COMMAND_LINE || n < bytes.n) {
					add_recipient(buf_slice(&partial));
					buf_clear(&partial);
				}
			}
			bytes = slice_from(bytes, n + 1);
		}
	if (got < 0)
		refuse("recipients");
	if (partial.n)
		add_recipient(buf_slice(&partial));
	buf_free(&partial);
	reader_close(&in);
}

static void add_message(void)
{
	slice bytes;
	int got;

	while ((got = reader_some(&io_in, LIMIT_STREAM, &bytes)) > 0)
		if (letter_write(&letter, bytes))
			refuse("message");
	if (got < 0)
		refuse("standard input");
}

int main(int argc, char **argv)
{
	buf options = { NULL, 0, 0 };
	slice sender = { "", 0 };
	long long fd = -1;
	char separator = '\n';
	struct conf conf;
	int ch;

	fail_name("queue-add", usage);
	while ((ch = getopt(argc, argv, "0e:f:o:")) != -1)
		switch (ch) {
		case '0': separator = '\0'; break;
		case 'e':
			fd = slice_number(slice_of(optarg));
			if (fd < 0 || fd > 1 << 20)
				fail_usage();
			break;
		case 'f': sender = slice_of(strcmp(optarg, "<>") ? optarg : ""); break;
		case 'o':
			if (!letter_takes_option(slice_of(optarg)))
				fail(EX_USAGE, "-o %s: unknown option", optarg);
			buf_print(&options, " %s", optarg);
			break;
		default: fail_usage();
		}
	if (optind == argc && fd < 0)
		fail_usage();
	if (option_value(buf_slice(&options), "verp").p && !verp_is_pattern(sender))
		fail(EX_USAGE, "-o verp: the sender `%.*s' is none like news-bounce-=@example.org", (int)sender.n, sender.p);
	conf_load(&conf);
	if (letter_begin(&letter, &conf, sender, buf_slice(&options))) {
		if (errno == EINVAL)
			fail(EX_DATAERR, "sender `%.*s': not an address", (int)sender.n, sender.p);
		refuse(conf.queue);
	}
	while (optind < argc)
		add_recipient(slice_of(argv[optind++]));
	if (fd >= 0)
		add_recipients((int)fd, separator);
	if (letter.recipients == 0)
		fail(EX_USAGE, "no recipients");
	add_message();
	if (letter_commit(&letter))
		refuse(conf.queue);
	writer_print(&io_out, "%s\n", letter.id);
	return io_finish(EX_OK);
}
