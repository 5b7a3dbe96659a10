/*
 * The next digest, once, whenever we are killed:
 *
 *	the letters are written, where nobody sees them
 *	state: they will be in hold/            else the next run removes them there, and begins again
 *	they are put into hold/
 *	state: they are ready                   from here on the next run goes on
 *	they are put into the queue
 *	the messages that are in them are removed
 *	state: that was it
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chance.h"
#include "clock.h"
#include "issue.h"
#include "fail.h"
#include "head.h"
#include "limit.h"
#include "masthead.h"
#include "messages.h"

enum { MIME, PLAIN, FORMS };

struct issue {
	const struct run *run;
	struct form {
		struct letter letter;
		struct digest digest;
	} forms[FORMS];
};

static bool is_wanted(const struct form *f)
{
	return f->letter.recipients > 0;
}

static int say(const struct run *r)
{
	warn("%s: %s", r->list.name, strerror(errno));
	return fail_status(errno);
}

static int add_subscriber(void *context, const struct member *m)
{
	struct form *forms = context;

	if (member_has(m, "nomail") || !member_has(m, "digest"))
		return 0;
	return masthead_recipient(&forms[member_has(m, "plain") ? PLAIN : MIME].letter, m);
}

static int begin(struct issue *i)
{
	static const struct form none = { .letter = { .folder = -1, .queue.fd = -1, .out.fd = -1 }, .digest.body.fd = -1 };
	const struct run *r = i->run;

	for (size_t n = 0; n < FORMS; n++)
		i->forms[n] = none;
	for (size_t n = 0; n < FORMS; n++) {
		struct form *f = &i->forms[n];

		if (masthead_begin(&f->letter, &r->conf, &r->list) || letter_hold(&f->letter)
		    || digest_begin(&f->digest, n == PLAIN))
			return say(r);
	}
	return list_members(&r->list, "subscribers", add_subscriber, i->forms) ? say(r) : EX_OK;
}

static void end(struct issue *i)
{
	for (size_t n = 0; n < FORMS; n++) {
		letter_abandon(&i->forms[n].letter);
		digest_free(&i->forms[n].digest);
	}
}

static int add(void *context, const char *name, struct reader *in)
{
	struct issue *i = context;

	for (size_t n = 0; n < FORMS; n++) {
		reader_restart(in);
		if (is_wanted(&i->forms[n]) && (lseek(in->fd, 0, SEEK_SET) < 0 || digest_add(&i->forms[n].digest, in))) {
			warn("%s: %s", name, strerror(errno));
			return fail_status(errno);
		}
	}
	return EX_OK;
}

static int add_messages(struct issue *i, const struct backlog *b, size_t portion)
{
	char **paths = mem_grow(NULL, portion + 1, sizeof *paths);
	char *folder = list_path(&i->run->list, "digest");
	int status;

	for (size_t n = 0; n < portion; n++) {
		buf path = { NULL, 0, 0 };

		buf_print(&path, "%s/%s", folder, backlog_name(b, n));
		paths[n] = path.p;
	}
	paths[portion] = NULL;
	status = messages_each(paths, add, i);
	for (size_t n = 0; n < portion; n++)
		free(paths[n]);
	free(paths), free(folder);
	return status;
}

static void add_title(buf *to, const char *name, long long issue)
{
	buf_print(to, "%s Digest, issue %lld", name, issue);
}

static void add_from(buf *to, const struct list *l)
{
	buf_addtext(to, "From: ");
	head_add_phrase(to, slice_of(l->description[0] ? l->description : l->name));
	buf_addtext(to, " <");
	list_add_address(to, l, "");
	buf_addtext(to, ">\n");
}

static void add_to(buf *to, const struct list *l)
{
	if (masthead_has_to(l))
		return;
	buf_addtext(to, "To: ");
	list_add_address(to, l, "");
	buf_addchar(to, '\n');
}

static void add_fields(const struct run *r, buf *to)
{
	const struct list *l = &r->list;
	buf subject = { NULL, 0, 0 };

	add_from(to, l);
	add_to(to, l);
	buf_addtext(&subject, "Subject: ");
	add_title(&subject, l->prefix[0] ? l->prefix : l->name, r->state.issue);
	if (head_compose(to, buf_slice(&subject)))
		buf_print(to, "Subject: Digest, issue %lld\n", r->state.issue);
	buf_addtext(to, "Date: ");
	clock_add_date(to, clock_now());
	buf_addtext(to, "\nMessage-ID: <");
	chance_add(to);
	buf_print(to, "@%s>\n", r->conf.hostname);
	masthead_add_fields(to, l);
	buf_addtext(to, "Auto-Submitted: auto-generated\n");
	buf_free(&subject);
}

static int put(void *letter, slice bytes)
{
	return letter_write(letter, bytes);
}

static int write_form(const struct run *r, struct form *f)
{
	buf fields = { NULL, 0, 0 }, title = { NULL, 0, 0 };
	int status;

	add_fields(r, &fields);
	add_title(&title, r->list.name, r->state.issue);
	status = digest_write(&f->digest, buf_slice(&fields), buf_slice(&title), slice_of(r->list.description), put, &f->letter);
	buf_free(&fields), buf_free(&title);
	return status;
}

static int write_forms(struct run *r, struct issue *i)
{
	for (size_t n = 0; n < FORMS; n++) {
		struct form *f = &i->forms[n];

		if (!is_wanted(f))
			continue;
		if (write_form(r, f))
			return -1;
		buf_add(&r->state.letters, f->letter.id, sizeof f->letter.id);
	}
	return 0;
}

static int commit(struct issue *i)
{
	for (size_t n = 0; n < FORMS; n++)
		if (is_wanted(&i->forms[n]) && letter_commit(&i->forms[n].letter))
			return -1;
	return 0;
}

static void note(const struct run *r, const struct form *f)
{
	if (is_wanted(f))
		log_line("list=%s issue=%lld id=%s status=queued messages=%zu recipients=%zu", r->list.name, r->state.issue,
		    f->letter.id, f->digest.count, f->letter.recipients);
}

/* The files of a list of names, durably gone from the Maildir. */
static int remove_files(const struct list *l, const buf *files)
{
	char *path = list_path(l, "digest");
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status = 0;

	free(path);
	if (folder < 0)
		return errno == ENOENT ? 0 : -1;
	for (size_t i = 0; status == 0 && i < files->n; i += strlen(files->p + i) + 1)
		if (unlinkat(folder, files->p + i, 0) && errno != ENOENT)
			status = -1;
	if (status == 0)
		status = io_sync_folder(folder, "new") || io_sync_folder(folder, "cur") ? -1 : 0;
	close(folder);
	return status;
}

static int come_to_rest(struct run *r)
{
	buf_clear(&r->state.letters), buf_clear(&r->state.files);
	r->state.ready = false;
	return state_write(&r->state, &r->list);
}

static int finish(struct run *r)
{
	const buf *letters = &r->state.letters;

	for (size_t i = 0; i < letters->n; i += QUEUE_ID + 1)
		if (letter_release(&r->queue, letters->p + i))
			return -1;
	if (remove_files(&r->list, &r->state.files))
		return -1;
	for (size_t i = 0; i < letters->n; i += QUEUE_ID + 1)
		buf_print(&r->ids, "%s%s", r->ids.n ? " " : "", letters->p + i);
	return come_to_rest(r);
}

static int begin_again(struct run *r)
{
	for (size_t i = 0; i < r->state.letters.n; i += QUEUE_ID + 1)
		if (letter_drop_held(&r->queue, r->state.letters.p + i))
			return -1;
	r->state.issue -= r->state.issue > 0;
	return come_to_rest(r);
}

int issue_settle(struct run *r)
{
	if (r->state.letters.n == 0)
		return EX_OK;
	return (r->state.ready ? finish(r) : begin_again(r)) ? say(r) : EX_OK;
}

static void name_files(buf *to, const struct backlog *b, size_t portion)
{
	for (size_t i = 0; i < portion; i++)
		buf_add(to, backlog_name(b, i), strlen(backlog_name(b, i)) + 1);
}

/* Where nobody gets digests. */
static int drop(struct run *r, const struct backlog *b)
{
	buf files = { NULL, 0, 0 };
	int status;

	name_files(&files, b, b->count);
	log_line("list=%s status=dropped messages=%zu reason=\"nobody gets digests\"", r->list.name, b->count);
	status = remove_files(&r->list, &files) ? say(r) : EX_OK;
	buf_free(&files);
	return status;
}

static int send_off(struct run *r, struct issue *i, const struct backlog *b, size_t portion)
{
	r->state.issue++;
	if (write_forms(r, i) || state_write(&r->state, &r->list) || commit(i))
		return say(r);
	name_files(&r->state.files, b, portion);
	r->state.ready = true;
	if (state_write(&r->state, &r->list) || finish(r))
		return say(r);
	note(r, &i->forms[MIME]);
	note(r, &i->forms[PLAIN]);
	return EX_OK;
}

int issue_send(struct run *r, const struct backlog *b, size_t portion)
{
	struct issue i = { .run = r };
	int status = begin(&i);

	if (status == EX_OK && !is_wanted(&i.forms[MIME]) && !is_wanted(&i.forms[PLAIN]))
		status = drop(r, b);
	else if (status == EX_OK && (status = add_messages(&i, b, portion)) == EX_OK)
		status = send_off(r, &i, b, portion);
	end(&i);
	return status;
}
