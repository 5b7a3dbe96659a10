#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "limit.h"
#include "serve.h"

const char *trouble_of(int error)
{
	if (error == ENOSPC || error == EDQUOT)
		return "452 4.3.1 No room for the letter now";
	if (error == EFBIG)
		return "552 5.3.4 The letter is larger than we take";
	return "451 4.3.0 The letter could not be stored now";
}

static const char *trouble(const struct session *s, int error)
{
	if (error != EFBIG)
		warn("%s: %s", s->spool.p ? "temporary file" : s->conf->queue, strerror(error));
	return trouble_of(error);
}

const char *store_begin(struct session *s, const struct mail_command *m)
{
	int (*begin)(struct letter *, const struct conf *, slice, slice) = s->client.trusted ? letter_begin_own : letter_begin;

	buf_addslice(&s->sender, m->from.address);
	buf_addslice(&s->options, buf_slice(&m->options));
	if (s->command)
		return NULL;
	s->has_letter = true;
	if (begin(&s->letter, s->conf, m->from.address, buf_slice(&m->options)) == 0)
		return NULL;
	return errno == EINVAL ? "501 5.1.7 Not a sender's address" : trouble(s, errno);
}

const char *store_recipient(struct session *s, slice recipient, slice options)
{
	buf line = { NULL, 0, 0 };
	const char *wrong = NULL;

	if (s->has_letter) {
		buf_addslice(&line, recipient);
		if (options.n)
			buf_addchar(&line, ' ');
		buf_addslice(&line, options);
		if (letter_recipient(&s->letter, buf_slice(&line)))
			wrong = errno == EINVAL ? "501 5.1.3 Not a recipient's address" : trouble(s, errno);
		buf_free(&line);
	}
	if (!wrong && (s->command || s->accepted == 0)) {
		buf_addslice(&s->recipients, recipient);
		buf_addchar(&s->recipients, '\0');
	}
	return wrong;
}

void store_message(struct session *s)
{
	int fd;

	if (!s->command && !s->conf->filter[0])
		return;
	fd = io_spool();
	if (fd < 0)
		s->trouble = trouble(s, errno);
	else
		writer_open(&s->spool, fd);
}

void store_write(struct session *s, slice bytes)
{
	int status;

	s->bytes += (long long)bytes.n;
	if (s->trouble) {
		s->wasted += (long long)bytes.n;
		if (s->wasted > s->conf->size_limit && s->ending == GOING_ON)
			hang_up(s, CLIENT_WRONG, s->trouble);
		return;
	}
	if (s->bytes > s->conf->size_limit) {
		s->trouble = trouble_of(EFBIG);
		return;
	}
	status = s->spool.p ? writer_put(&s->spool, bytes) : letter_write(&s->letter, bytes);
	if (status)
		s->trouble = trouble(s, errno);
}

/* What the filters made of it, into the queue. */
static const char *copy(struct session *s, int fd)
{
	struct reader in;
	slice bytes;
	int got;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return trouble(s, errno);
	reader_open(&in, fd);
	while ((got = reader_some(&in, LIMIT_STREAM, &bytes)) > 0)
		if (letter_write(&s->letter, bytes)) {
			got = -1;
			break;
		}
	reader_close(&in);
	return got < 0 ? trouble(s, errno) : NULL;
}

/* RFC 5321 §4.2: what stands in a reply is printable. */
static const char *refusal(struct session *s, const char *code, const buf *said)
{
	buf_clear(&s->refusal);
	buf_print(&s->refusal, "%s %s", code, said->n ? said->p : "The letter is refused");
	return s->refusal.p;
}

static void set(const char *name, slice value)
{
	char *text = mem_text(value);

	setenv(name, text, 1);
	free(text);
}

/* For filters and commands: the envelope, and whom it came from. */
static void set_environment(const struct session *s)
{
	set("SENDER", buf_slice(&s->sender));
	set("SMTP_CLIENT", slice_of(s->client.text));
	set("SMTP_CLIENT_NAME", slice_of(s->client.name ? s->client.name : ""));
	set("SMTP_HELO", buf_slice(&s->helo));
	set("SMTP_PROTOCOL", slice_of(protocol(s)));
	set("SMTP_TRUSTED", slice_of(s->client.trusted ? "yes" : ""));
	set("SMTP_USER", buf_slice(&s->user));
	set("SMTP_OPTIONS", buf_slice(&s->options));
	if (s->accepted == 1)
		set("RECIPIENT", slice_of(s->recipients.p));
	else
		unsetenv("RECIPIENT");
}

/* command, its arguments, `--`, the recipients. */
static char **arguments(const struct session *s)
{
	static char end_of_options[] = "--";
	size_t n = 0, given = 0;
	char **argv;

	while (s->command[given])
		given++;
	argv = mem_grow(NULL, given + (size_t)s->accepted + 2, sizeof *argv);
	for (; n < given; n++)
		argv[n] = s->command[n];
	argv[n++] = end_of_options;
	for (char *p = s->recipients.p; p < s->recipients.p + s->recipients.n; p += strlen(p) + 1)
		argv[n++] = p;
	argv[n] = NULL;
	return argv;
}

static const char *run_command(struct session *s, int fd)
{
	buf said = { NULL, 0, 0 };
	const char *wrong = NULL;
	char **argv;

	argv = arguments(s);
	switch (program_run(argv, fd, -1, s->patience, &said)) {
	case EX_OK: break;
	case EX_NOUSER: wrong = refusal(s, "550 5.1.1", &said); break;
	case EX_NOHOST: wrong = refusal(s, "550 5.1.2", &said); break;
	case EX_USAGE: case EX_DATAERR: wrong = refusal(s, "554 5.6.0", &said); break;
	case EX_UNAVAILABLE: case EX_PROTOCOL: wrong = refusal(s, "554 5.3.0", &said); break;
	case EX_NOPERM: wrong = refusal(s, "554 5.7.1", &said); break;
	default: wrong = refusal(s, "451 4.3.0", &said);
	}
	free(argv);
	buf_free(&said);
	return wrong;
}

const char *store_commit(struct session *s)
{
	const char *wrong = NULL;

	if (s->spool.p) {
		if (writer_flush(&s->spool))
			return trouble(s, errno);
		set_environment(s);
		if (s->conf->filter[0])
			wrong = filter_run(s, &s->spool.fd);
		if (!wrong)
			wrong = s->command ? run_command(s, s->spool.fd) : copy(s, s->spool.fd);
	}
	if (wrong || s->command)
		return wrong;
	if (letter_commit(&s->letter))
		return trouble(s, errno);
	s->has_letter = false;
	if (strcmp(s->conf->deliver, "queue")) {
		buf_addchar(&s->ids, ' ');
		buf_addtext(&s->ids, s->letter.id);
	}
	return NULL;
}

void store_abandon(struct session *s)
{
	if (s->has_letter)
		letter_abandon(&s->letter);
	s->has_letter = false;
	if (s->spool.p) {
		close(s->spool.fd);
		writer_close(&s->spool);
	}
}
