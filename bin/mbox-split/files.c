/* -d: a message a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "split.h"

static const char *path;
static int folder = -1, file = -1;
static char name[40];

void files_open(const char *to)
{
	path = to;
	if (mkdir(path, 0700) && errno != EEXIST)
		fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
}

static void abandon(void)
{
	if (file >= 0)
		unlinkat(folder, name, 0);
}

static void broken(void)
{
	int error = errno;

	abandon();
	fail(fail_status(error), "%s/%s: %s", path, name, strerror(error));
}

static void begin(const struct message *m)
{
	snprintf(name, sizeof name, "%010lld%s", m->number, m->number ? "" : ".preamble");
	file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		broken();
	gather_into(file, broken);
}

static void end(const struct message *m)
{
	(void)m;
	gather_settle();
	if (close(file))
		broken();
	file = -1;
}

/* All of them at once: a sync for each would take a disk an hour for what it can do in a second. */
static int finish(void)
{
	if (syncfs(folder)) {
		warn("%s: %s", path, strerror(errno));
		return fail_status(errno);
	}
	return EX_OK;
}

const struct outlet files_outlet = { .begin = begin, .text = gather_text, .settle = gather_settle, .end = end, .finish = finish, .abandon = abandon };
