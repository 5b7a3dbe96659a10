/* dkim-sign: signs messages. See dkim-sign(1). */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "dkim-canon.h"
#include "dkim-sign.h"
#include "fail.h"
#include "head.h"
#include "limit.h"
#include "messages.h"
#include "settings.h"
#include "twice.h"

static const char usage[] = "usage: dkim-sign [-j] [-H fields] [-x lifetime] -d domain -s selector -k key ... <message";

static struct program {
	struct dkim_signer signer[LIMIT_SIGNATURES];
	size_t count;
	struct dkim_how how;
	bool named;             /* -j */
} program;

static int read_error(const char *name)
{
	warn("%s: %s", name, strerror(errno));
	return EX_IOERR;
}

static int hash_body(struct reader *in, unsigned char hash[SHA256_BYTES])
{
	struct dkim_body body;
	slice bytes;
	int got;

	dkim_body_begin(&body, true);
	while ((got = reader_some(in, LIMIT_STREAM, &bytes)) > 0)
		dkim_body_more(&body, bytes);
	dkim_body_end(&body, hash);
	return got;
}

static int refuse(const char *name, const char *why)
{
	warn("%s: %s", name, why);
	return EX_DATAERR;
}

/* All signatures of a message, whose body the reader is at. */
static int sign(const char *name, struct reader *in, slice header, buf *to)
{
	unsigned char hash[SHA256_BYTES];
	struct dkim_fields fields;
	int status = EX_OK;
	struct field f;

	if (!head_find(header, "From", &f))
		return refuse(name, "no From");
	if (dkim_fields_begin(&fields, header))
		status = refuse(name, "a header of too many fields");
	else if (hash_body(in, hash) < 0)
		status = read_error(name);
	program.how.now = clock_now();
	program.how.line_end = head_line_end(header);
	for (size_t i = 0; i < program.count && status == EX_OK; i++)
		if (dkim_sign(to, &program.signer[i], &fields, hash, &program.how))
			fail(EX_CONFIG, "the key of %s: its numbers do not belong together", program.signer[i].domain);
	dkim_fields_free(&fields);
	return status;
}

struct message {
	buf separator, fields, blank, signatures;
};

static int copy_rest(struct reader *in)
{
	slice bytes;
	int got;

	while ((got = reader_some(in, LIMIT_STREAM, &bytes)) > 0 && !io_out.error)
		writer_put(&io_out, bytes);
	return got;
}

/* The message with its signatures in front: its body is read once to be hashed, and once to be copied. */
static int filter(const char *name, struct reader *in, struct message *m)
{
	struct twice body;
	int status = twice_begin(&body, in, name);

	if (status == EX_OK)
		status = sign(name, in, buf_slice(&m->fields), &m->signatures);
	if (status == EX_OK) {
		writer_put(&io_out, buf_slice(&m->separator));
		writer_put(&io_out, buf_slice(&m->signatures));
		writer_put(&io_out, buf_slice(&m->fields));
		writer_put(&io_out, buf_slice(&m->blank));
		if (twice_again(&body) || copy_rest(in) < 0)
			status = read_error(name);
	}
	twice_end(&body);
	return status;
}

/* A record: the name, and the fields that belong in front of the message. */
static int print_record(const char *name, struct reader *in, struct message *m)
{
	int status = sign(name, in, buf_slice(&m->fields), &m->signatures);
	buf line = { NULL, 0, 0 };

	if (status == EX_OK) {
		buf_addfield(&line, slice_of(name));
		buf_addchar(&line, '\t');
		buf_addfield(&line, buf_slice(&m->signatures));
		buf_addchar(&line, '\n');
		writer_put(&io_out, buf_slice(&line));
	}
	buf_free(&line);
	return status;
}

static int sign_message(void *context, const char *name, struct reader *in)
{
	struct message m = { .blank = { NULL, 0, 0 } };
	int status = messages_header(name, in, &m.separator, &m.fields);

	(void)context;
	if (status == EX_OK && head_read_blank(in, &m.blank) < 0)
		status = read_error(name);
	if (status == EX_OK)
		status = program.named ? print_record(name, in, &m) : filter(name, in, &m);
	buf_free(&m.separator), buf_free(&m.fields), buf_free(&m.blank), buf_free(&m.signatures);
	return status;
}

/* From is signed, whatever else is. */
static slice names_of(const char *given)
{
	static buf names;
	slice rest = slice_of(given), name;
	bool from = false;

	while (slice_cut(&rest, ':', &name)) {
		name = slice_trim(name);
		for (size_t i = 0; i < name.n; i++)
			if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == ';')
				name.n = 0;
		if (name.n == 0)
			fail(EX_USAGE, "-H %s: not names of fields with colons between them", given);
		from |= slice_case_is(name, "From");
		buf_print(&names, "%s%.*s", names.n ? ":" : "", (int)name.n, name.p);
	}
	if (!from)
		buf_addtext(&names, ":From");
	return buf_slice(&names);
}

/* -d, -s and -k of one signature: in any order, and -d and -s hold until others are said. */
struct given {
	const char *domain, *selector, *key;
};

static void add_signer(struct given *g)
{
	struct dkim_signer *s = &program.signer[program.count];
	buf why = { NULL, 0, 0 };
	const char *wrong;

	if (!g->domain || !g->selector || program.count++ == LIMIT_SIGNATURES)
		fail_usage();
	wrong = dkim_signer_names(s, slice_of(g->domain), slice_of(g->selector));
	if (wrong)
		fail(EX_USAGE, "-d %s -s %s: %s", g->domain, g->selector, wrong);
	if (!dkim_signer_key(s, g->key, &why))
		fail(EX_CONFIG, "%s", why.p);
	g->key = NULL;
}

int main(int argc, char **argv)
{
	char *const standard_input[] = { NULL };
	struct given given = { NULL, NULL, NULL };
	int ch, status;

	fail_name("dkim-sign", usage);
	while ((ch = getopt(argc, argv, "H:d:jk:s:x:")) != -1)
		switch (ch) {
		case 'H': program.how.names = names_of(optarg); break;
		case 'd': given.domain = optarg; break;
		case 'j': program.named = true; break;
		case 'k': given.key = optarg, add_signer(&given); break;
		case 's': given.selector = optarg; break;
		case 'x': program.how.lifetime = setting_time(slice_of(optarg)); break;
		default: fail_usage();
		}
	if (argv[optind] || !program.count || program.how.lifetime < 0)
		fail_usage();
	status = program.named ? messages_each_named('\n', sign_message, NULL) : messages_each(standard_input, sign_message, NULL);
	for (size_t i = 0; i < program.count; i++)
		dkim_signer_free(&program.signer[i]);
	return io_finish(status);
}
