#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "deliver.h"
#include "maildir.h"
#include "mbox.h"

static void to_maildir(struct delivery *d, const char *path)
{
	struct maildir_letter m;
	buf above = { NULL, 0, 0 };
	slice bytes;
	int got = -1;

	trace(d, "maildir", slice_of(path));
	if (d->trace)
		return;
	put_above(d, &above);
	if (maildir_begin(&m, path) == 0 && message_rewind(d->message) == 0) {
		writer_put(&m.out, buf_slice(&above));
		while ((got = message_some(d->message, &bytes)) > 0 && writer_put(&m.out, bytes) == 0)
			;
	}
	if (got == 0 && maildir_commit(&m) == 0) {
		outcome_set(&d->outcome, 250, "2.0.0", "delivered to the mailbox");
	} else {
		maildir_abandon(&m);
		outcome_errno(&d->outcome, path);
	}
	buf_free(&above);
}

static void to_mbox(struct delivery *d, const char *path)
{
	struct mbox_letter m;
	buf above = { NULL, 0, 0 };
	slice bytes;
	int got = -1;

	trace(d, "mbox", slice_of(path));
	if (d->trace)
		return;
	put_above(d, &above);
	if (mbox_begin(&m, path, delivery_sender(d), clock_ms() + d->deadline * 1000) == 0
	    && message_rewind(d->message) == 0 && mbox_write(&m, buf_slice(&above)) == 0)
		while ((got = message_some(d->message, &bytes)) > 0 && mbox_write(&m, bytes) == 0)
			;
	if (got == 0 && mbox_commit(&m) == 0) {
		outcome_set(&d->outcome, 250, "2.0.0", "delivered to the mailbox");
	} else {
		mbox_abandon(&m);
		outcome_errno(&d->outcome, path);
	}
	buf_free(&above);
}

void to_file(struct delivery *d)
{
	char *path = mem_text(d->member);

	if (strcmp(path, "/dev/null") == 0)
		trace(d, "discard", d->member);
	else if (path[d->member.n - 1] == '/')
		to_maildir(d, path);
	else
		to_mbox(d, path);
	free(path);
}

/* `mbox:` says what a mailbox is that does not exist yet; one that is a file already is an mbox. */
static void to_named(struct delivery *d, const char *name)
{
	bool mbox = slice_starts(slice_of(name), "mbox:");
	buf path = { NULL, 0, 0 };
	struct stat st;

	if (mbox)
		name += strlen("mbox:");
	if (name[0] != '/')
		buf_print(&path, "%s/", d->who.home.p);
	buf_addtext(&path, name);
	if (mbox || (stat(path.p, &st) == 0 && S_ISREG(st.st_mode)))
		to_mbox(d, path.p);
	else
		to_maildir(d, path.p);
	buf_free(&path);
}

void to_mailbox(struct delivery *d)
{
	if (d->conf->mailboxes[0])
		to_maildir(d, d->who.home.p);
	else
		to_named(d, d->conf->mailbox);
}
