/* arc-seal: a message as it is passed on, sealed with what was found when it came. See arc-seal(1). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arc-set.h"
#include "clock.h"
#include "conf.h"
#include "fail.h"
#include "limit.h"
#include "messages.h"
#include "signers.h"
#include "twice.h"

static const char usage[] = "usage: arc-seal [-r server[:port]] [-t seconds] -d domain [-s selector -k key] <message >message";

struct program {
	const struct conf *conf;
	struct dkim_keys keys;
	struct dkim_signer *signer;
};

struct message {
	buf separator, fields, blank, sealed;
	struct twice body;
	struct dkim_verify verify;
	struct arc arc;
};

static int read_error(const char *name)
{
	warn("%s: %s", name, strerror(errno));
	return EX_IOERR;
}

/* Its signatures are not verified, but the chain is, and the body hashed. */
static int read_message(struct program *p, const char *name, struct message *m)
{
	slice bytes;
	int got;

	dkim_verify_begin(&m->verify, &p->keys, buf_slice(&m->fields));
	arc_begin(&m->arc, &m->verify);
	dkim_verify_want_body(&m->verify, true);
	while ((got = reader_some(m->body.in, LIMIT_STREAM, &bytes)) > 0)
		dkim_verify_body(&m->verify, bytes);
	dkim_verify_end(&m->verify);
	arc_end(&m->arc);
	return got < 0 || twice_again(&m->body) ? read_error(name) : EX_OK;
}

static int write_message(const char *name, const struct message *m)
{
	slice bytes;
	int got;

	writer_put(&io_out, buf_slice(&m->separator));
	writer_put(&io_out, buf_slice(&m->sealed));
	writer_put(&io_out, buf_slice(&m->fields));
	writer_put(&io_out, buf_slice(&m->blank));
	while ((got = reader_some(m->body.in, LIMIT_STREAM, &bytes)) > 0 && !io_out.error)
		writer_put(&io_out, bytes);
	return got < 0 ? read_error(name) : EX_OK;
}

static int seal(struct program *p, const char *name, struct message *m)
{
	struct dkim_how how = { .now = clock_now(), .line_end = head_line_end(buf_slice(&m->fields)) };
	int status = read_message(p, name, m);

	if (status != EX_OK)
		return status;
	switch (arc_seal(&m->sealed, &m->arc, p->conf->hostname, p->signer, &how)) {
	case SEAL_AGAIN:
		fail(EX_TEMPFAIL, "%s: %s", name, m->arc.why);
	case SEAL_BAD_KEY:
		fail(EX_CONFIG, "the key of %s: its numbers do not belong together", p->signer->domain);
	default:
		return write_message(name, m);
	}
}

static int seal_message(void *context, const char *name, struct reader *in)
{
	struct message m = { .body.copy = -1 };
	int status = messages_header(name, in, &m.separator, &m.fields);

	if (status == EX_OK && head_read_blank(in, &m.blank))
		status = read_error(name);
	if (status == EX_OK)
		status = twice_begin(&m.body, in, name);
	if (status == EX_OK)
		status = seal(context, name, &m);
	twice_end(&m.body);
	arc_free(&m.arc);
	dkim_verify_free(&m.verify);
	buf_free(&m.separator), buf_free(&m.fields), buf_free(&m.blank), buf_free(&m.sealed);
	return status;
}

static void open_key(struct dkim_signer *signer, const char *domain, const char *selector, const char *file)
{
	buf why = { NULL, 0, 0 };
	const char *wrong = dkim_signer_names(signer, slice_of(domain), slice_of(selector));

	if (wrong)
		fail(EX_USAGE, "-d %s -s %s: %s", domain, selector, wrong);
	if (!dkim_signer_key(signer, file, &why))
		fail(EX_CONFIG, "%s", why.p);
}

/* The first RSA key of the domain, or of the nearest above it that has one, in the file dkim: receivers know no others. */
static struct dkim_signer *find_key(struct signers *signers, const struct conf *conf, const char *domain)
{
	buf why = { NULL, 0, 0 };
	const char *by;

	if (signers_read(signers, conf, &why))
		fail(EX_CONFIG, "%s", why.p);
	by = signers_domain(signers, slice_of(domain));
	for (size_t i = 0; by && i < signers->count; i++)
		if (strcmp(signers->list[i].domain, by) == 0 && signers->list[i].key.kind == KEY_RSA)
			return &signers->list[i];
	fail(EX_CONFIG, "%s/dkim: no RSA key for %s", conf->home, domain);
}

int main(int argc, char **argv)
{
	const char *server = NULL, *domain = NULL, *selector = NULL, *file = NULL;
	char *const standard_input[] = { NULL };
	struct dkim_signer given = { .domain = NULL };
	struct signers signers = { .count = 0 };
	struct program p = { .signer = &given };
	buf why = { NULL, 0, 0 };
	long long seconds = 5;
	struct conf conf;
	int ch, status;

	fail_name("arc-seal", usage);
	while ((ch = getopt(argc, argv, "d:k:r:s:t:")) != -1)
		switch (ch) {
		case 'd': domain = optarg; break;
		case 'k': file = optarg; break;
		case 'r': server = optarg; break;
		case 's': selector = optarg; break;
		case 't': seconds = slice_number(slice_of(optarg)); break;
		default: fail_usage();
		}
	if (argv[optind] || !domain || !selector != !file || seconds < 1 || seconds > 3600)
		fail_usage();
	conf_load(&conf);
	p.conf = &conf;
	if (file)
		open_key(&given, domain, selector, file);
	else
		p.signer = find_key(&signers, &conf, domain);
	p.keys.dns = dns_open(server ? server : conf.resolver, seconds * 1000, &why);
	if (!p.keys.dns)
		fail(server ? EX_USAGE : EX_CONFIG, "%s", why.p);
	status = messages_each(standard_input, seal_message, &p);
	dkim_keys_free(&p.keys);
	dkim_signer_free(&given);
	signers_free(&signers);
	dns_close(p.keys.dns);
	return io_finish(status);
}
