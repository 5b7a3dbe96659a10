/* auth-check: a message as it came, with what SPF and DMARC say of it in front. See auth-check(1). */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "conf.h"
#include "fail.h"
#include "judge.h"
#include "limit.h"
#include "spf.h"

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
	struct judge judge;
};

/* The domain of a signature (RFC 6376 §3.5). */
static slice signer(slice body)
{
	slice tag;

	while (slice_cut(&body, ';', &tag)) {
		size_t n = slice_find(tag, '=');

		if (slice_is(slice_trim(slice_upto(tag, n)), "d"))
			return slice_trim(slice_from(tag, n + 1));
	}
	return body;
}

/* Signatures are not verified here: whose they say to be is not known to be forged. */
static void note_signatures(struct check *c, slice fields)
{
	struct field f;

	for (int i = 0; i < LIMIT_SIGNATURES && head_find_next(&fields, "DKIM-Signature", &f); i++)
		judge_unknown(&c->judge, signer(f.body));
}

static void note_spf(struct check *c)
{
	slice domain = buf_slice(&c->spf.domain);

	if (c->spf_result == SPF_PASS)
		judge_spf_passed(&c->judge, domain);
	if (c->spf_result == SPF_TEMPERROR)
		judge_unknown(&c->judge, domain);
}

static void look(struct check *c, slice fields)
{
	judge_begin(&c->judge, c->dns, fields);
	if (c->has_client) {
		spf_begin(&c->spf, c->dns, &c->client);
		c->spf_result = spf_end(&c->spf);
	}
	judge_wait(&c->judge);
	if (c->has_client)
		note_spf(c);
	note_signatures(c, fields);
	judge_decide(&c->judge);
}

static void finish(struct check *c)
{
	if (c->has_client)
		spf_free(&c->spf);
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
	judge_add_result(&c->judge, &a);
	authres_end(&a);
	writer_put(&io_out, buf_slice(&field));
	buf_free(&field);
}

/* Fields that say to be ours are somebody else's (RFC 8601 §5). */
static void write_fields(const struct check *c, slice fields)
{
	struct field f;

	while (head_next(&fields, &f))
		if (!authres_is(&f, c->conf->hostname))
			writer_put(&io_out, f.whole);
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
	buf fields = { NULL, 0, 0 };

	if (head_read(&io_in, &fields))
		fail(errno == EMSGSIZE ? EX_DATAERR : EX_IOERR, "standard input: %s", errno == EMSGSIZE
		    ? "a header of more than 1 MiB" : strerror(errno));
	if (!c->trusted) {
		look(c, buf_slice(&fields));
		refused = is_refused(c);
		log_result(c, refused);
		if (refused)
			return EX_NOPERM;
		write_field(c, head_line_end(buf_slice(&fields)));
		finish(c);
	}
	write_fields(c, buf_slice(&fields));
	write_rest();
	buf_free(&fields);
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

/* It has shown who it is: ESMTPA, ESMTPSA, … (RFC 3848); no other name of a protocol ends so. */
static bool is_authenticated(void)
{
	const char *protocol = getenv("SMTP_PROTOCOL");

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
	if (client.n && !address_read(client, &c.client.ip))
		fail(EX_USAGE, "%.*s: not an IP address", (int)client.n, client.p);
	c.trusted = !ip && (is_authenticated() || is_trusted(&c));
	c.client.sender = from_environment(sender, "SENDER");
	c.client.helo = from_environment(helo, "SMTP_HELO");
	c.client.receiver = slice_of(conf.hostname);
	c.dns = dns_open(server ? server : conf.resolver, seconds * 1000, &why);
	if (!c.dns)
		fail(server ? EX_USAGE : EX_CONFIG, "%s", why.p);
	status = filter(&c);
	dns_close(c.dns);
	return io_finish(status);
}
