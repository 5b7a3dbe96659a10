/* mbox-split: a mailbox taken apart into its messages. See mbox-split(1). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"
#include "limit.h"
#include "split.h"

static const char usage[] =
    "usage: mbox-split [-kv] [-f format] (-d folder | -m maildir | -n | -i) [file]\n"
    "       mbox-split [-kv] [-f format] [-j count] [file] -- command [argument ...]";

static enum mailbox_format format = MAILBOX_UNKNOWN;
static bool keep, verbose;
static const struct outlet *outlet;

/* The mailbox as it is taken apart. */
static struct input in;
static struct mailbox mailbox;
static struct message message;
static bool within;             /* a message, or what is kept of what stands before the first */
static long long outside;       /* bytes there, and */
static bool only_blanks = true; /* what they are */

static void begin(long long number, long long at)
{
	message.number = number;
	message.at = at;
	buf_clear(&message.head);
	outlet->begin(&message);
	within = true;
}

static void end(long long at)
{
	if (!within)
		return;
	message.end = at;
	outlet->end(&message);
	within = false;
}

static void text(slice piece)
{
	slice room = slice_upto(piece, LIMIT_HEADER - message.head.n);

	if (outlet->wants_head)
		buf_addslice(&message.head, room);
	outlet->text(piece);
}

static void take_outside(slice piece)
{
	outside += (long long)piece.n;
	only_blanks = only_blanks && slice_trim(piece).n == 0;
	if (!keep || outlet != &files_outlet)
		return;
	if (!within)
		begin(0, 0);
	text(piece);
}

/* The last of its lines is the `From ` line, where it has one. */
static void read_separator(slice piece)
{
	size_t first = slice_find(piece, '\n');

	buf_clear(&message.line);
	buf_addslice(&message.line, piece);
	message.dated = separator_read(buf_slice(&message.line), &message.from)
	    || separator_read(slice_from(buf_slice(&message.line), first + 1), &message.from);
}

static void take(enum piece kind, slice piece)
{
	long long at = mailbox.scan.at - (long long)piece.n;

	switch (kind) {
	case PIECE_OUTSIDE:
		take_outside(piece);
		break;
	case PIECE_SEPARATOR:
		end(at);
		read_separator(piece);
		begin(message.number + 1, at);
		if (keep)
			outlet->text(piece);
		break;
	case PIECE_FRAME:
		if (keep && within)
			outlet->text(piece);
		break;
	default:
		text(piece);
	}
}

static void split(void)
{
	slice rest, piece;
	enum piece kind;

	for (;;) {
		rest = (slice){ in.window + in.start, in.end - in.start };
		while ((kind = mailbox_next(&mailbox, &rest, in.eof, &piece)) != PIECE_MORE)
			take(kind, piece);
		in.start = in.end - rest.n;
		if (in.eof)
			break;
		if (within)
			outlet->settle();
		input_more(&in, false);
	}
	end(mailbox.scan.at);
}

void split_abandon(void)
{
	if (outlet)
		outlet->abandon();
}

/* What stands before the first message is of a digest or Babyl file; anywhere else it is no mailbox's. */
static int judge(int status)
{
	bool usual = mailbox.format == MAILBOX_BABYL || mailbox.format == MAILBOX_DIGEST || mailbox.format == MAILBOX_RFC1153;

	if (outside == 0 || only_blanks || status)
		return status;
	if (message.number == 0) {
		warn("%s: no message found", in.name);
		return EX_DATAERR;
	}
	if (usual || (keep && outlet == &files_outlet))
		return status;
	warn("%s: %lld bytes before the first message", in.name, outside);
	return EX_DATAERR;
}

static long long number(const char *argument)
{
	long long n = slice_number(slice_of(argument));

	if (n < 1 || n > LIMIT_COMMANDS_AT_ONCE)
		fail_usage();
	return n;
}

/* One way for messages to go, and no other. */
static void choose(const struct outlet *chosen)
{
	if (outlet)
		fail_usage();
	outlet = chosen;
}

static void open_file(const char *path)
{
	int fd = STDIN_FILENO;

	if (path && strcmp(path, "-") != 0) {
		fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
		if (fd < 0)
			fail(EX_NOINPUT, "%s: %s", path, strerror(errno));
	}
	input_open(&in, fd, fd == STDIN_FILENO ? "standard input" : path);
	input_more(&in, format == MAILBOX_UNKNOWN);
	if (format == MAILBOX_UNKNOWN)
		format = mailbox_detect((slice){ in.window, in.end }, input_peek, &in);
	if (verbose)
		warn("%s: %s", in.name, mailbox_name(format));
	mailbox_open(&mailbox, format, input_peek, &in);
}

/* How many arguments stand before `--`; *rest: what stands behind it, or NULL. */
static int before_dashes(char **argv, char ***rest)
{
	int n = 1;

	while (argv[n] && strcmp(argv[n], "--") != 0)
		n++;
	*rest = argv[n] ? argv + n + 1 : NULL;
	return n;
}

/* One file at most; where it may begin with a dash, behind `--`. */
static const char *one_file(char **operands, int count, char **rest)
{
	if (rest && *rest && count == 0) {
		operands = rest;
		count = rest[1] ? 2 : 1;
	} else if (rest && *rest) {
		fail_usage();
	}
	if (count > 1)
		fail_usage();
	return count ? operands[0] : NULL;
}

int main(int argc, char **argv)
{
	const char *folder = NULL, *maildir = NULL, *file;
	long long jobs = 0;
	char **rest;
	int ch;

	fail_name("mbox-split", usage);
	argc = before_dashes(argv, &rest);
	while ((ch = getopt(argc, argv, "d:f:ij:km:nv")) != -1)
		switch (ch) {
		case 'd': choose(&files_outlet); folder = optarg; break;
		case 'f':
			format = mailbox_format(slice_of(optarg));
			if (format == MAILBOX_UNKNOWN)
				fail_usage();
			break;
		case 'i': choose(&index_outlet); break;
		case 'j': jobs = number(optarg); break;
		case 'k': keep = true; break;
		case 'm': choose(&maildir_outlet); maildir = optarg; break;
		case 'n': choose(&count_outlet); break;
		case 'v': verbose = true; break;
		default: fail_usage();
		}
	if ((outlet && jobs) || (keep && maildir) || (!outlet && !(rest && *rest)))
		fail_usage();
	file = one_file(argv + optind, argc - optind, outlet ? rest : NULL);
	open_file(file);
	if (folder)
		files_open(folder);
	else if (maildir)
		maildir_outlet_open(maildir);
	else if (!outlet)
		command_open(rest, jobs ? jobs : 1, verbose);
	if (!outlet)
		outlet = &command_outlet;
	split();
	return io_finish(judge(outlet->finish()));
}
