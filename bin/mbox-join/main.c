/* mbox-join: messages put together into a mailbox. See mbox-join(1). */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "head.h"
#include "join.h"
#include "limit.h"
#include "messages.h"
#include "mmdf.h"
#include "separator.h"

static const char usage[] = "usage: mbox-join [-0] [-f format] [file | folder ...]";

enum mailbox_format format = MAILBOX_MBOXRD;

/* The end of what was written: the beginning is as good as an empty line. Two line ends have room. */
enum { LAST = 4 };
static char last[LAST] = { '\n', '\n', '\n', '\n' };

void put(slice bytes)
{
	for (size_t i = bytes.n > LAST ? bytes.n - LAST : 0; i < bytes.n; i++) {
		memmove(last, last + 1, LAST - 1);
		last[LAST - 1] = bytes.p[i];
	}
	writer_put(&io_out, bytes);
}

bool mid_line(void)
{
	return last[LAST - 1] != '\n';
}

bool behind_empty_line(void)
{
	return !mid_line() && (last[LAST - 2] == '\n' || (last[LAST - 2] == '\r' && last[LAST - 3] == '\n'));
}

/* Whether the last n bytes are at most two line ends. */
static bool are_line_ends(long long n)
{
	if (n < 0 || n > LAST)
		return false;
	for (const char *p = last + LAST - n; p < last + LAST; p++)
		if (*p != '\r' && *p != '\n')
			return false;
	return true;
}

int broken(const char *name)
{
	warn("%s: %s", name, strerror(errno));
	return errno == EISDIR ? EX_NOINPUT : EX_IOERR;
}

/* What `name` has as its last folder, where that is of a Maildir: a folder beside its tmp/. */
bool in_maildir(const char *name, const char *folder)
{
	const char *slash = strrchr(name, '/');
	size_t n = strlen(folder);
	buf tmp = { NULL, 0, 0 };
	bool is;

	if (!slash || (size_t)(slash - name) < n || strncmp(slash - n, folder, n) != 0
	    || (slash - n > name && slash[-(ptrdiff_t)n - 1] != '/'))
		return false;
	buf_print(&tmp, "%.*s/../tmp", (int)(slash - name), name);
	is = access(tmp.p, F_OK) == 0;
	buf_free(&tmp);
	return is;
}

/* All that is left, byte for byte; *n: how much. */
static int copy(const char *name, struct reader *in, long long *n)
{
	slice bytes;
	int got;

	for (*n = 0; (got = reader_some(in, LIMIT_STREAM, &bytes)) > 0; *n += (long long)bytes.n)
		put(bytes);
	return got < 0 ? broken(name) : EX_OK;
}

/* The header of a message of a mailbox; *claim: its Content-Length, as mbox-split looks for it, or -1. */
static int copy_header(const char *name, struct reader *in, long long *claim)
{
	bool fresh = true;
	slice line;
	int got;

	*claim = -1;
	while ((got = reader_line(in, &line)) > 0) {
		put(line);
		if (fresh && head_ends(line))
			return EX_OK;
		if (fresh && slice_case_starts(line, "Content-Length:"))
			*claim = slice_number(slice_trim(slice_from(line, 15)));
		fresh = line.p[line.n - 1] == '\n';
	}
	return got < 0 ? broken(name) : EX_OK;
}

/* What was written last ended where its Content-Length says: it needs no empty line behind it. */
static bool counted;

/* A file that begins as a message of a mailbox does is one already, and what is quoted in it is quoted. */
static int keep(const char *name, struct reader *in, bool dated)
{
	long long claim = -1, body = 0;
	slice line;
	int status = EX_OK;

	if (mid_line())
		put(SLICE("\n"));
	if (dated && !counted && !behind_empty_line())
		put(SLICE("\n"));
	if (dated && reader_line(in, &line) > 0) {
		put(line);
		status = copy_header(name, in, &claim);
	}
	if (status == EX_OK)
		status = copy(name, in, &body);
	counted = status == EX_OK && claim >= 0 && are_line_ends(body - claim);
	return status;
}

/* What mbox-split -k leaves of what stands before the first message. */
static bool is_preamble(const char *name)
{
	size_t n = strlen(name), m = strlen(".preamble");

	return n > m && strcmp(name + n - m, ".preamble") == 0;
}

/* Mail of a Maildir came from anywhere: it is never taken for a piece of a mailbox. */
static bool is_kept(const char *name, slice first, bool *dated)
{
	struct separator ignored;

	*dated = separator_read(first, &ignored);
	return !in_maildir(name, "cur") && !in_maildir(name, "new")
	    && (*dated || slice_is(scan_content(first), MMDF_DELIMITER) || slice_is(scan_content(first), "\x1f\f"));
}

static int join(void *context, const char *name, struct reader *in)
{
	slice first = { NULL, 0 };
	bool dated = false;
	long long n;

	(void)context;
	if (is_preamble(name))
		return copy(name, in, &n);
	if (reader_line(in, &first) < 0)
		return broken(name);
	reader_back(in, first);
	if (is_kept(name, first, &dated))
		return keep(name, in, dated);
	counted = false;
	return add_letter(name, in);
}

int main(int argc, char **argv)
{
	bool named = false;
	int ch;

	fail_name("mbox-join", usage);
	while ((ch = getopt(argc, argv, "0f:")) != -1)
		switch (ch) {
		case '0': named = true; break;
		case 'f': format = mailbox_format(slice_of(optarg)); break;
		default: fail_usage();
		}
	if ((format != MAILBOX_MBOXO && format != MAILBOX_MBOXRD && format != MAILBOX_MBOXCL2 && format != MAILBOX_MMDF)
	    || (named && argv[optind]))
		fail_usage();
	return io_finish(named ? messages_each_named('\0', join, NULL) : messages_each(argv + optind, join, NULL));
}
