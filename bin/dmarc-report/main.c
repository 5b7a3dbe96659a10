/* dmarc-report: what auth-check found, as reports for the domains concerned. See dmarc-report(1). */
#include <unistd.h>

#include "domain.h"
#include "fail.h"
#include "report.h"
#include "tally.h"

static const char usage[] = "usage: dmarc-report [-n] [-d domain] [-r server[:port]] [file ...]";

static const char *const names[COLUMNS] = { [DOMAIN] = "domain", [P] = "p", [SP] = "sp", [ADKIM] = "adkim", [ASPF] = "aspf",
	[PCT] = "pct", [CLIENT] = "client", [DONE] = "done", [DISPOSITION] = "disposition", [ALIGNED] = "aligned", [FROM] = "from",
	[SPF] = "spf", [SPF_DOMAIN] = "spf-domain", [SPF_SCOPE] = "spf-scope", [DKIM] = "dkim" };

struct reports {
	struct feedback feedback;
	const char *only;       /* -d */
	struct dns *dns;        /* NULL: -n */
	int status;
};

static bool is_wanted(const struct reports *r, slice domain)
{
	return !r->only || domain_same(domain, slice_of(r->only));
}

static void begin(void *context, const slice *value)
{
	struct reports *r = context;

	report_begin(&r->feedback, value);
}

static void row(void *context, const slice *value, unsigned long long count)
{
	struct reports *r = context;

	report_row(&r->feedback, value, count);
}

static void end(void *context)
{
	struct reports *r = context;

	if (!is_wanted(r, r->feedback.domain))
		return;
	report_end(&r->feedback);
	if (r->dns) {
		int status = report_mail(&r->feedback, r->dns);

		r->status = r->status == EX_OK ? status : r->status;
	} else {
		writer_put(&io_out, buf_slice(&r->feedback.text));
	}
}

int main(int argc, char **argv)
{
	static const struct tally_reader reader = { begin, row, end };
	struct tally tally = { .program = "auth-check", .begins = "dmarc=", .names = names, .columns = COLUMNS, .required = REQUIRED };
	struct reports r = { .status = EX_OK };
	buf why = { NULL, 0, 0 };
	const char *server = NULL;
	bool printing = false;
	struct conf conf;
	int ch;

	fail_name("dmarc-report", usage);
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
	r.feedback = (struct feedback){ .conf = &conf, .begin = tally.begin, .end = tally.end, .type = "application/gzip",
		.suffix = "xml.gz", .before = "", .after = "" };
	tally_walk(&tally, POLICY_COLUMNS, &reader, &r);
	dns_close(r.dns);
	return io_finish(r.status);
}
