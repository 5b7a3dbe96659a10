/* tls-report: how encryption went, as smtp-send found it, as reports for the domains concerned. See tls-report(1). */
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "dns.h"
#include "domain.h"
#include "fail.h"
#include "feedback.h"
#include "gzip.h"
#include "limit.h"
#include "sts.h"
#include "tally.h"
#include "tlsrpt.h"
#include "uri.h"
#include "words.h"

static const char usage[] = "usage: tls-report [-n] [-d domain] [-r server[:port]] [file ...]";

#define BOUNDARY "=_tls-report"

/* What a line of smtp-send has: a report is of a domain, and has a part for each policy and its text. */
enum column { DOMAIN, POLICY, REQUIRED, TEXT = REQUIRED, RESULT, FROM, EXCHANGE, TO, REASON, COLUMNS, SAME = 1 };

static const char *const names[COLUMNS] = { [DOMAIN] = "domain", [POLICY] = "policy", [TEXT] = "text", [RESULT] = "tlsrpt",
	[FROM] = "from", [EXCHANGE] = "mx", [TO] = "to", [REASON] = "reason" };

struct reports {
	struct feedback feedback;
	const char *only;       /* -d */
	struct dns *dns;        /* NULL: -n */
	int status;

	slice policy, text;     /* of the part that is open */
	bool open, more;        /* a part is; one was before */
	unsigned long long successes, failures;
	buf details;            /* of its failures, as JSON */
};

/* A string of JSON (RFC 8259 §7), whatever a stranger said. */
static void add_string(buf *to, slice text)
{
	buf clean = { NULL, 0, 0 };

	words_plain(&clean, text);
	buf_addchar(to, '"');
	for (size_t i = 0; i < clean.n; i++) {
		if (clean.p[i] == '"' || clean.p[i] == '\\')
			buf_addchar(to, '\\');
		buf_addchar(to, clean.p[i]);
	}
	buf_addchar(to, '"');
	buf_free(&clean);
}

/* `,"name":"value"`, if there is one, which the log has with %HH. */
static void add_member(buf *to, const char *name, slice value)
{
	buf text = { NULL, 0, 0 };

	if (!value.n)
		return;
	uri_add_decoded(&text, value);
	buf_print(to, ",\"%s\":", name);
	add_string(to, buf_slice(&text));
	buf_free(&text);
}

static void add_stamp(buf *to, const char *name, time_t when)
{
	buf_print(to, "\"%s\":\"", name);
	clock_add_stamp(to, when);
	buf_addchar(to, '"');
}

/* The lines of a policy; of one of MTA-STS also what it names. */
static void add_policy_text(buf *to, slice policy, slice text)
{
	slice rest = text, line;

	buf_addtext(to, ",\"policy-string\":[");
	for (const char *before = ""; slice_cut(&rest, '\n', &line); before = ",") {
		buf_addtext(to, before);
		add_string(to, slice_trim(line));
	}
	buf_addchar(to, ']');
	if (!slice_is(policy, "sts"))
		return;
	buf_addtext(to, ",\"mx-host\":[");
	for (const char *before = ""; sts_next_exchange(&text, &line); before = ",") {
		buf_addtext(to, before);
		add_string(to, line);
	}
	buf_addchar(to, ']');
}

/* The part of a policy that is open ends: all its sessions are counted (RFC 8460 §4.4). */
static void end_policy(struct reports *r)
{
	buf *to = &r->feedback.text, text = { NULL, 0, 0 };

	if (!r->open)
		return;
	uri_add_decoded(&text, r->text);
	buf_print(to, "%s{\"policy\":{\"policy-type\":", r->more ? "," : "");
	add_string(to, r->policy);
	if (text.n)
		add_policy_text(to, r->policy, buf_slice(&text));
	add_member(to, "policy-domain", r->feedback.domain);
	buf_print(to, "},\"summary\":{\"total-successful-session-count\":%llu,\"total-failure-session-count\":%llu}",
	    r->successes, r->failures);
	if (r->details.n)
		buf_print(to, ",\"failure-details\":[%s]", r->details.p);
	buf_addchar(to, '}');
	r->open = false;
	r->more = true;
	buf_free(&text);
}

static void begin_policy(struct reports *r, slice policy, slice text)
{
	end_policy(r);
	r->policy = policy;
	r->text = text;
	r->open = true;
	r->successes = r->failures = 0;
	buf_clear(&r->details);
}

static void add_failure(buf *to, const slice *value, unsigned long long count)
{
	buf_print(to, "%s{\"failed-session-count\":%llu", to->n ? "," : "", count);
	add_member(to, "result-type", value[RESULT]);
	add_member(to, "sending-mta-ip", value[FROM]);
	add_member(to, "receiving-mx-hostname", value[EXCHANGE]);
	add_member(to, "receiving-ip", value[TO]);
	add_member(to, "failure-reason-code", value[REASON]);
	buf_addchar(to, '}');
}

static void begin(void *context, const slice *value)
{
	struct reports *r = context;
	struct feedback *f = &r->feedback;
	buf sender = { NULL, 0, 0 };

	f->domain = value[DOMAIN];
	f->count = 0;
	buf_clear(&f->id), buf_clear(&f->text);
	buf_print(&f->id, "%lld.%lld.%.*s@%s", (long long)f->begin, (long long)f->end, (int)f->domain.n, f->domain.p, f->conf->hostname);
	feedback_add_sender(f->conf, &sender);
	buf_addtext(&f->text, "{\"date-range\":{");
	add_stamp(&f->text, "start-datetime", f->begin);
	buf_addchar(&f->text, ',');
	add_stamp(&f->text, "end-datetime", f->end);
	buf_addchar(&f->text, '}');
	add_member(&f->text, "organization-name", slice_of(f->conf->hostname));
	add_member(&f->text, "contact-info", buf_slice(&sender));
	add_member(&f->text, "report-id", buf_slice(&f->id));
	buf_addtext(&f->text, ",\"policies\":[");
	r->open = r->more = false;
	buf_free(&sender);
}

static void row(void *context, const slice *value, unsigned long long count)
{
	struct reports *r = context;

	if (!r->open || !slice_same(value[POLICY], r->policy) || !slice_same(value[TEXT], r->text))
		begin_policy(r, value[POLICY], value[TEXT]);
	r->feedback.count += count;
	if (slice_is(value[RESULT], "success")) {
		r->successes += count;
	} else {
		r->failures += count;
		add_failure(&r->details, value, count);
	}
}

/* What is published at _smtp._tls.DOMAIN: exactly one record is wanted (§3). */
struct published {
	bool done;
	buf where;              /* its URIs, separated by commas */
	buf why;                /* it is not known */
};

static void read_records(void *context, struct dns_answer *answer)
{
	struct published *p = context;

	p->done = true;
	if (answer->status == DNS_AGAIN)
		buf_addtext(&p->why, answer->why);
	dns_only_text(answer, tlsrpt_read, &p->where);
}

/* Addresses to which the domain wants reports, a line each. */
static void add_recipients(buf *to, struct dns *dns, slice domain)
{
	struct published p = { .done = false };
	buf name = { NULL, 0, 0 };
	slice rest, uri;

	buf_print(&name, "_smtp._tls.%.*s", (int)domain.n, domain.p);
	if (domain_valid(buf_slice(&name))) {
		dns_ask(dns, name.p, ns_t_txt, read_records, &p);
		dns_wait(dns, &p.done);
	}
	if (p.why.n)
		warn("DNS look-up of %s: %s", name.p, p.why.p);
	rest = buf_slice(&p.where);
	for (int i = 0; i < LIMIT_REPORT_URIS && slice_cut(&rest, ',', &uri); i++)
		if (feedback_address(slice_trim(uri), to))
			buf_addchar(to, '\n');
	buf_free(&name), buf_free(&p.where), buf_free(&p.why);
}

/* Multipart/report, and the fields by which mail systems know it (§5.3); it comes through even if encryption does not (§3, RFC 8689 §5). */
static int mail(struct feedback *f, struct dns *dns)
{
	buf zipped = { NULL, 0, 0 }, recipients = { NULL, 0, 0 }, before = { NULL, 0, 0 };
	const char *host = f->conf->hostname;
	slice domain = f->domain;
	int status;

	if (gzip_add(&zipped, buf_slice(&f->text)))
		fail(EX_TEMPFAIL, "out of memory");
	buf_print(&before, "TLS-Report-Domain: %.*s\nTLS-Report-Submitter: %s\nTLS-Required: No\n"
	    "Content-Type: multipart/report; report-type=\"tlsrpt\";\n\tboundary=\"" BOUNDARY "\"\n\n--" BOUNDARY "\n"
	    "Content-Type: text/plain\n\nHow encryption went on the way from %s\nto %.*s is in the attached report (RFC 8460).\n\n"
	    "--" BOUNDARY "\n", (int)domain.n, domain.p, host, host, (int)domain.n, domain.p);
	f->before = before.p;
	add_recipients(&recipients, dns, domain);
	status = feedback_mail(f, buf_slice(&zipped), buf_slice(&recipients));
	buf_free(&zipped), buf_free(&recipients), buf_free(&before);
	return status;
}

static void end(void *context)
{
	struct reports *r = context;
	struct feedback *f = &r->feedback;

	if (r->only && !domain_same(f->domain, slice_of(r->only)))
		return;
	end_policy(r);
	buf_addtext(&f->text, "]}\n");
	if (r->dns) {
		int status = mail(f, r->dns);

		r->status = r->status == EX_OK ? status : r->status;
	} else {
		writer_put(&io_out, buf_slice(&f->text));
	}
}

int main(int argc, char **argv)
{
	static const struct tally_reader reader = { begin, row, end };
	struct tally tally = { .program = "smtp-send", .begins = "tlsrpt=", .names = names, .columns = COLUMNS, .required = REQUIRED };
	struct reports r = { .status = EX_OK };
	buf why = { NULL, 0, 0 };
	const char *server = NULL;
	bool printing = false;
	struct conf conf;
	int ch;

	fail_name("tls-report", usage);
	while ((ch = getopt(argc, argv, "d:nr:")) != -1)
		switch (ch) {
		case 'd': r.only = optarg; break;
		case 'n': printing = true; break;
		case 'r': server = optarg; break;
		default: fail_usage();
		}
	conf_load(&conf);
	if (!printing && !(r.dns = dns_open(server ? server : conf.resolver, 15000, &why)))
		fail(server ? EX_USAGE : EX_CONFIG, "%s", why.p);
	r.status = tally_read(&tally, argv + optind);
	r.feedback = (struct feedback){ .conf = &conf, .begin = tally.begin, .end = tally.end, .type = "application/tlsrpt+gzip",
		.suffix = "json.gz", .options = SLICE("tls=may"), .after = "\n--" BOUNDARY "--\n" };
	tally_walk(&tally, SAME, &reader, &r);
	buf_free(&r.details);
	dns_close(r.dns);
	return io_finish(r.status);
}
