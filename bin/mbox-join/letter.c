/* A message as it stands in the mailbox: behind a separator of ours, and quoted or counted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "clock.h"
#include "date.h"
#include "fail.h"
#include "head.h"
#include "join.h"
#include "limit.h"
#include "mmdf.h"
#include "quote.h"
#include "separator.h"

/* What is known of a message before it is written. */
struct letter {
	const char *name;
	struct reader *in;      /* behind the header */
	buf fields;
	const char *flags;      /* of a Maildir; NULL: it is of none */
	bool old;               /* in its cur/ */
};

static void read_name(struct letter *m)
{
	const char *info = strstr(m->name, ":2,");

	m->old = in_maildir(m->name, "cur");
	if (m->old || in_maildir(m->name, "new"))
		m->flags = info ? info + 3 : "";
}

/* From Return-Path, or who wrote it. */
static void add_sender(buf *to, const buf *fields)
{
	struct addr a = { .bare = false };
	struct addr_list list;
	struct field f;

	if (head_find(buf_slice(fields), "Return-Path", &f) || head_find(buf_slice(fields), "From", &f)) {
		list = addr_list(f.body);
		if (addr_next(&list, &a) > 0)
			buf_addslice(to, buf_slice(&a.address));
	}
	addr_free(&a);
}

static time_t date_of(const struct letter *m)
{
	struct stat st;
	struct field f;
	time_t date;

	if (head_find(buf_slice(&m->fields), "Date", &f) && date_read(f.body, &date) && date >= 0)
		return date;
	return fstat(m->in->fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_mtime : clock_now();
}

static void put_separator(const struct letter *m)
{
	buf sender = { NULL, 0, 0 }, line = { NULL, 0, 0 };

	if (mid_line())
		put(SLICE("\n"));
	if (format == MAILBOX_MMDF)
		put(SLICE(MMDF_DELIMITER "\n"));
	else if (!behind_empty_line())
		put(SLICE("\n"));
	add_sender(&sender, &m->fields);
	separator_add(&line, buf_slice(&sender), date_of(m));
	put(buf_slice(&line));
	buf_free(&sender);
	buf_free(&line);
}

/* Letters of Status and X-Status for those flags of the Maildir that have one. */
static void add_status(buf *to, const char *field, const char *pairs, const char *flags, const char *more)
{
	size_t start = to->n, begun;

	buf_print(to, "%s: ", field);
	begun = to->n;
	for (; *pairs; pairs += 2)
		if (strchr(flags, pairs[0]))
			buf_addchar(to, pairs[1]);
	buf_addtext(to, more);
	if (to->n == begun)
		to->n = start;
	else
		buf_addchar(to, '\n');
}

static bool is_replaced(const struct letter *m, const struct field *f)
{
	return (format == MAILBOX_MBOXCL2 && field_is(f, "Content-Length"))
	    || (m->flags && (field_is(f, "Status") || field_is(f, "X-Status")));
}

/* The fields as they stand in the mailbox: what it says otherwise is replaced. */
static void make_header(const struct letter *m, buf *to)
{
	slice rest = buf_slice(&m->fields);
	struct field f;

	while (head_next(&rest, &f))
		if (!is_replaced(m, &f))
			buf_addslice(to, f.whole);
	if (to->n && to->p[to->n - 1] != '\n' && (m->flags || format == MAILBOX_MBOXCL2))
		buf_addchar(to, '\n');
	if (m->flags) {
		add_status(to, "Status", "SR", m->flags, m->old ? "O" : "");
		add_status(to, "X-Status", "RAFFTDDT", m->flags, "");
	}
}

static int put_quoted(const struct letter *m, const buf *header)
{
	struct quote q = { .what = format == MAILBOX_MMDF ? MMDF_DELIMITER : "From ", .once = format == MAILBOX_MBOXO, .out = &io_out };
	slice bytes;
	int got;

	quote_put(&q, buf_slice(header));
	while ((got = reader_some(m->in, LIMIT_STREAM, &bytes)) > 0)
		quote_put(&q, bytes);
	quote_end_line(&q);
	put(format == MAILBOX_MMDF ? SLICE(MMDF_DELIMITER "\n") : SLICE("\n"));
	return got < 0 ? broken(m->name) : EX_OK;
}

/* What is left of a file; -1 where that cannot be told before it was read. */
static long long length_left(const struct reader *in)
{
	off_t at = lseek(in->fd, 0, SEEK_CUR);
	struct stat st;

	if (at < 0 || fstat(in->fd, &st) || !S_ISREG(st.st_mode))
		return -1;
	return (long long)(st.st_size - at) + (long long)(in->end - in->start);
}

/* As many bytes as were counted, whatever becomes of the file meanwhile. */
static int put_counted(const char *name, struct reader *in, long long n)
{
	slice bytes;
	int got = 1;

	for (; n > 0 && (got = reader_some(in, n < LIMIT_STREAM ? (size_t)n : LIMIT_STREAM, &bytes)) > 0; n -= (long long)bytes.n)
		put(bytes);
	put(mid_line() ? SLICE("\n\n") : SLICE("\n"));
	if (got == 0)
		warn("%s: became shorter while it was read", name);
	return got < 0 ? broken(name) : got == 0 ? EX_IOERR : EX_OK;
}

static void put_counted_header(const buf *header, long long n, slice line)
{
	put(buf_slice(header));
	writer_print(&io_out, "Content-Length: %lld\n", n);
	put(line);
}

/* By a copy that has a length. */
static int put_from_spool(const struct letter *m, const buf *header, slice line)
{
	struct reader copied;
	bool file_failed;
	int fd = io_spool_rest(m->in, &file_failed), status;
	long long n;

	if (fd < 0) {
		warn("%s: %s%s", m->name, file_failed ? "temporary file: " : "", strerror(errno));
		return file_failed ? EX_CANTCREAT : EX_IOERR;
	}
	reader_open(&copied, fd);
	n = length_left(&copied);
	put_counted_header(header, n, line);
	status = put_counted(m->name, &copied, n);
	reader_close(&copied);
	close(fd);
	return status;
}

static int put_with_length(const struct letter *m, const buf *header)
{
	buf empty = { NULL, 0, 0 };
	slice line;
	long long n;
	int status;

	if (reader_line(m->in, &line) > 0) {
		if (head_ends(line))
			buf_addslice(&empty, line);
		else
			reader_back(m->in, line);
	}
	if (empty.n == 0)
		buf_addchar(&empty, '\n');
	n = length_left(m->in);
	if (n < 0) {
		status = put_from_spool(m, header, buf_slice(&empty));
	} else {
		put_counted_header(header, n, buf_slice(&empty));
		status = put_counted(m->name, m->in, n);
	}
	buf_free(&empty);
	return status;
}

int add_letter(const char *name, struct reader *in)
{
	struct letter m = { .name = name, .in = in };
	buf header = { NULL, 0, 0 };
	int status;

	read_name(&m);
	if (head_read(in, &m.fields)) {
		warn("%s: %s", name, errno == EMSGSIZE ? "the header is too large" : strerror(errno));
		status = errno == EMSGSIZE ? EX_DATAERR : EX_IOERR;
	} else {
		make_header(&m, &header);
		put_separator(&m);
		status = (format == MAILBOX_MBOXCL2 ? put_with_length : put_quoted)(&m, &header);
	}
	buf_free(&m.fields);
	buf_free(&header);
	return status;
}
