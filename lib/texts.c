#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "limit.h"
#include "texts.h"

static const struct { const char *name, *text; } ours[] = {
	{ "confirm-subscribe",
"Subject: Please confirm: $name\n"
"\n"
"Somebody, hopefully you, asked for\n"
"\n"
"    $address\n"
"\n"
"to be subscribed to the mailing list $list.\n"
"\n"
"To confirm it, answer this letter. The answer has to go to\n"
"\n"
"    $confirm\n"
"\n"
"and may say anything. Within $days days, please.\n"
"\n"
"If it was not you, do nothing: without an answer nobody is subscribed.\n"
"The owner of the list is at $owner.\n" },
	{ "confirm-unsubscribe",
"Subject: Please confirm: leave $name\n"
"\n"
"Somebody, hopefully you, asked for\n"
"\n"
"    $address\n"
"\n"
"to be taken off the mailing list $list.\n"
"\n"
"To confirm it, answer this letter. The answer has to go to\n"
"\n"
"    $confirm\n"
"\n"
"and may say anything. Within $days days, please.\n"
"\n"
"If it was not you, do nothing: you stay subscribed.\n"
"The owner of the list is at $owner.\n" },
	{ "subscribed",
"Subject: Welcome to $name\n"
"\n"
"You are subscribed to the mailing list $list as\n"
"\n"
"    $address\n"
"\n"
"Keep this letter. To leave the list, write to\n"
"\n"
"    $unsubscribe\n"
"\n"
"and to be told more about it, to $help.\n" },
	{ "unsubscribed",
"Subject: You have left $name\n"
"\n"
"The address\n"
"\n"
"    $address\n"
"\n"
"is no longer subscribed to the mailing list $list.\n"
"\n"
"If that was a mistake, write to $subscribe.\n" },
	{ "already-subscribed",
"Subject: You are subscribed to $name\n"
"\n"
"You asked to be subscribed to the mailing list $list, but\n"
"\n"
"    $address\n"
"\n"
"is subscribed already. If no letters come, ask the owner, at\n"
"$owner.\n" },
	{ "not-subscribed",
"Subject: You are not subscribed to $name\n"
"\n"
"You asked to be taken off the mailing list $list, but\n"
"\n"
"    $address\n"
"\n"
"is not subscribed. If letters of the list come to you, you are subscribed\n"
"under another address: each letter names it in its List-Unsubscribe field,\n"
"where it can also be taken off. Or ask the owner, at $owner.\n" },
	{ "help",
"Subject: About $name\n"
"\n"
"This is the mailing list $name. What you write to\n"
"\n"
"    $list\n"
"\n"
"goes to its subscribers. To subscribe, write to\n"
"\n"
"    $subscribe\n"
"\n"
"and to leave, to\n"
"\n"
"    $unsubscribe\n"
"\n"
"A letter from the address that it is about will do, without any text; you\n"
"are asked to confirm it. People are at $owner.\n" },
	{ "moderate",
"Subject: To be moderated: $subject\n"
"\n"
"This letter to $list waits for a moderator:\n"
"\n"
"    $reason\n"
"\n"
"To pass it on to the subscribers, answer this letter. The answer has to go to\n"
"\n"
"    $accept\n"
"\n"
"To refuse it, and have its author told, write to\n"
"\n"
"    $reject\n"
"\n"
"To do neither, do nothing. The letter is enclosed.\n" },
	{ "held",
"Subject: Held: $subject\n"
"\n"
"Your letter to $list waits for a moderator:\n"
"\n"
"    $reason\n" },
	{ "rejected",
"Subject: Not taken: $subject\n"
"\n"
"Your letter to $list was not taken by its moderators.\n"
"Write to $owner to ask why.\n" },
	{ "probe",
"Subject: Your letters from $name come back\n"
"\n"
"Letters from the mailing list $list to\n"
"\n"
"    $address\n"
"\n"
"come back. The last one came back with:\n"
"\n"
"    $reason\n"
"\n"
"This letter finds out whether that goes on. If it reaches you, all is well\n"
"and you need do nothing. If it comes back as well, you will be taken off the\n"
"list; to come back, write to $subscribe.\n" },
};

const char *texts_name(size_t i)
{
	return i < sizeof ours / sizeof *ours ? ours[i].name : NULL;
}

slice texts_ours(const char *name)
{
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (strcmp(ours[i].name, name) == 0)
			return slice_of(ours[i].text);
	return SLICE("");
}

static int read_text(const struct list *l, const char *name, buf *text)
{
	buf file = { NULL, 0, 0 };
	char *path;
	int status;

	buf_print(&file, "texts/%s", name);
	path = list_path(l, file.p);
	status = io_file(AT_FDCWD, path, LIMIT_SETTING_LINE, text);
	free(path);
	buf_free(&file);
	if (status && errno == ENOENT) {
		buf_addslice(text, texts_ours(name));
		status = 0;
	}
	return status;
}

/* No value ends a line: of what came by mail none is a field of ours. */
static void add_value(buf *to, slice value)
{
	for (size_t i = 0; i < value.n; i++)
		buf_addchar(to, ascii_control(value.p[i]) ? ' ' : value.p[i]);
}

static const struct { const char *name, *suffix; } addresses[] = {
	{ "list", "" }, { "owner", "-owner" }, { "help", "-help" }, { "subscribe", "-subscribe" }, { "unsubscribe", "-unsubscribe" },
};

static bool add_known(const struct list *l, slice name, const struct text_value *values, buf *to)
{
	for (; values && values->name; values++)
		if (slice_is(name, values->name)) {
			add_value(to, values->value);
			return true;
		}
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
		if (slice_is(name, addresses[i].name)) {
			list_add_address(to, l, addresses[i].suffix);
			return true;
		}
	if (slice_is(name, "name"))
		buf_addtext(to, l->name);
	return slice_is(name, "name");
}

/* What stands behind a dollar: `name`, or another dollar. Any other is one. */
static void expand(const struct list *l, slice *rest, const struct text_value *values, buf *to)
{
	size_t n = 0;

	while (n < rest->n && ascii_letter(rest->p[n]))
		n++;
	if (n && add_known(l, slice_upto(*rest, n), values, to)) {
		*rest = slice_from(*rest, n);
		return;
	}
	buf_addchar(to, '$');
	if (rest->n && rest->p[0] == '$')
		*rest = slice_from(*rest, 1);
}

int texts_add(const struct list *l, const char *name, const struct text_value *values, buf *to)
{
	buf text = { NULL, 0, 0 };
	int status = read_text(l, name, &text);
	slice rest = buf_slice(&text);

	while (rest.n) {
		size_t n = slice_find(rest, '$');
		bool dollar = n < rest.n;

		buf_addslice(to, slice_upto(rest, n));
		rest = slice_from(rest, n + 1);
		if (dollar)
			expand(l, &rest, values, to);
	}
	buf_free(&text);
	return status;
}
