/* The message on its way into the queue and into the Maildirs of the list. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explode.h"
#include "fail.h"
#include "limit.h"
#include "masthead.h"

static int open_copy(struct copy *c, const struct list *l, const char *folder)
{
	char *path = list_path(l, folder);
	int status;

	c->open = true;
	status = maildir_begin(&c->letter, path);
	free(path);
	return status;
}

static bool has_folder(const struct list *l, const char *folder)
{
	char *path = list_path(l, folder);
	bool has = access(path, F_OK) == 0;

	free(path);
	return has;
}

static int put_copy(struct copy *c, slice bytes)
{
	return c->open ? writer_put(&c->letter.out, bytes) : 0;
}

static int commit_copy(struct copy *c)
{
	int status = c->open ? maildir_commit(&c->letter) : 0;

	if (status == 0)
		c->open = false;
	return status;
}

static void abandon_copy(struct copy *c)
{
	if (c->open)
		maildir_abandon(&c->letter);
	c->open = false;
}

static int add_subscriber(void *context, const struct member *m)
{
	struct copies *c = context;

	if (member_has(m, "nomail"))
		return 0;
	if (member_has(m, "digest")) {
		c->has_digests = true;
		return 0;
	}
	return masthead_recipient(&c->letter, m);
}

int copies_begin(struct copies *c, const struct posting *p)
{
	*c = (struct copies){ .room = p->list.size_limit ? p->list.size_limit : -1 };
	if (masthead_begin(&c->letter, &p->conf, &p->list) || list_members(&p->list, "subscribers", add_subscriber, c))
		return -1;
	if (c->letter.recipients && strcmp(p->list.seal, "yes") == 0) {
		c->sealed = &p->list;
		if (seal_begin(&c->spool))
			return -1;
	}
	if (has_folder(&p->list, "archive") && open_copy(&c->archive, &p->list, "archive"))
		return -1;
	return c->has_digests ? open_copy(&c->digest, &p->list, "digest") : 0;
}

static int put_letter(struct copies *c, slice bytes)
{
	return c->sealed ? writer_put(&c->spool, bytes) : letter_write(&c->letter, bytes);
}

/* Or the end of the program, with arc-seal's status. */
static int seal(struct copies *c)
{
	int status, done = seal_end(&c->spool, c->sealed, &c->letter, &status);

	if (status == EX_OK)
		return done;
	copies_abandon(c);
	exit(status);
}

int copies_put(struct copies *c, slice bytes)
{
	if (c->room >= 0 && (long long)bytes.n > c->room) {
		errno = EFBIG;
		return -1;
	}
	c->room -= c->room >= 0 ? (long long)bytes.n : 0;
	if ((c->letter.recipients && put_letter(c, bytes)) || put_copy(&c->archive, bytes) || put_copy(&c->digest, bytes))
		return -1;
	return 0;
}

/*
 * The subscribers last: whoever has us try again when we failed, or were killed, may find the message twice in the archive, but
 * a thousand people do not get it twice.
 */
int copies_commit(struct copies *c)
{
	if (c->sealed && seal(c))
		return -1;
	if (commit_copy(&c->archive) || commit_copy(&c->digest))
		return -1;
	if (c->letter.recipients)
		return letter_commit(&c->letter);
	letter_abandon(&c->letter);
	return 0;
}

void copies_abandon(struct copies *c)
{
	int error = errno;

	abandon_copy(&c->archive);
	abandon_copy(&c->digest);
	letter_abandon(&c->letter);
	errno = error;
}
