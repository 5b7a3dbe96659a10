#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "addr.h"
#include "aliases.h"
#include "fail.h"
#include "inject.h"
#include "io.h"
#include "local.h"
#include "routes.h"
#include "run.h"
#include "selection.h"
#include "settings.h"

static _Noreturn void become(const char *program, char **arguments)
{
	buf path = { NULL, 0, 0 };

	run_path(&path, program);
	if (!arguments[0])
		arguments[0] = path.p;
	execv(path.p, arguments);
	fail(EX_OSERR, "%s: %s", path.p, strerror(errno));
}

/* Who can start a program here needs no relay-from; who comes by TCP is known by his own address. */
_Noreturn void become_session(void)
{
	char *arguments[] = { NULL, mem_text(SLICE("-s")), NULL };

	unsetenv("TCP6REMOTEIP");
	if (setenv("TCPREMOTEIP", "127.0.0.1", 1))
		fail(EX_OSERR, "environment: %s", strerror(errno));
	become("smtp-serve", arguments);
}

/* queue-list has no use for what sendmail's mailq takes: -v, and -Ac and -Am for one of its two queues. */
_Noreturn void become_list(char **arguments)
{
	while (arguments[1] && (strcmp(arguments[1], "-v") == 0 || strncmp(arguments[1], "-A", 2) == 0))
		arguments++;
	arguments[0] = mem_text(SLICE("mailq"));
	become("queue-list", arguments);
}

/* What queue-run is told to run: `-i ID` for each. */
struct run {
	char **arguments;
	size_t count;
};

static void add_argument(struct run *run, const char *argument)
{
	run->arguments = mem_grow(run->arguments, run->count + 2, sizeof *run->arguments);
	run->arguments[run->count++] = argument ? mem_text(slice_of(argument)) : NULL;
	run->arguments[run->count] = NULL;
}

static int add_letter(void *context, struct queued *letter, enum queue_status status)
{
	if (status == QUEUE_OK && !letter->folder[1]) {
		add_argument(context, "-i");
		add_argument(context, letter->id);
	}
	return 0;
}

/* Those whose sender, or one of whose recipients, holds this text. */
static void add_matching(struct run *run, const struct conf *c, char what, const char *text)
{
	struct selection selection = { .sender = NULL };
	struct queue queue;
	buf pattern = { NULL, 0, 0 };

	buf_print(&pattern, "*%s*", text);
	selection_option(&selection, what, pattern.p);
	if (queue_open(&queue, c) || selection_each(&selection, &queue, QUEUE_READ, add_letter, run) < 0)
		fail(EX_OSERR, "%s: %s", c->queue, strerror(errno));
}

/*
 * -q: all letters, as a host does that was cut off; -q15m: those that are due, as the interval is
 * queue-run's own to choose; -qIid, -qRtext, -qStext: these letters, due or not.
 */
int run_queue(const char *what, const struct conf *c)
{
	struct run run = { .count = 0 };

	if (getauxval(AT_SECURE) && getuid() != 0)
		fail(EX_NOPERM, "-q: only root runs the queue of all");
	add_argument(&run, NULL);
	switch (what[0]) {
	case '\0': case 'f': add_argument(&run, "-a"); break;
	case 'I':
		add_argument(&run, "-i");
		add_argument(&run, what + 1);
		break;
	case 'R': add_matching(&run, c, 'r', what + 1); break;
	case 'S': add_matching(&run, c, 'f', what + 1); break;
	default:
		if (setting_time(slice_of(what)) < 0)
			fail(EX_USAGE, "-q%s: not an interval, I, R or S", what);
	}
	if (run.count == 1 && (what[0] == 'R' || what[0] == 'S'))
		return EX_OK;
	become("queue-run", run.arguments);
}

/* newaliases: there is no data base, but slips are better found now than by a letter. */
int check_aliases(const struct conf *c)
{
	struct aliases aliases;
	buf why = { NULL, 0, 0 };

	if (aliases_read(&aliases, c, &why))
		fail(EX_CONFIG, "%s", why.p);
	if (aliases_check(&aliases, &why))
		fail(EX_DATAERR, "%s", why.p);
	aliases_free(&aliases);
	return EX_OK;
}

/* What is known of an address before it is tried: EX_OK, EX_NOUSER, EX_UNAVAILABLE, EX_OSERR. */
static int judge(const struct conf *c, const struct routes *routes, slice address, buf *verdict)
{
	struct route route = routes_find(routes, addr_domain(address));
	buf why = { NULL, 0, 0 };
	struct local who;
	int status = EX_OK;

	if (route.kind == ROUTE_ERROR) {
		buf_print(verdict, "%.*s", (int)route.target.n, route.target.p);
		return EX_UNAVAILABLE;
	}
	if (route.kind != ROUTE_LOCAL) {
		buf_addtext(verdict, "deliverable: not local");
		return EX_OK;
	}
	if (local_find(&who, c, addr_local(address), &why)) {
		buf_addslice(verdict, buf_slice(&why));
		status = EX_OSERR;
	} else if (who.kind == LOCAL_NOBODY) {
		buf_addtext(verdict, "user unknown");
		status = EX_NOUSER;
	} else {
		buf_print(verdict, "deliverable: %s %s", who.kind == LOCAL_ALIAS ? "alias" : "user", who.name.p);
	}
	local_free(&who);
	buf_free(&why);
	return status;
}

/* -bv: a line a recipient; the worst of their statuses is ours. */
int verify(const struct request *r, const struct conf *c)
{
	struct envelope e = { .conf = c, .notify = "" };
	struct routes routes;
	buf why = { NULL, 0, 0 };
	slice rest, address;
	int status = EX_OK;

	if (!r->recipients[0])
		fail(EX_USAGE, "-bv: no recipients");
	if (routes_read(&routes, c, &why))
		fail(EX_CONFIG, "%s", why.p);
	for (char **recipient = r->recipients; *recipient; recipient++)
		envelope_add(&e, slice_of(*recipient), "recipient");
	rest = buf_slice(&e.recipients);
	while (slice_cut(&rest, '\n', &address) && address.n) {
		buf verdict = { NULL, 0, 0 };
		int found = judge(c, &routes, address, &verdict);

		writer_print(&io_out, "%.*s... %s\n", (int)address.n, address.p, verdict.p ? verdict.p : "");
		status = found == EX_OK ? status : found;
		buf_free(&verdict);
	}
	return io_finish(status);
}
