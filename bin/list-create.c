/* list-create: a folder for a mailing list, and the aliases that make it live. See list-create(1). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "aliases.h"
#include "cookie.h"
#include "fail.h"
#include "io.h"
#include "letter.h"
#include "list.h"
#include "maildir.h"
#include "roles.h"
#include "texts.h"

static const char usage[] = "usage: list-create list address owner";

static struct conf conf;
static struct aliases aliases;

static _Noreturn void cannot(const char *path)
{
	fail(fail_status(errno), "%s: %s", path, strerror(errno));
}

static void check_address(const char *address)
{
	if (!letter_takes_complete(slice_of(address)))
		fail(EX_DATAERR, "%s: not an address", address);
}

/* Names that somebody has already keep their meaning. */
static void check_aliases(slice local)
{
	buf why = { NULL, 0, 0 }, name = { NULL, 0, 0 }, members = { NULL, 0, 0 };

	if (aliases_read(&aliases, &conf, &why))
		fail(EX_CONFIG, "%s", why.p);
	for (size_t i = 0; roles_suffix(i); i++) {
		buf_clear(&name);
		buf_addslice(&name, local);
		buf_addtext(&name, roles_suffix(i));
		if (aliases_find(&aliases, buf_slice(&name), &members))
			fail(EX_CANTCREAT, "%s: %s is an alias already", aliases.path, name.p);
	}
	buf_free(&name), buf_free(&members);
}

/* What is made belongs to whom the commands of aliases run as. */
static void give(const char *path, const struct stat *owner)
{
	if (geteuid() == 0 && lchown(path, owner->st_uid, owner->st_gid))
		cannot(path);
}

static void make_folder(const char *path, const struct stat *owner)
{
	if (mkdir(path, 0700))
		cannot(path);
	give(path, owner);
}

/* Synced, as what is appended to: a new file or the end of one that is there. */
static void write_file(const char *path, int flags, mode_t mode, slice text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | flags, mode);
	struct writer out;

	if (fd < 0)
		cannot(path);
	writer_open(&out, fd);
	writer_put(&out, text);
	if (writer_flush(&out) || fsync(fd) || close(fd))
		cannot(path);
	writer_close(&out);
}

static void make_file(const struct list *l, const char *file, slice text, const struct stat *owner)
{
	char *path = list_path(l, file);

	write_file(path, O_EXCL, 0600, text);
	give(path, owner);
	free(path);
}

static void make_archive(const struct list *l, const struct stat *owner)
{
	static const char *const folders[] = { "archive", "archive/cur", "archive/new", "archive/tmp" };
	struct maildir archive;
	char *path = list_path(l, "archive");

	if (maildir_open(&archive, path))
		cannot(path);
	maildir_close(&archive);
	free(path);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		path = list_path(l, folders[i]);
		give(path, owner);
		free(path);
	}
}

static void make_texts(const struct list *l, const struct stat *owner)
{
	char *path = list_path(l, "texts");
	buf file = { NULL, 0, 0 };

	make_folder(path, owner);
	for (size_t i = 0; texts_name(i); i++) {
		buf_clear(&file);
		buf_print(&file, "texts/%s", texts_name(i));
		make_file(l, file.p, texts_ours(texts_name(i)), owner);
	}
	buf_free(&file);
	free(path);
}

static void add_aliases(const struct list *l)
{
	slice local = addr_local(slice_of(l->address));
	buf lines = { NULL, 0, 0 };

	if (aliases.text.n && aliases.text.p[aliases.text.n - 1] != '\n')
		buf_addchar(&lines, '\n');
	for (size_t i = 0; roles_suffix(i); i++) {
		buf_print(&lines, "%.*s%s: ", (int)local.n, local.p, roles_suffix(i));
		roles_add_member(&lines, l, i);
		buf_addchar(&lines, '\n');
	}
	write_file(aliases.path, 0, 0644, buf_slice(&lines));
	buf_free(&lines);
}

static void make_list(const char *name, char *address, const char *owner)
{
	char *lists = conf_path(&conf, "lists");
	struct list l = { .name = name, .folder = list_folder(&conf, name), .address = address };
	buf text = { NULL, 0, 0 };
	struct stat whose;

	if (stat(aliases.path, &whose) && stat(conf.home, &whose))
		cannot(conf.home);
	if (mkdir(lists, 0755) == 0)
		give(lists, &whose);
	else if (errno != EEXIST)
		cannot(lists);
	make_folder(l.folder, &whose);
	buf_print(&text, "%s\n", owner);
	make_file(&l, "owners", buf_slice(&text), &whose);
	make_file(&l, "subscribers", SLICE(""), &whose);
	make_archive(&l, &whose);
	make_texts(&l, &whose);
	buf_clear(&text);
	cookie_add_secret(&text);
	buf_addchar(&text, '\n');
	make_file(&l, "key", buf_slice(&text), &whose);
	buf_clear(&text);
	buf_print(&text, "address %s\n", address);
	make_file(&l, "conf", buf_slice(&text), &whose);
	add_aliases(&l);
	buf_free(&text);
	free(l.folder), free(lists);
}

int main(int argc, char **argv)
{
	char *local;

	fail_name("list-create", usage);
	if (getopt(argc, argv, "") != -1 || optind + 3 != argc)
		fail_usage();
	argv += optind;
	if (!list_is_name(argv[0]))
		fail(EX_DATAERR, "%s: not a name for a list", argv[0]);
	check_address(argv[1]);
	check_address(argv[2]);
	local = mem_text(addr_local(slice_of(argv[1])));
	if (!list_is_name(local))
		fail(EX_DATAERR, "%s: cannot be an alias", argv[1]);
	conf_load(&conf);
	check_aliases(slice_of(local));
	make_list(argv[0], argv[1], argv[2]);
	free(local);
	aliases_free(&aliases);
	return io_finish(EX_OK);
}
