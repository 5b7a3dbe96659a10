/* list-moderate: what waits for a moderator of a mailing list. See list-moderate(1). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "clock.h"
#include "confirm.h"
#include "fail.h"
#include "head.h"
#include "io.h"
#include "notify.h"
#include "pending.h"
#include "request.h"
#include "run.h"
#include "words.h"

static const char usage[] = "usage: list-moderate list\n       list-moderate accept|reject|drop list id ...\n"
    "       list-moderate -m accept|reject list <message";

static struct conf conf;
static struct list list;

/* Both empty where there is none. */
static void read_letter(int fd, buf *sender, buf *fields)
{
	struct addr_list addresses;
	struct addr a = { .bare = false };
	struct reader in;
	struct field f;

	reader_open(&in, fd);
	if (head_read(&in, fields) == 0 && head_find(buf_slice(fields), "Return-Path", &f)) {
		addresses = addr_list(f.body);
		if (addr_next(&addresses, &a) > 0)
			buf_addslice(sender, buf_slice(&a.address));
	}
	reader_close(&in);
	addr_free(&a);
}

static void add_decoded(buf *line, slice fields, const char *name)
{
	buf text = { NULL, 0, 0 };

	words_decode_field(&text, fields, name);
	buf_addchar(line, '\t');
	buf_addfield(line, buf_slice(&text));
	buf_free(&text);
}

static int print(void *context, const char *id)
{
	buf sender = { NULL, 0, 0 }, fields = { NULL, 0, 0 }, line = { NULL, 0, 0 };
	int fd = pending_open(&list, slice_of(id));
	struct stat st;

	(void)context;
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &st) == 0) {
		read_letter(fd, &sender, &fields);
		buf_print(&line, "%s\t", id);
		clock_add_stamp(&line, st.st_mtime);
		add_decoded(&line, buf_slice(&fields), "From");
		add_decoded(&line, buf_slice(&fields), "Subject");
		buf_addchar(&line, '\n');
		writer_put(&io_out, buf_slice(&line));
	}
	close(fd);
	buf_free(&sender), buf_free(&fields), buf_free(&line);
	return io_out.error ? -1 : 0;
}

/* As who posts would have: list-explode has it, and says what it has to say. */
static int accept_letter(int fd)
{
	buf program = { NULL, 0, 0 };
	char approved[] = "-a", *name = mem_text(slice_of(list.name));
	int status;
	pid_t child;

	run_path(&program, "list-explode");
	unsetenv("SENDER");
	child = run_start((char *[]){ program.p, approved, name, NULL }, fd, 1);
	status = child < 0 ? EX_OSERR : run_wait(child);
	buf_free(&program);
	free(name);
	return status;
}

/* Whom nobody can answer is not answered. */
static int reject_letter(int fd)
{
	buf sender = { NULL, 0, 0 }, fields = { NULL, 0, 0 }, subject = { NULL, 0, 0 };
	int status = 0;

	read_letter(fd, &sender, &fields);
	words_decode_field(&subject, buf_slice(&fields), "Subject");
	if (sender.n)
		status = notify(&conf, &list, &(struct notification){ .text = "rejected", .to = buf_slice(&sender),
		    .answered = buf_slice(&fields), .enclosed = -1, .values = (const struct text_value[]){
		    { "subject", buf_slice(&subject) }, { NULL, { NULL, 0 } } } });
	buf_free(&sender), buf_free(&fields), buf_free(&subject);
	if (status)
		warn("%s: %s", list.name, strerror(errno));
	return status ? fail_status(errno) : EX_OK;
}

static int drop_letter(int fd)
{
	(void)fd;
	return EX_OK;
}

static const struct verb {
	const char *name, *done;
	int (*does)(int fd);            /* the exit status */
} verbs[] = {
	{ "accept", "accepted", accept_letter },
	{ "reject", "rejected", reject_letter },
	{ "drop", "dropped", drop_letter },
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
	fail_usage();
}

/* Of two who moderate the same one at once the second finds that it is gone. */
static int moderate(const struct verb *verb, slice id)
{
	int fd = -1, status = EX_OK;

	errno = ENOENT;
	if (pending_is_id(id))
		fd = pending_open(&list, id);
	if (fd < 0) {
		warn("%.*s: %s", (int)id.n, id.p, errno == ENOENT ? "no such message waits" : strerror(errno));
		return errno == ENOENT ? EX_NOINPUT : fail_status(errno);
	}
	status = verb->does(fd);
	if (status == EX_OK && pending_remove(&list, id)) {
		warn("%.*s: %s", (int)id.n, id.p, strerror(errno));
		status = fail_status(errno);
	}
	if (status == EX_OK)
		log_line("list=%s message=%.*s status=%s", list.name, (int)id.n, id.p, verb->done);
	close(fd);
	return status;
}

/* The address that a moderator answered says which and what. */
static int moderate_by_mail(const struct verb *verb)
{
	buf why = { NULL, 0, 0 };
	struct request r;
	slice id;
	int good;

	if (request_read(&r, &io_in, &why))
		fail(EX_DATAERR, "%s", why.p);
	good = confirm_check(&list, verb->name, r.extension, &id);
	if (good < 0)
		fail(EX_CONFIG, "%s/key: %s", list.folder, strerror(errno));
	if (!request_is_personal(&r)) {
		log_line("list=%s status=dropped reason=\"no person answers\"", list.name);
		return EX_OK;
	}
	if (!good)
		fail(EX_NOPERM, "%s: this address lets nothing pass, or no longer", list.name);
	return moderate(verb, id);
}

int main(int argc, char **argv)
{
	const struct verb *verb = NULL;
	bool mail = false;
	int ch, status = EX_OK;

	fail_name("list-moderate", usage);
	while ((ch = getopt(argc, argv, "m")) != -1)
		if (ch == 'm')
			mail = true;
		else
			fail_usage();
	argv += optind;
	argc -= optind;
	if (argc == 0 || (mail && argc != 2) || (!mail && argc == 2))
		fail_usage();
	if (argc > 1)
		verb = find_verb(*argv++);
	conf_load(&conf);
	list_load(&list, &conf, *argv++);
	if (mail)
		return io_finish(moderate_by_mail(verb));
	if (!verb) {
		if (pending_each(&list, print, NULL))
			fail(fail_status(errno), "%s: %s", list.name, strerror(errno));
		return io_finish(EX_OK);
	}
	for (; *argv; argv++) {
		int one = moderate(verb, slice_of(*argv));

		status = status ? status : one;
	}
	return io_finish(status);
}
