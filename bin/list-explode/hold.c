/* A message that waits for a moderator. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "confirm.h"
#include "explode.h"
#include "fail.h"
#include "limit.h"
#include "notify.h"
#include "pending.h"
#include "replies.h"
#include "words.h"

static int write_pending(struct pending *pending, const struct posting *p)
{
	long long room = p->list.size_limit ? p->list.size_limit : p->conf.size_limit;
	slice bytes = buf_slice(&p->fields);
	int got = 1;

	while (got > 0) {
		room -= (long long)bytes.n;
		if (room < 0)
			errno = EFBIG;
		if (room < 0 || writer_put(&pending->out, bytes))
			return -1;
		got = reader_some(&io_in, LIMIT_STREAM, &bytes);
	}
	return got;
}

/* With the addresses that say yes and no. */
static int tell_moderators(const struct posting *p, slice id, const char *members, slice subject)
{
	buf accept = { NULL, 0, 0 }, reject = { NULL, 0, 0 };
	int fd = pending_open(&p->list, id);
	int status = fd < 0 || confirm_add_address(&accept, &p->list, "accept", id)
	    || confirm_add_address(&reject, &p->list, "reject", id)
	    || notify(&p->conf, &p->list, &(struct notification){ .text = "moderate", .members = members,
		.reply_to = buf_slice(&accept), .enclosed = fd, .values = (const struct text_value[]){ { "subject", subject },
		{ "reason", buf_slice(&p->why) }, { "accept", buf_slice(&accept) }, { "reject", buf_slice(&reject) },
		{ NULL, { NULL, 0 } } } }) ? -1 : 0;

	if (fd >= 0)
		close(fd);
	buf_free(&accept);
	buf_free(&reject);
	return status;
}

static int tell_author(const struct posting *p, slice subject)
{
	struct request r = { .sender = slice_of(p->sender ? p->sender : ""), .fields = p->fields };
	int allowed = replies_allow(&p->conf, &p->list, &r);

	if (allowed <= 0)
		return allowed;
	return notify(&p->conf, &p->list, &(struct notification){ .text = "held", .to = r.sender, .answered = buf_slice(&p->fields),
	    .enclosed = -1, .values = (const struct text_value[]){ { "subject", subject }, { "reason", buf_slice(&p->why) },
	    { NULL, { NULL, 0 } } } });
}

static int count(void *members, const struct member *m)
{
	(void)m;
	++*(size_t *)members;
	return 1;
}

/* It waits whether or not somebody could be told: whoever looks with list-moderate finds it. */
static void tell(const struct posting *p, slice id)
{
	buf subject = { NULL, 0, 0 };
	size_t moderators = 0;

	words_decode_field(&subject, buf_slice(&p->fields), "Subject");
	list_members(&p->list, "moderators", count, &moderators);
	if (tell_moderators(p, id, moderators ? "moderators" : "owners", buf_slice(&subject)) || tell_author(p, buf_slice(&subject)))
		warn("%s: %.*s waits, and not all who should were told: %s", p->list.name, (int)id.n, id.p, strerror(errno));
	buf_free(&subject);
}

int hold(const struct posting *p)
{
	struct pending pending;

	if (pending_begin(&pending, &p->list) || write_pending(&pending, p) || pending_commit(&pending)) {
		pending_abandon(&pending);
		return -1;
	}
	log_line("list=%s status=held message=%s reason=\"%s\"", p->list.name, pending.id, p->why.p);
	tell(p, slice_of(pending.id));
	return 0;
}
