/* auth-check: a message as it came, with what SPF, DKIM and DMARC say of it in front. See auth-check(1). */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "arc.h"
#include "conf.h"
#include "domain.h"
#include "fail.h"
#include "judge.h"
#include "limit.h"
#include "spf.h"
#include "twice.h"

static const char usage[] = "usage: auth-check [-p] [-f sender] [-h helo] [-i ip] [-r server[:port]] [-t seconds]";

/* Where the message came from, and what is found. */
struct check {
	const struct conf *conf;
	struct dns *dns;
	bool refusing;          /* -p */
	bool trusted;           /* the client is ours: nobody is asked */
	bool has_client;
	struct spf_question client;
	struct spf spf;
	enum spf_result spf_result;
	struct dkim_keys keys;
	struct dkim_verify dkim;
	struct arc arc;
	struct twice body;
	struct judge judge;
};

/* Of a key that DNS does not tell just now it may be. */
static void note_signatures(struct check *c)
{
	for (size_t i = 0; i < c->dkim.count; i++) {
		const struct dkim_check *one = &c->dkim.check[i];

		if (one->result == DKIM_PASS)
			judge_dkim_passed(&c->judge, one->signature.domain);
		if (one->result == DKIM_TEMPERROR)
			judge_unknown(&c->judge, one->signature.domain);
	}
}

static void note_spf(struct check *c)
{
	slice domain = buf_slice(&c->spf.domain);

	if (c->spf_result == SPF_PASS)
		judge_spf_passed(&c->judge, domain);
	if (c->spf_result == SPF_TEMPERROR)
		judge_unknown(&c->judge, domain);
}

/* The body, which is read once more to be written. */
static void read_body(struct check *c)
{
	slice bytes;
	int got, status;

	if (!dkim_verify_wants_body(&c->dkim))
		return;
	status = twice_begin(&c->body, &io_in, "standard input");
	if (status != EX_OK)
		exit(status);
	while ((got = reader_some(&io_in, LIMIT_STREAM, &bytes)) > 0)
		dkim_verify_body(&c->dkim, bytes);
	if (got < 0 || twice_again(&c->body))
		fail(EX_IOERR, "standard input: %s", strerror(errno));
}

/* DNS answers while the body is read. */
static void look(struct check *c, slice fields)
{
	judge_begin(&c->judge, c->dns, fields);
	dkim_verify_begin(&c->dkim, &c->keys, fields);
	arc_begin(&c->arc, &c->dkim);
	if (c->has_client)
		spf_begin(&c->spf, c->dns, &c->client);
	read_body(c);
	if (c->has_client)
		c->spf_result = spf_end(&c->spf);
	judge_wait(&c->judge);
	dkim_verify_end(&c->dkim);
	arc_end(&c->arc);
	if (c->has_client)
		note_spf(c);
	note_signatures(c);
	judge_decide(&c->judge);
}

static void finish(struct check *c)
{
	if (c->has_client)
		spf_free(&c->spf);
	arc_free(&c->arc);
	dkim_verify_free(&c->dkim);
	dkim_keys_free(&c->keys);
	judge_free(&c->judge);
}

static void add_spf(const struct check *c, struct authres *a)
{
	slice why = c->spf.why.n ? buf_slice(&c->spf.why) : buf_slice(&c->spf.explanation);

	authres_result(a, "spf", spf_names[c->spf_result], "");
	if (why.n)
		authres_property(a, "reason", why);
	if (!c->spf.is_helo)
		authres_property(a, "smtp.mailfrom", c->spf.macros.sender);
	if (c->client.helo.n)
		authres_property(a, "smtp.helo", c->client.helo);
}

static void write_field(const struct check *c, const char *line_end)
{
	buf field = { NULL, 0, 0 };
	struct authres a = authres_begin(&field, "Authentication-Results:", c->conf->hostname, line_end);

	if (c->has_client)
		add_spf(c, &a);
	dkim_verify_add_results(&c->dkim, &a);
	if (c->arc.result != ARC_NONE)
		arc_add_result(&c->arc, &a);
	judge_add_result(&c->judge, &a);
	authres_end(&a);
	writer_put(&io_out, buf_slice(&field));
	buf_free(&field);
}

static void write_rest(void)
{
	slice bytes;
	int got;

	while ((got = reader_some(&io_in, LIMIT_STREAM, &bytes)) > 0)
		writer_put(&io_out, bytes);
	if (got < 0)
		fail(EX_IOERR, "standard input: %s", strerror(errno));
}

/* Signatures as dmarc-report reads them; names that are none might be taken for other words. */
static void log_signatures(const struct check *c, buf *line)
{
	for (size_t i = 0; i < c->dkim.count; i++) {
		const struct dkim_check *one = &c->dkim.check[i];
		slice domain = one->signature.domain, selector = one->signature.selector;

		if (domain_valid(domain) && dkim_is_selector(selector))
			buf_print(line, " dkim=%s:%.*s:%.*s", dkim_names[one->result], (int)domain.n, domain.p, (int)selector.n, selector.p);
	}
}

/* A line from which dmarc-report makes reports. */
static void log_result(const struct check *c, bool refused)
{
	buf line = { NULL, 0, 0 };
	char ip[NETWORK_TEXT];

	judge_add_log(&c->judge, &line);
	buf_print(&line, " done=%s time=", refused ? "reject" : "none");
	clock_add_stamp(&line, clock_now());
	if (c->has_client) {
		address_text(&c->client.ip, ip);
		buf_print(&line, " client=%s spf=%s", ip, spf_names[c->spf_result]);
		if (c->spf.domain.n)
			buf_print(&line, " spf-domain=%s spf-scope=%s", c->spf.domain.p, c->spf.is_helo ? "helo" : "mfrom");
	}
	log_signatures(c, &line);
	log_line("%s", line.p);
	buf_free(&line);
}

/* The reason is the first line on standard error, which smtp-serve tells the client. */
static bool is_refused(const struct check *c)
{
	const struct judge *j = &c->judge;

	if (!c->refusing)
		return false;
	if (j->result == JUDGE_FAIL && j->disposition == DMARC_REJECT)
		warn("%s: the policy of this domain has us refuse what is not from it (DMARC)", j->policy.domain.p);
	else if (j->result == JUDGE_PERMERROR)
		warn("%s", j->why.p);
	else
		return false;
	return true;
}

static int filter(struct check *c)
{
	bool refused;
	buf fields = { NULL, 0, 0 }, blank = { NULL, 0, 0 };

	if (head_read(&io_in, &fields))
		fail(errno == EMSGSIZE ? EX_DATAERR : EX_IOERR, "standard input: %s", errno == EMSGSIZE
		    ? "a header of more than 1 MiB" : strerror(errno));
	if (head_read_blank(&io_in, &blank))
		fail(EX_IOERR, "standard input: %s", strerror(errno));
	if (!c->trusted) {
		look(c, buf_slice(&fields));
		refused = is_refused(c);
		log_result(c, refused);
		if (refused)
			return EX_NOPERM;
		write_field(c, head_line_end(buf_slice(&fields)));
		finish(c);
	}
	authres_write_others(buf_slice(&fields), c->conf->hostname, &io_out);
	writer_put(&io_out, buf_slice(&blank));
	write_rest();
	buf_free(&fields), buf_free(&blank);
	return EX_OK;
}

/* What our own hosts and users send nobody has to vouch for: only what is forged is taken out. */
static bool is_trusted(const struct check *c)
{
	slice wrong;
	int listed = c->has_client ? network_listed(c->conf->relay_from, &c->client.ip, &wrong) : 0;

	if (listed < 0)
		fail(EX_CONFIG, "relay-from: %.*s: not a network", (int)wrong.n, wrong.p);
	return listed;
}

/* It has shown who it is, by a certificate or by AUTH: ESMTPA, ESMTPSA, … (RFC 3848); no other name of a protocol ends so. */
static bool is_authenticated(void)
{
	const char *protocol = getenv("SMTP_PROTOCOL"), *trusted = getenv("SMTP_TRUSTED");

	if (trusted && strcmp(trusted, "yes") == 0)
		return true;
	return protocol && protocol[0] && protocol[strlen(protocol) - 1] == 'A';
}

static slice from_environment(const char *given, const char *variable)
{
	const char *value = given ? given : getenv(variable);

	return slice_of(value ? value : "");
}

int main(int argc, char **argv)
{
	const char *ip = NULL, *sender = NULL, *helo = NULL, *server = NULL;
	struct check c = { .has_client = false };
	buf why = { NULL, 0, 0 };
	long long seconds = 5;
	struct conf conf;
	slice client;
	int ch, status;

	fail_name("auth-check", usage);
	while ((ch = getopt(argc, argv, "f:h:i:pr:t:")) != -1)
		switch (ch) {
		case 'f': sender = optarg; break;
		case 'h': helo = optarg; break;
		case 'i': ip = optarg; break;
		case 'p': c.refusing = true; break;
		case 'r': server = optarg; break;
		case 't': seconds = slice_number(slice_of(optarg)); break;
		default: fail_usage();
		}
	if (argv[optind] || seconds < 1 || seconds > 3600)
		fail_usage();
	conf_load(&conf);
	c.conf = &conf;
	client = from_environment(ip, "SMTP_CLIENT");
	c.has_client = client.n;
	if ((ip || client.n) && !address_read(client, &c.client.ip))
		fail(EX_USAGE, "%.*s: not an IP address", (int)client.n, client.p);
	c.trusted = !ip && (is_authenticated() || is_trusted(&c));
	c.client.sender = from_environment(sender, "SENDER");
	c.client.helo = from_environment(helo, "SMTP_HELO");
	c.client.receiver = slice_of(conf.hostname);
	c.dns = dns_open(server ? server : conf.resolver, seconds * 1000, &why);
	if (!c.dns)
		fail(server ? EX_USAGE : EX_CONFIG, "%s", why.p);
	c.keys.dns = c.dns;
	status = filter(&c);
	dns_close(c.dns);
	return io_finish(status);
}
