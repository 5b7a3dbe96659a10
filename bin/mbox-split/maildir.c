/* -m: into a Maildir, the messages of a batch made durable and then visible together. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "head.h"
#include "limit.h"
#include "maildir.h"
#include "split.h"

static const char *path;
static struct maildir maildir;
static int file = -1;
static buf name;                /* of the file in tmp/ */
static buf batch;               /* each: its name in tmp/, NUL, `n` or `c`, its name there, NUL */
static size_t batched;
static struct stat st;

void maildir_outlet_open(const char *to)
{
	path = to;
	if (maildir_open(&maildir, path))
		fail(EX_CANTCREAT, "%s: %s", path, strerror(errno));
}

/* Of one entry of the batch, which it moves *at behind. */
static void next_entry(const char **at, const char **from, const char **to)
{
	*from = *at;
	*to = *from + strlen(*from) + 1;
	*at = *to + strlen(*to) + 1;
}

static void abandon(void)
{
	const char *at = batch.p, *from, *to;

	if (file >= 0)
		unlinkat(maildir.tmp, name.p, 0);
	while (at && at < batch.p + batch.n) {
		next_entry(&at, &from, &to);
		unlinkat(maildir.tmp, from, 0);
	}
}

static void broken(void)
{
	int error = errno;

	abandon();
	fail(fail_status(error), "%s/tmp/%s: %s", path, name.p ? name.p : "", strerror(error));
}

/* As lib/maildir has it for one: what is in new/ or cur/ is whole on the disk, and what we say is done, too. */
static void commit(void)
{
	const char *at = batch.p, *from, *to;

	if (batched == 0)
		return;
	if (syncfs(maildir.tmp))
		broken();
	while (at < batch.p + batch.n) {
		next_entry(&at, &from, &to);
		if (renameat(maildir.tmp, from, to[0] == 'n' ? maildir.new : maildir.cur, to + 1))
			broken();
	}
	if (fsync(maildir.new) || fsync(maildir.cur))
		broken();
	buf_clear(&batch);
	batched = 0;
}

static void begin(const struct message *m)
{
	time_t when = m->dated && m->from.date > 0 ? m->from.date : clock_now();

	buf_clear(&name);
	maildir_add_name(&name, when);
	file = openat(maildir.tmp, name.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		broken();
	gather_into(file, broken);
}

static bool field_has(const struct message *m, const char *field, char letter)
{
	struct field f;

	return head_find(buf_slice(&m->head), field, &f) && slice_find(f.body, letter) < f.body.n;
}

/* The flags of a Maildir in the order of their letters, by the letters of Status and X-Status as mail readers write them. */
static void add_flags(buf *to, const struct message *m)
{
	static const struct { const char *field; char letter, flag; } flags[] = {
		{ "X-Status", 'T', 'D' }, { "X-Status", 'F', 'F' }, { "X-Status", 'A', 'R' },
		{ "Status", 'R', 'S' }, { "X-Status", 'D', 'T' },
	};

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (field_has(m, flags[i].field, flags[i].letter))
			buf_addchar(to, flags[i].flag);
}

static void end(const struct message *m)
{
	buf flags = { NULL, 0, 0 };
	struct timespec times[2];
	time_t when;

	gather_settle();
	if (fstat(file, &st))
		broken();
	times[0] = times[1] = st.st_mtim;
	if (message_date(m, &when))
		times[0] = times[1] = (struct timespec){ .tv_sec = when };
	if (futimens(file, times) || close(file))
		broken();
	file = -1;
	add_flags(&flags, m);
	buf_add(&batch, name.p, name.n + 1);
	buf_print(&batch, "%c%s,S=%lld", flags.n || field_has(m, "Status", 'O') ? 'c' : 'n', name.p, (long long)st.st_size);
	if (flags.n || field_has(m, "Status", 'O'))
		buf_print(&batch, ":2,%s", flags.n ? flags.p : "");
	buf_add(&batch, "", 1);
	buf_free(&flags);
	if (++batched == LIMIT_BATCH)
		commit();
}

static int finish(void)
{
	commit();
	return EX_OK;
}

const struct outlet maildir_outlet = { .wants_head = true, .begin = begin, .text = gather_text, .settle = gather_settle, .end = end,
	.finish = finish, .abandon = abandon };
