/* bounce-parse: whom bounces are of, and why. See bounce-parse(1). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bounced.h"
#include "fail.h"
#include "limit.h"
#include "messages.h"
#include "words.h"

static const char usage[] = "usage: bounce-parse [message ...]";

struct request {
	bool several;
	bool found;             /* the only message was a bounce */
	struct bounced bounced;
	buf line;
};

static void add_clean(buf *line, slice text)
{
	buf clean = { NULL, 0, 0 };

	words_plain(&clean, text);
	buf_addfield(line, buf_slice(&clean));
	buf_free(&clean);
}

static void print_row(struct request *r, const char *name, const struct bounced_row *row)
{
	buf_clear(&r->line);
	if (r->several) {
		add_clean(&r->line, messages_operand(name));
		buf_addchar(&r->line, '\t');
	}
	buf_addfield(&r->line, row->recipient);
	buf_print(&r->line, "\t%s\t%s\t%s\t", row->action, row->status, row->class);
	buf_addfield(&r->line, row->reason);
	buf_addchar(&r->line, '\n');
	writer_put(&io_out, buf_slice(&r->line));
}

static int parse(void *context, const char *name, struct reader *in)
{
	struct request *r = context;
	struct bounced_row row;
	int got = bounced_read(&r->bounced, SLICE(""), in);

	if (got < 0)
		warn("%s: %s", name, strerror(errno));
	for (size_t i = 0; bounced_next(&r->bounced, &i, &row);) {
		print_row(r, name, &row);
		r->found = true;
	}
	if (r->bounced.overflow)
		warn("%s: names more recipients than are taken", name);
	return got < 0 ? EX_IOERR : r->bounced.overflow ? EX_DATAERR : EX_OK;
}

int main(int argc, char **argv)
{
	struct request request = { .several = false };
	int status;

	fail_name("bounce-parse", usage);
	if (getopt(argc, argv, "") != -1)
		fail_usage();
	request.several = messages_several(argv + optind);
	status = messages_each(argv + optind, parse, &request);
	if (status == EX_OK && !request.several && !request.found) {
		warn("no bounce");
		status = EX_DATAERR;
	}
	return io_finish(status);
}
