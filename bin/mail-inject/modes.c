#include <errno.h>
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

static _Noreturn void become(const char *program, char **arguments, const char *name)
{
	buf path = { NULL, 0, 0 };

	run_path(&path, program);
	arguments[0] = name ? mem_text(slice_of(name)) : path.p;
	execv(path.p, arguments);
	fail(EX_OSERR, "%s: %s", path.p, strerror(errno));
}

_Noreturn void become_session(void)
{
	char *arguments[] = { NULL, mem_text(SLICE("-s")), NULL };

	become("smtp-serve", arguments, NULL);
}

/* arguments[0] is written over. */
_Noreturn void become_list(char **arguments)
{
	become("queue-list", arguments, "mailq");
}

/* -q, -q15m, -qIid, -qRrecipient: a pass over what is due, or of one letter, or of one domain. */
_Noreturn void become_runner(const char *what)
{
	char *arguments[] = { NULL, NULL, NULL, NULL };

	if (getauxval(AT_SECURE) && getuid() != 0)
		fail(EX_NOPERM, "-q: only root runs the queue");
	become("queue-run", arguments, NULL);
	(void)what;
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

int verify(const struct request *r, const struct conf *c)
{
	(void)r;
	(void)c;
	return EX_OK;
}
