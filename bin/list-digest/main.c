/* list-digest: messages to a list as digests; or of files one digest. See list-digest(1). */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issue.h"
#include "fail.h"
#include "messages.h"
#include "runner.h"

static const char usage[] =
    "usage: list-digest [-a] list\n"
    "       list-digest [-p] - [file ...] >message";

/* What was sent, though a later one could not be. */
static void tell(struct run *r)
{
	slice rest = buf_slice(&r->ids), id;

	while (slice_word(&rest, &id))
		writer_print(&io_out, "%.*s\n", (int)id.n, id.p);
	if (r->ids.n && runner_deliver(&r->conf, buf_slice(&r->ids)))
		warn("the letters wait for the next runner");
}

/* Digests as long as one is due, or while there are messages: their status. */
static int send_all(struct run *r, bool due_or_not)
{
	int status = issue_settle(r);
	bool sent = true;

	while (status == EX_OK && sent) {
		struct backlog backlog;

		if (backlog_read(&backlog, &r->list))
			fail(fail_status(errno), "%s/digest: %s", r->list.folder, strerror(errno));
		sent = due_or_not ? backlog.count > 0 : backlog_is_due(&backlog, &r->list);
		if (sent)
			status = issue_send(r, &backlog, backlog_portion(&backlog, &r->list));
		else
			status = backlog.status;
		backlog_free(&backlog);
	}
	return status;
}

/* A message was within size-limit when it came: what a digest adds may not keep it from going out. */
static int send_digests(const char *name, bool due_or_not)
{
	struct run r = { .ids = { NULL, 0, 0 } };
	int lock, status;

	conf_load(&r.conf);
	list_load(&r.list, &r.conf, name);
	r.conf.size_limit = LLONG_MAX;
	if (queue_open(&r.queue, &r.conf))
		fail(fail_status(errno), "%s: %s", r.conf.queue, strerror(errno));
	lock = list_lock(&r.list, "digest.lock");
	if (lock < 0)
		fail(fail_status(errno), "%s/digest.lock: %s", r.list.folder, strerror(errno));
	state_read(&r.state, &r.list);
	status = send_all(&r, due_or_not);
	close(lock);
	tell(&r);
	return status;
}

static int add_file(void *context, const char *name, struct reader *in)
{
	struct digest *d = context;

	if (digest_add(d, in) == 0)
		return EX_OK;
	warn("%s: %s", d->body.error ? "temporary file" : name, strerror(errno));
	return d->body.error ? EX_CANTCREAT : EX_IOERR;
}

/* What cannot be read twice is copied. */
static int add_message(void *context, const char *name, struct reader *in)
{
	struct reader copy;
	bool file_failed;
	struct stat st;
	int fd, status;

	if (fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode))
		return add_file(context, name, in);
	fd = io_spool_rest(in, &file_failed);
	if (fd < 0) {
		warn("%s: %s", file_failed ? "temporary file" : name, strerror(errno));
		return file_failed ? EX_CANTCREAT : EX_IOERR;
	}
	reader_open(&copy, fd);
	status = add_file(context, name, &copy);
	reader_close(&copy);
	close(fd);
	return status;
}

static int put(void *context, slice bytes)
{
	(void)context;
	return writer_put(&io_out, bytes);
}

static int print_digest(bool plain, char *const *files)
{
	struct digest d;
	int status;

	if (digest_begin(&d, plain))
		fail(EX_CANTCREAT, "temporary file: %s", strerror(errno));
	status = messages_each(files, add_message, &d);
	if (d.count == 0)
		fail(status ? status : EX_NOINPUT, "no messages");
	if (digest_write(&d, SLICE("Subject: Digest\n"), SLICE("Digest"), SLICE(""), put, NULL) && !io_out.error)
		fail(EX_CANTCREAT, "temporary file: %s", strerror(errno));
	digest_free(&d);
	return status;
}

int main(int argc, char **argv)
{
	bool due_or_not = false, plain = false, filter;
	int ch;

	fail_name("list-digest", usage);
	while ((ch = getopt(argc, argv, "ap")) != -1)
		switch (ch) {
		case 'a': due_or_not = true; break;
		case 'p': plain = true; break;
		default: fail_usage();
		}
	argv += optind;
	filter = argv[0] && strcmp(argv[0], "-") == 0;
	if (!argv[0] || (filter ? due_or_not : plain || argv[1]))
		fail_usage();
	return io_finish(filter ? print_digest(plain, argv + 1) : send_digests(argv[0], due_or_not));
}
