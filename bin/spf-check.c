/* spf-check: whether a host may send mail in the name of a domain. See spf-check(1). */
#include <errno.h>
#include <unistd.h>

#include "conf.h"
#include "fail.h"
#include "io.h"
#include "spf.h"

static const char usage[] = "usage: spf-check [-R] [-r server[:port]] [-t seconds] [-i ip -f sender -h helo]";

struct check {
	struct dns *dns;
	slice receiver;
	bool field;             /* -R */
	int status;
};

/* The first failure counts, unless a retry may help with another. */
static int worse(int status, int other)
{
	return status == EX_OK || other == EX_TEMPFAIL ? other : status;
}

static int status_of(enum spf_result result)
{
	switch (result) {
	case SPF_FAIL: return EX_NOPERM;
	case SPF_TEMPERROR: return EX_TEMPFAIL;
	case SPF_PERMERROR: return EX_DATAERR;
	default: return EX_OK;
	}
}

static slice said(const struct spf *spf)
{
	return spf->why.n ? buf_slice(&spf->why) : buf_slice(&spf->explanation);
}

static void print_line(const struct spf *spf, enum spf_result result)
{
	buf line = { NULL, 0, 0 };

	buf_print(&line, "%s\t%s\t", spf_names[result], spf->is_helo ? "helo" : "mailfrom");
	buf_addfield(&line, spf->macros.domain_of_sender);
	buf_addchar(&line, '\t');
	buf_addfield(&line, buf_slice(&spf->mechanism));
	buf_addchar(&line, '\t');
	buf_addfield(&line, said(spf));
	buf_addchar(&line, '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

/* A value of Received-SPF, always quoted: what a stranger said breaks out of no quotes (RFC 7208 §9.1). */
static void add_pair(buf *to, const char *end, const char *key, slice value)
{
	buf_print(to, "%s\n\t%s=\"", end, key);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_addchar(to, '\\');
		buf_addchar(to, ascii_control(value.p[i]) ? '?' : value.p[i]);
	}
	buf_addchar(to, '"');
}

static void print_field(const struct check *c, const struct spf *spf, enum spf_result result)
{
	char ip[NETWORK_TEXT];
	buf field = { NULL, 0, 0 };

	address_text(&spf->macros.ip, ip);
	buf_print(&field, "Received-SPF: %s", spf_names[result]);
	add_pair(&field, "", "receiver", c->receiver);
	buf_print(&field, ";\n\tidentity=%s", spf->is_helo ? "helo" : "mailfrom");
	add_pair(&field, ";", "client-ip", slice_of(ip));
	add_pair(&field, ";", "envelope-from", spf->macros.sender);
	add_pair(&field, ";", "helo", spf->macros.helo);
	if (spf->mechanism.n)
		add_pair(&field, ";", "mechanism", buf_slice(&spf->mechanism));
	if (spf->why.n)
		add_pair(&field, ";", "problem", buf_slice(&spf->why));
	buf_addtext(&field, "\n");
	writer_put(&io_out, buf_slice(&field));
	buf_free(&field);
}

static void check(struct check *c, const struct address *ip, slice sender, slice helo)
{
	struct spf_question q = { .ip = *ip, .sender = sender, .helo = helo, .receiver = c->receiver };
	enum spf_result result;
	struct spf spf;

	if (slice_is(sender, "<>"))
		q.sender.n = 0;
	spf_begin(&spf, c->dns, &q);
	result = spf_end(&spf);
	if (c->field)
		print_field(c, &spf, result);
	else
		print_line(&spf, result);
	c->status = worse(c->status, status_of(result));
	spf_free(&spf);
}

/* A line of standard input: `ip`, `sender`, `helo`. */
static void check_line(struct check *c, slice line)
{
	buf text = { NULL, 0, 0 };
	slice ip, sender, helo;
	struct address address;
	size_t n, m;

	if (line.n && line.p[line.n - 1] == '\n')
		line.n--;
	buf_addnextfield(&text, &line);
	n = text.n;
	buf_addnextfield(&text, &line);
	m = text.n;
	buf_addnextfield(&text, &line);
	ip = slice_upto(buf_slice(&text), n);
	sender = slice_from(slice_upto(buf_slice(&text), m), n);
	helo = slice_from(buf_slice(&text), m);
	if (address_read(ip, &address)) {
		check(c, &address, sender, helo);
	} else {
		warn("%.*s: not an IP address", (int)ip.n, ip.p);
		c->status = worse(c->status, EX_DATAERR);
	}
	buf_free(&text);
}

static void check_lines(struct check *c)
{
	slice line;
	int got;

	while ((got = reader_line(&io_in, &line)) > 0) {
		if (line.p[line.n - 1] != '\n' && !io_in.eof)
			fail(EX_DATAERR, "standard input: a line without end");
		check_line(c, line);
	}
	if (got < 0)
		fail(EX_IOERR, "standard input: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	const char *ip = NULL, *sender = NULL, *helo = NULL, *server = NULL;
	struct check c = { .status = EX_OK };
	buf why = { NULL, 0, 0 };
	long long seconds = 5;
	struct conf conf;
	struct address address;
	int ch;

	fail_name("spf-check", usage);
	while ((ch = getopt(argc, argv, "Rf:h:i:r:t:")) != -1)
		switch (ch) {
		case 'R': c.field = true; break;
		case 'f': sender = optarg; break;
		case 'h': helo = optarg; break;
		case 'i': ip = optarg; break;
		case 'r': server = optarg; break;
		case 't': seconds = slice_number(slice_of(optarg)); break;
		default: fail_usage();
		}
	if (argv[optind] || seconds < 1 || seconds > 3600 || !ip != !sender || !ip != !helo)
		fail_usage();
	if (ip && !address_read(slice_of(ip), &address))
		fail(EX_USAGE, "%s: not an IP address", ip);
	conf_load(&conf);
	c.receiver = slice_of(conf.hostname);
	c.dns = dns_open(server ? server : conf.resolver, seconds * 1000, &why);
	if (!c.dns)
		fail(server ? EX_USAGE : EX_CONFIG, "%s", why.p);
	if (ip)
		check(&c, &address, slice_of(sender), slice_of(helo));
	else
		check_lines(&c);
	dns_close(c.dns);
	return io_finish(c.status);
}
