/* list-explode: a message to all subscribers of a list. See list-explode(1). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explode.h"
#include "fail.h"
#include "limit.h"
#include "runner.h"

static const char usage[] = "usage: list-explode [-a] list <message";

static struct posting posting;
static struct copies copies;
static struct footer footer;

static void open_list(struct posting *p, const char *name)
{
	conf_load(&p->conf);
	list_load(&p->list, &p->conf, name);
	p->sender = getenv("SENDER");
}

static void read_header(struct posting *p)
{
	if (head_read(&io_in, &p->fields))
		fail(errno == EMSGSIZE ? EX_DATAERR : EX_IOERR, "standard input: %s", strerror(errno));
	if (p->fields.n == 0)
		fail(EX_DATAERR, "standard input: no message");
}

/* Of one who may not post. */
static _Noreturn void turn_away(const struct posting *p)
{
	if (strcmp(p->list.others, "refuse") == 0)
		fail(EX_NOPERM, "%s: %s", p->list.name, p->why.p);
	if (hold(p) == 0)
		exit(io_finish(EX_OK));
	if (errno == EFBIG)
		fail(EX_DATAERR, "%s: the message is larger than size-limit", p->list.name);
	if (errno == EDQUOT)
		fail(EX_NOPERM, "%s: too many messages wait for a moderator", p->list.name);
	fail(fail_status(errno), "%s: %s", p->list.name, strerror(errno));
}

/* The end of the program unless the message is for the subscribers. */
static void ask_admission(struct posting *p)
{
	switch (admit(p)) {
	case ADMIT_POST: return;
	case ADMIT_DROP:
		log_line("list=%s status=dropped reason=\"%s\"", p->list.name, p->why.p);
		exit(EX_OK);
	case ADMIT_LOOP: fail(EX_DATAERR, "%s: %s", p->list.name, p->why.p);
	case ADMIT_NOBODY: turn_away(p);
	case ADMIT_ERROR: fail(fail_status(errno), "%s: %s", p->list.name, strerror(errno));
	}
}

static _Noreturn void give_up(const struct posting *p)
{
	copies_abandon(&copies);
	if (errno == EFBIG)
		fail(EX_DATAERR, "%s: the message is larger than size-limit", p->list.name);
	fail(errno == ENOENT ? EX_CANTCREAT : fail_status(errno), "%s: %s", p->list.name, strerror(errno));
}

static void explode(const struct posting *p)
{
	buf header = { NULL, 0, 0 };
	slice bytes;
	int got;

	rewrite_header(p, &header);
	munge_header(p, &header);
	footer_begin(&footer, &p->list, &header);
	if (copies_begin(&copies, p) || footer_header(&footer, &copies, buf_slice(&header)))
		give_up(p);
	buf_free(&header);
	while ((got = reader_some(&io_in, LIMIT_STREAM, &bytes)) > 0)
		if (footer_body(&footer, bytes))
			give_up(p);
	if (got < 0 || footer_end(&footer) || copies_commit(&copies))
		give_up(p);
}

int main(int argc, char **argv)
{
	size_t recipients;
	int ch;

	fail_name("list-explode", usage);
	while ((ch = getopt(argc, argv, "a")) != -1)
		if (ch == 'a')
			posting.approved = true;
		else
			fail_usage();
	if (optind + 1 != argc)
		fail_usage();
	open_list(&posting, argv[optind]);
	read_header(&posting);
	ask_admission(&posting);
	explode(&posting);
	recipients = copies.letter.recipients;
	if (recipients == 0)
		return io_finish(EX_OK);
	log_line("list=%s id=%s status=queued recipients=%zu", posting.list.name, copies.letter.id, recipients);
	writer_print(&io_out, "%s\n", copies.letter.id);
	if (runner_deliver(&posting.conf, slice_of(copies.letter.id)))
		warn("the letter waits for the next runner");
	return io_finish(EX_OK);
}
