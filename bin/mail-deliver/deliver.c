#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "aliases.h"
#include "deliver.h"
#include "domain.h"
#include "fail.h"
#include "head.h"
#include "letter.h"
#include "personal.h"
#include "runner.h"

slice delivery_domain(const struct delivery *d)
{
	return addr_domain(d->recipient);
}

slice delivery_sender(const struct delivery *d)
{
	return d->owner.n ? buf_slice(&d->owner) : d->sender;
}

void trace(const struct delivery *d, const char *step, slice what)
{
	buf line = { NULL, 0, 0 };

	if (!d->trace)
		return;
	buf_print(&line, "%s\t", step);
	buf_addfield(&line, what);
	buf_addchar(&line, '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

void put_above(const struct delivery *d, buf *lines)
{
	slice sender = delivery_sender(d);

	buf_print(lines, "Return-Path: <%.*s>\nDelivered-To: %.*s\n", (int)sender.n, sender.p,
	    (int)d->recipient.n, d->recipient.p);
	personal_add_above(lines, d->options);
}

/* The result of the recipient so far: what must be tried again wins over what failed, that over what went well. */
static void add_outcome(struct outcome *total, const struct outcome *step)
{
	static const int rank[] = { [2] = 0, [4] = 2, [5] = 1 };
	bool stop = step->stop;

	if (total->text.n == 0 || rank[step->code / 100] > rank[total->code / 100])
		outcome_set(total, step->code, step->enhanced, "%s", step->text.p);
	total->stop = total->stop || stop;
}

/* `5.1.6 text`; without a code, 5.1.1. */
static void refuse(struct delivery *d, slice text)
{
	slice rest = text, code;
	char enhanced[12] = "5.1.1";

	trace(d, "error", text);
	if (slice_word(&rest, &code) && code.n < sizeof enhanced && (slice_starts(code, "5.") || slice_starts(code, "4."))) {
		memset(enhanced, 0, sizeof enhanced);
		memcpy(enhanced, code.p, code.n);
		text = slice_trim(rest);
	}
	outcome_set(&d->outcome, enhanced[0] == '4' ? 450 : 550, enhanced, "%.*s", (int)text.n, text.p);
}

static void at_home(struct delivery *);

/* A user whom a member names, in the place of the recipient. */
static void to_user(struct delivery *d, slice name, void (*step)(struct delivery *))
{
	struct local alias = d->who;
	buf why = { NULL, 0, 0 }, lines = d->lines;

	d->lines = (buf){ NULL, 0, 0 };
	if (local_user(&d->who, d->conf, name, &why)) {
		outcome_set(&d->outcome, 451, "4.3.0", "%s", why.p);
	} else if (d->who.kind == LOCAL_NOBODY) {
		outcome_set(&d->outcome, 550, "5.1.1", "%.*s: no such user", (int)name.n, name.p);
	} else {
		struct person user = person_user(d);

		person_does(&user, d, step);
		buf_addslice(&d->forwards, buf_slice(&d->lines));
	}
	local_free(&d->who);
	d->who = alias;
	buf_free(&d->lines);
	d->lines = lines;
	buf_free(&why);
}

/* Whether an address, qualified as expand_list does it, is this local name at the recipient's domain. */
static bool is_self(const struct delivery *d, slice address)
{
	return slice_case_same(addr_local(address), buf_slice(&d->who.name))
	    && domain_same(addr_domain(address), delivery_domain(d));
}

/* Each member in turn; those of `each` that need another person go through it. */
static void do_members(struct delivery *d, slice members, void (*one)(struct delivery *, enum member_kind, slice))
{
	struct outcome total = { .code = 250 };
	slice line, rest;

	while (!total.stop && slice_cut(&members, '\n', &line))
		if (line.n) {
			enum member_kind kind = aliases_kind(line, &rest);

			outcome_set(&d->outcome, 250, "2.0.0", "done");
			d->member = rest;
			one(d, kind, rest);
			add_outcome(&total, &d->outcome);
		}
	if (total.text.n)
		outcome_set(&d->outcome, total.code, total.enhanced, "%s", total.text.p);
	buf_free(&total.text);
}

static void do_alias_member(struct delivery *d, enum member_kind kind, slice rest)
{
	struct person owner = person_aliases(d->conf);

	switch (kind) {
	case MEMBER_MAILBOX: to_user(d, rest, to_mailbox); break;
	case MEMBER_COMMAND: person_does(&owner, d, to_command); break;
	case MEMBER_FILE: person_does(&owner, d, to_file); break;
	case MEMBER_ERROR: refuse(d, rest); break;
	default:
		if (is_self(d, rest))
			to_user(d, buf_slice(&d->who.name), at_home);
		else
			add_line(&d->forwards, rest);
	}
}

/* In a .forward all is done as the user; what is to be queued is handed back. */
static void do_user_member(struct delivery *d, enum member_kind kind, slice rest)
{
	switch (kind) {
	case MEMBER_COMMAND: to_command(d); break;
	case MEMBER_FILE: to_file(d); break;
	case MEMBER_ERROR: refuse(d, rest); break;
	case MEMBER_MAILBOX:
		if (slice_same(rest, buf_slice(&d->who.name)))
			to_mailbox(d);
		else
			refuse(d, SLICE("5.7.0 a backslash goes before the user's own name only"));
		break;
	default:
		if (is_self(d, rest))
			to_mailbox(d);
		else
			add_line(&d->lines, rest);
	}
}

static void at_home(struct delivery *d)
{
	buf members;

	if (!expand_forward(d)) {
		to_mailbox(d);
		return;
	}
	if (d->outcome.code >= 300)
		return;
	members = d->lines;
	d->lines = (buf){ NULL, 0, 0 };
	if (d->message && slice_find(buf_slice(&members), '\n') + 1 < members.n && message_keep(d->message))
		outcome_errno(&d->outcome, "message");
	else
		do_members(d, buf_slice(&members), do_user_member);
	buf_free(&members);
}

/*
 * sendmail's rule: `owner-NAME` becomes the sender of what alias NAME expands to, or, where
 * it stands for one address, that one; the owner of owners and of -request is owner-owner.
 * The null sender stays, so that bounces do not bounce.
 */
static void find_owner(struct delivery *d)
{
	slice name = buf_slice(&d->who.name), owner;
	bool special = slice_case_starts(name, "owner-")
	    || (name.n > 8 && slice_case_is(slice_from(name, name.n - 8), "-request"));
	struct aliases a;
	buf key = { NULL, 0, 0 }, members = { NULL, 0, 0 }, why = { NULL, 0, 0 };

	buf_print(&key, "owner-%.*s", special ? 5 : (int)name.n, special ? "owner" : name.p);
	if (d->sender.n && aliases_read(&a, d->conf, &why) == 0) {
		if (aliases_find(&a, buf_slice(&key), &members)) {
			owner = strpbrk(members.p, ",:/|\"\\ ") ? buf_slice(&key) : buf_slice(&members);
			buf_addslice(&d->owner, owner);
			if (!addr_domain(owner).n)
				buf_print(&d->owner, "@%.*s", (int)delivery_domain(d).n, delivery_domain(d).p);
			trace(d, "owner", buf_slice(&d->owner));
		}
		aliases_free(&a);
	}
	buf_free(&key);
	buf_free(&members);
	buf_free(&why);
}

static void to_alias(struct delivery *d)
{
	struct person queue = person_queue(d->conf);
	buf members;

	find_owner(d);
	person_does(&queue, d, expand_alias);
	if (d->outcome.code >= 300)
		return;
	members = d->lines;
	d->lines = (buf){ NULL, 0, 0 };
	if (members.n == 0)
		outcome_set(&d->outcome, 451, "4.3.5", "the alias has no members");
	else if (d->message && slice_find(buf_slice(&members), '\n') + 1 < members.n && message_keep(d->message))
		outcome_errno(&d->outcome, "message");
	else
		do_members(d, buf_slice(&members), do_alias_member);
	buf_free(&members);
}

/* Whether the message says that it has been here (RFC 5321 §6.3). */
static bool has_been_here(const struct delivery *d)
{
	slice rest = buf_slice(&d->message->header);
	buf to = { NULL, 0, 0 };
	struct field field;
	bool here = false;

	while (!here && head_find_next(&rest, "Delivered-To", &field)) {
		buf_clear(&to);
		head_unfold(&to, field.body);
		here = addr_same(buf_slice(&to), d->recipient);
	}
	buf_free(&to);
	return here;
}

static bool is_refused(struct delivery *d)
{
	if (!letter_takes(d->recipient) || (d->sender.n && !letter_takes(d->sender))) {
		outcome_set(&d->outcome, 553, "5.1.3", "not an address");
	} else if (d->message && message_read_header(d->message)) {
		if (errno == EMSGSIZE)
			outcome_set(&d->outcome, 554, "5.6.0", "the header is too large");
		else
			outcome_errno(&d->outcome, "message");
	} else if (d->message && has_been_here(d)) {
		outcome_set(&d->outcome, 554, "5.4.6", "mail loop: the letter has been delivered here before");
	} else {
		return false;
	}
	return true;
}

static void find_and_deliver(struct delivery *d)
{
	buf why = { NULL, 0, 0 };
	struct person user;

	if (local_find(&d->who, d->conf, addr_local(d->recipient), &why)) {
		outcome_set(&d->outcome, 451, "4.3.0", "%s", why.p);
	} else if (d->who.kind == LOCAL_NOBODY) {
		trace(d, "nobody", d->recipient);
		outcome_set(&d->outcome, 550, "5.1.1", "no such user");
	} else if (d->who.kind == LOCAL_ALIAS) {
		trace(d, "alias", buf_slice(&d->who.name));
		to_alias(d);
	} else {
		trace(d, "user", buf_slice(&d->who.name));
		user = person_user(d);
		person_does(&user, d, at_home);
		buf_addslice(&d->forwards, buf_slice(&d->lines));
	}
	buf_free(&why);
}

/* What goes wrong for good with one member leaves the forwards to the others as they are; what must be tried again does not. */
static void forward(struct delivery *d)
{
	struct person queue = person_queue(d->conf);
	struct outcome so_far = d->outcome;

	d->outcome = (struct outcome){ .code = 0 };
	person_does(&queue, d, to_queue);
	if (d->outcome.code < 300 && d->lines.n && runner_deliver(d->conf, slice_trim(buf_slice(&d->lines))))
		warn("queue-run: %s", strerror(errno));
	if (so_far.code >= 300)
		add_outcome(&d->outcome, &so_far);
	buf_free(&so_far.text);
}

void deliver(struct delivery *d)
{
	outcome_set(&d->outcome, 250, "2.0.0", "done");
	if (is_refused(d))
		return;
	find_and_deliver(d);
	if (d->forwards.n && d->outcome.code / 100 != 4)
		forward(d);
}

void delivery_free(struct delivery *d)
{
	local_free(&d->who);
	buf_free(&d->owner);
	buf_free(&d->forwards);
	buf_free(&d->outcome.text);
	buf_free(&d->lines);
}
