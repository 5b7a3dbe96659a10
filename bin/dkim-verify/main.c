/* dkim-verify: what the signatures of messages are worth. See dkim-verify(1). */
#include <errno.h>
#include <unistd.h>

#include "conf.h"
#include "fail.h"
#include "messages.h"
#include "twice.h"
#include "verify.h"

static const char usage[] = "usage: dkim-verify [-aj] [-r server[:port]] [-t seconds] [file | folder ...]";

struct program {
	const char *hostname;
	bool field;             /* -a */
	bool several;           /* lines say of which message they are */
	struct dkim_keys keys;
};

/* One passes; else a retry may find that one does; else none does. */
static int status_of(const struct dkim_verify *v)
{
	int status = EX_NOPERM;

	for (size_t i = 0; i < v->count; i++) {
		if (v->check[i].result == DKIM_PASS)
			return EX_OK;
		if (v->check[i].result == DKIM_TEMPERROR)
			status = EX_TEMPFAIL;
	}
	return status;
}

static void add_end(buf *line, slice field, char end)
{
	buf_addfield(line, field);
	buf_addchar(line, end);
}

static void print_check(const struct dkim_check *c, buf *line)
{
	add_end(line, c->signature.domain, '\t');
	add_end(line, c->signature.selector, '\t');
	add_end(line, slice_of(dkim_check_algorithm(c)), '\t');
	if (c->key && c->key->key.bits)
		buf_addnumber(line, c->key->key.bits);
	buf_addchar(line, '\t');
	add_end(line, slice_of(c->why ? c->why : ""), '\t');
}

static void print_line(const struct program *p, const char *name, enum dkim_result result, const struct dkim_check *c,
    const char *edits)
{
	buf line = { NULL, 0, 0 };

	if (p->several)
		add_end(&line, messages_operand(name), '\t');
	add_end(&line, slice_of(dkim_names[result]), '\t');
	if (c)
		print_check(c, &line);
	else
		buf_addtext(&line, "\t\t\t\t\t");
	add_end(&line, slice_of(edits), '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

static void print_lines(const struct program *p, const char *name, const struct message *m)
{
	const struct dkim_verify *v = &m->verify;

	if (v->count == 0)
		print_line(p, name, DKIM_NONE, NULL, "");
	for (size_t i = 0; i < v->count; i++)
		print_line(p, name, v->check[i].result, &v->check[i], m->edits[i].n ? m->edits[i].p : "");
	if (v->more)
		warn("%s: more than %d signatures: the others are not looked at", name, LIMIT_SIGNATURES);
}

static int read_error(const char *name)
{
	warn("%s: %s", name, strerror(errno));
	return EX_IOERR;
}

/* The message with the field in front of it, and without those that say to be ours (RFC 8601 §5). */
static int print_message(const struct program *p, const char *name, struct message *m)
{
	buf field = { NULL, 0, 0 };
	struct authres a = authres_begin(&field, "Authentication-Results:", p->hostname, head_line_end(buf_slice(&m->fields)));
	slice bytes;
	int got;

	dkim_verify_add_results(&m->verify, &a);
	authres_end(&a);
	writer_put(&io_out, buf_slice(&m->separator));
	writer_put(&io_out, buf_slice(&field));
	authres_write_others(buf_slice(&m->fields), p->hostname, &io_out);
	writer_put(&io_out, buf_slice(&m->blank));
	while ((got = reader_some(m->body.in, LIMIT_STREAM, &bytes)) > 0)
		writer_put(&io_out, bytes);
	buf_free(&field);
	return got < 0 ? read_error(name) : EX_OK;
}

static int read_body(struct message *m)
{
	slice bytes;
	int got;

	while ((got = reader_some(m->body.in, LIMIT_STREAM, &bytes)) > 0)
		dkim_verify_body(&m->verify, bytes);
	return got;
}

static int verify(struct program *p, const char *name, struct message *m)
{
	dkim_verify_begin(&m->verify, &p->keys, buf_slice(&m->fields));
	if (dkim_verify_wants_body(&m->verify) && read_body(m) < 0)
		return read_error(name);
	dkim_verify_end(&m->verify);
	if (!p->field) {
		if (explain_body(m))
			return read_error(name);
		explain_header(m);
		print_lines(p, name, m);
		return status_of(&m->verify);
	}
	return twice_again(&m->body) ? read_error(name) : print_message(p, name, m);
}

static void message_free(struct message *m)
{
	dkim_verify_free(&m->verify);
	buf_free(&m->separator), buf_free(&m->fields), buf_free(&m->blank), buf_free(&m->part);
	for (size_t i = 0; i < LIMIT_SIGNATURES; i++)
		buf_free(&m->edits[i]);
}

static int check(void *context, const char *name, struct reader *in)
{
	struct message m = { .body.copy = -1 };
	struct program *p = context;
	int status = messages_header(name, in, &m.separator, &m.fields);

	if (status == EX_OK && head_read_blank(in, &m.blank) < 0)
		status = read_error(name);
	if (status == EX_OK)
		status = twice_begin(&m.body, in, name);
	if (status == EX_OK)
		status = verify(p, name, &m);
	twice_end(&m.body);
	message_free(&m);
	dkim_keys_trim(&p->keys);
	return status;
}

int main(int argc, char **argv)
{
	struct program p = { .field = false };
	const char *server = NULL;
	buf why = { NULL, 0, 0 };
	long long seconds = 5;
	bool named = false;
	struct conf conf;
	int ch, status;

	fail_name("dkim-verify", usage);
	while ((ch = getopt(argc, argv, "ajr:t:")) != -1)
		switch (ch) {
		case 'a': p.field = true; break;
		case 'j': named = true; break;
		case 'r': server = optarg; break;
		case 't': seconds = slice_number(slice_of(optarg)); break;
		default: fail_usage();
		}
	p.several = named || messages_several(argv + optind);
	if (seconds < 1 || seconds > 3600 || (p.field && p.several) || (named && argv[optind]))
		fail_usage();
	conf_load(&conf);
	p.hostname = conf.hostname;
	p.keys.dns = dns_open(server ? server : conf.resolver, seconds * 1000, &why);
	if (!p.keys.dns)
		fail(server ? EX_USAGE : EX_CONFIG, "%s", why.p);
	status = named ? messages_each_named('\n', check, &p) : messages_each(argv + optind, check, &p);
	dkim_keys_free(&p.keys);
	dns_close(p.keys.dns);
	return io_finish(status);
}
