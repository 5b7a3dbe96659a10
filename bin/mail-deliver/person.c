#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deliver.h"
#include "limit.h"
#include "transport.h"

struct person person_user(const struct delivery *d)
{
	struct person p = { .uid = d->who.uid, .gid = d->who.gid };

	if (!d->conf->mailboxes[0])
		p.name = d->who.name.p;
	else if (geteuid() != 0)
		p.uid = geteuid();      /* a Pennypost without privileges holds all its mailboxes itself */
	return p;
}

static struct person by_uid(uid_t uid)
{
	struct passwd *entry = getpwuid(uid);

	if (entry)
		return (struct person){ .name = entry->pw_name, .uid = uid, .gid = entry->pw_gid };
	return (struct person){ .uid = uid, .gid = (gid_t)uid };
}

struct person person_queue(const struct conf *c)
{
	struct stat st;

	if (geteuid() == 0 && (stat(c->queue, &st) == 0 || stat(c->home, &st) == 0))
		return by_uid(st.st_uid);
	return (struct person){ .uid = geteuid() };
}

struct person person_aliases(const struct conf *c)
{
	char *path = conf_path(c, "aliases");
	struct passwd *nobody;
	struct stat st;
	int found = stat(path, &st);

	free(path);
	if (geteuid() != 0)
		return (struct person){ .uid = geteuid() };
	if (found == 0 && st.st_uid != 0)
		return by_uid(st.st_uid);
	nobody = getpwnam("nobody");
	return by_uid(nobody ? nobody->pw_uid : 65534);
}

static int become(const struct person *p)
{
	if (p->name ? initgroups(p->name, p->gid) : setgroups(1, &p->gid))
		return -1;
	if (setgid(p->gid) || setuid(p->uid))
		return -1;
	return setuid(0) == 0 ? -1 : 0;         /* there must be no way back */
}

static _Noreturn void work(const struct person *p, struct delivery *d, void (*step)(struct delivery *), int report)
{
	struct writer out;
	buf line = { NULL, 0, 0 };

	if (become(p))
		outcome_errno(&d->outcome, "becoming the user");
	else
		step(d);
	transport_add_result(&line, &(struct result){ .id = SLICE("-"), .recipient = d->recipient,
	    .code = d->outcome.code, .enhanced = slice_of(d->outcome.enhanced), .text = buf_slice(&d->outcome.text),
	    .host = slice_of(d->outcome.stop ? "stop" : "") });
	writer_open(&out, report);
	writer_put(&out, buf_slice(&line));
	writer_put(&out, buf_slice(&d->lines));
	_exit(writer_flush(&out) || writer_flush(&io_out));
}

static int read_report(struct delivery *d, int fd)
{
	buf text = { NULL, 0, 0 };
	struct result r;
	struct reader in;
	slice line;
	int status = -1;

	reader_open(&in, fd);
	if (reader_line(&in, &line) > 0 && transport_read_result(line, &r, &text) == 0) {
		outcome_set(&d->outcome, r.code, "", "%.*s", (int)r.text.n, r.text.p);
		d->outcome.stop = slice_is(r.host, "stop");
		memcpy(d->outcome.enhanced, r.enhanced.p, r.enhanced.n < 11 ? r.enhanced.n : 11);
		while ((status = reader_some(&in, SIZE_MAX, &line)) > 0)
			buf_addslice(&d->lines, line);
	}
	buf_free(&text);
	reader_close(&in);
	return status;
}

static void in_a_child(const struct person *p, struct delivery *d, void (*step)(struct delivery *))
{
	int ends[2], status = 0;
	pid_t child;

	if ((d->message && message_keep(d->message)) || writer_flush(&io_out) || pipe(ends)) {
		outcome_errno(&d->outcome, "message");
		return;
	}
	child = fork();
	if (child == 0) {
		close(ends[0]);
		work(p, d, step, ends[1]);
	}
	close(ends[1]);
	if (child < 0) {
		outcome_errno(&d->outcome, "fork");
	} else {
		int told = read_report(d, ends[0]);

		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		if (told || status)
			outcome_set(&d->outcome, 451, "4.3.0", "the delivery process ended without an answer");
	}
	close(ends[0]);
}

void person_does(const struct person *p, struct delivery *d, void (*step)(struct delivery *))
{
	outcome_set(&d->outcome, 250, "2.0.0", "done");
	buf_clear(&d->lines);
	if (p->uid == geteuid() || (d->trace && geteuid() != 0))
		step(d);
	else if (geteuid() == 0)
		in_a_child(p, d, step);
	else
		outcome_set(&d->outcome, 451, "4.3.0", "needs root: the mailbox is another user's");
}
