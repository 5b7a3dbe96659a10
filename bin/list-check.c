/* list-check: what is wrong with a mailing list. See list-check(1). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "aliases.h"
#include "charset.h"
#include "confirm.h"
#include "fail.h"
#include "io.h"
#include "letter.h"
#include "limit.h"
#include "roles.h"
#include "texts.h"

static const char usage[] = "usage: list-check list";

/* Lines of one file that are named; the others are counted. */
enum { NAMED = 10 };

static struct conf conf;
static struct list list;
static size_t wrong;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
	buf line = { NULL, 0, 0 }, field = { NULL, 0, 0 };
	va_list args;

	va_start(args, format);
	buf_vprint(&line, format, args);
	va_end(args);
	buf_addfield(&field, buf_slice(&line));
	buf_addchar(&field, '\n');
	writer_put(&io_out, buf_slice(&field));
	buf_free(&line), buf_free(&field);
	wrong++;
}

static void check_settings(void)
{
	slice domain = addr_domain(slice_of(list.address));

	if (!conf_local(&conf, domain))
		say("conf: address: %.*s is none of local-domains", (int)domain.n, domain.p);
	if (list.unsubscribe[0] && strncmp(list.unsubscribe, "https://", 8) != 0)
		say("conf: unsubscribe: mail programs follow https:// only (RFC 8058)");
	if (list.unsubscribe[0] && strcmp(list.verp, "no") == 0)
		say("conf: unsubscribe: says nothing with `verp no'");
	if (strcmp(list.to, "subscriber") == 0 && strcmp(list.verp, "no") == 0)
		say("conf: to: says nothing with `verp no'");
}

/* An alias may have members besides ours. */
static bool has_member(slice members, slice wanted)
{
	buf member = { NULL, 0, 0 }, want = { NULL, 0, 0 };
	bool found = false;

	aliases_member(&wanted, &want);
	while (!found && aliases_member(&members, &member) > 0)
		found = slice_same(buf_slice(&member), buf_slice(&want));
	buf_free(&member), buf_free(&want);
	return found;
}

static void check_aliases(void)
{
	buf why = { NULL, 0, 0 }, name = { NULL, 0, 0 }, members = { NULL, 0, 0 }, want = { NULL, 0, 0 };
	struct aliases aliases;

	if (aliases_read(&aliases, &conf, &why))
		fail(EX_CONFIG, "%s", why.p);
	for (size_t i = 0; roles_suffix(i); i++) {
		buf_clear(&name), buf_clear(&want);
		buf_addslice(&name, addr_local(slice_of(list.address)));
		buf_addtext(&name, roles_suffix(i));
		roles_add_member(&want, &list, i);
		if (!aliases_find(&aliases, buf_slice(&name), &members))
			say("%s: no alias %s: %s", aliases.path, name.p, want.p);
		else if (!has_member(buf_slice(&members), buf_slice(&want)))
			say("%s: %s: %s is not among its members", aliases.path, name.p, want.p);
	}
	aliases_free(&aliases);
	buf_free(&why), buf_free(&name), buf_free(&members), buf_free(&want);
}

static void check_key(void)
{
	char *path = list_path(&list, "key");
	buf key = { NULL, 0, 0 };
	struct stat st;

	if (confirm_add_key(&key, &list, "check"))
		say("key: %s", errno == EINVAL ? "not 64 hexadecimal digits" : strerror(errno));
	else if (stat(path, &st) == 0 && st.st_mode & 077)
		say("key: others than its owner may read it");
	buf_free(&key);
	free(path);
}

struct people {
	const char *file;
	size_t count, bad;
};

static const char *fault(const struct member *m)
{
	slice options = m->options, word;

	if (!letter_takes_complete(m->address))
		return "not an address";
	if (addr_same(m->address, slice_of(list.address)))
		return "the list itself: a loop";
	while (slice_word(&options, &word))
		if (!slice_is(word, "nomail") && !slice_is(word, "digest") && !slice_is(word, "plain") && !slice_starts(word, "since="))
			return "an unknown option";
	return NULL;
}

static int check_member(void *context, const struct member *m)
{
	struct people *p = context;
	const char *why = fault(m);

	p->count++;
	if (why && p->bad++ < NAMED)
		say("%s: `%.*s': %s", p->file, (int)slice_upto(m->address, LIMIT_ADDRESS).n, m->address.p, why);
	return 0;
}

static struct people check_people(const char *file)
{
	struct people p = { .file = file };

	if (list_members(&list, file, check_member, &p))
		say("%s: %s", file, strerror(errno));
	if (p.bad > NAMED)
		say("%s: and %zu more", file, p.bad - NAMED);
	return p;
}

static bool is_folder(const char *name)
{
	char *path = list_path(&list, name);
	struct stat st;
	bool is = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	free(path);
	return is;
}

static void check_maildir(const char *name)
{
	static const char *const parts[] = { "cur", "new", "tmp" };
	buf part = { NULL, 0, 0 };

	for (size_t i = 0; is_folder(name) && i < sizeof parts / sizeof *parts; i++) {
		buf_clear(&part);
		buf_print(&part, "%s/%s", name, parts[i]);
		if (!is_folder(part.p))
			say("%s: no folder: %s is no Maildir", part.p, name);
	}
	buf_free(&part);
}

/* Whether the programs, which run as who owns the folder, can change what they have to. */
static void check_rights(void)
{
	static const char *const files[] = { "conf", "subscribers", "key", "owners", "archive", "archive/new", "archive/tmp", "digest",
		"digest/new", "digest/tmp", "bounces", "pending", "texts" };
	struct stat folder, st;

	if (stat(list.folder, &folder))
		return;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char *path = list_path(&list, files[i]);

		if (stat(path, &st) == 0 && st.st_uid != folder.st_uid)
			say("%s: belongs to another than the list's folder", files[i]);
		free(path);
	}
}

static bool is_utf8(slice text)
{
	size_t n = 1;

	for (; text.n && n; text = slice_from(text, n))
		n = utf8_character(text);
	return n != 0;
}

/* A footer is no letter. */
static void check_text(const char *name, bool letter)
{
	buf text = { NULL, 0, 0 };

	if (texts_add(&list, name, NULL, &text))
		say("texts/%s: %s", name, strerror(errno));
	else if (letter && !slice_case_starts(buf_slice(&text), "Subject:"))
		say("texts/%s: does not begin with `Subject:'", name);
	else if (!is_utf8(buf_slice(&text)))
		say("texts/%s: not UTF-8", name);
	buf_free(&text);
}

static void check_everybody(void)
{
	struct people owners = check_people("owners"), moderators = check_people("moderators");

	check_people("subscribers");
	if (owners.count == 0)
		say("owners: nobody");
	if (moderators.count == 0 && owners.count == 0 && strcmp(list.others, "hold") == 0)
		say("conf: others: nobody moderates what is held");
}

int main(int argc, char **argv)
{
	fail_name("list-check", usage);
	if (getopt(argc, argv, "") != -1 || optind + 1 != argc)
		fail_usage();
	conf_load(&conf);
	list_load(&list, &conf, argv[optind]);
	check_settings();
	check_aliases();
	check_key();
	check_everybody();
	check_maildir("archive");
	check_maildir("digest");
	check_rights();
	for (size_t i = 0; texts_name(i); i++)
		check_text(texts_name(i), true);
	check_text("footer", false);
	return io_finish(wrong ? EX_CONFIG : EX_OK);
}
