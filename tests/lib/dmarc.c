/* dmarc: records of RFC 7489, and what people publish; suffix: whose they are. */
#include "dmarc.h"
#include "suffix.h"
#include "tap.h"

static void record(const char *text, const char *want)
{
	buf got = { NULL, 0, 0 };
	struct dmarc d;

	if (dmarc_read(&d, slice_of(text)))
		buf_print(&got, "%s %s", dmarc_policies[d.policy], dmarc_policies[d.subdomains]);
	else
		buf_addtext(&got, "-");
	same(buf_slice(&got), want, text);
	buf_free(&got);
}

/* Alignment of DKIM and SPF, percent, where reports go. */
static void details(const char *text, const char *want)
{
	buf got = { NULL, 0, 0 };
	struct dmarc d;

	dmarc_read(&d, slice_of(text));
	buf_print(&got, "%c %c %u %.*s", d.strict_dkim ? 's' : 'r', d.strict_spf ? 's' : 'r', d.percent, (int)d.reports.n,
	    d.reports.n ? d.reports.p : "");
	same(buf_slice(&got), want, text);
	buf_free(&got);
}

static void organization(const char *domain, const char *want)
{
	same(slice_of(suffix_organization(domain)), want, domain);
}

int main(void)
{
	/* RFC 7489 appendix B.2 */
	record("v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com", "none none");
	record("v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; ruf=mailto:auth-reports@example.com", "none none");
	record("v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net!10m; pct=25",
	    "quarantine quarantine");

	record("v=DMARC1;p=reject", "reject reject");
	record("v=DMARC1; p=reject; sp=none", "reject none");
	record("v=DMARC1; sp=quarantine; p=none;", "none quarantine");
	record("v = DMARC1 ;\tP = Reject ; SP=None ;;", "reject none");
	record("v=DMARC1; adkim=s; aspf=r; fo=1; p=reject; pct=0; ri=86400", "reject reject");

	record("v=DMARC1", "none none");
	record("v=DMARC1;", "none none");
	record("v=DMARC1; p", "none none");
	record("v=DMARC1; p=; rua=mailto:a@example.com", "none none");
	record("v=DMARC1; p=rejected", "none none");
	record("v=DMARC1; p=reject; sp=perhaps", "none none");
	record("v=DMARC1; p=reject p=none", "none none");
	record("v=DMARC1; pp=reject; xsp=reject", "none none");
	record("v=DMARC1; p=none; p=reject; p=quarantine", "reject reject");

	record("", "-");
	record(";", "-");
	record("v=DMARC", "-");
	record("v=DMARC10; p=reject", "-");
	record("v=dmarc1; p=reject", "-");
	record("p=reject; v=DMARC1", "-");
	record("; v=DMARC1; p=reject", "-");
	record("v=spf1 -all", "-");
	record("DMARC1; p=reject", "-");

	details("v=DMARC1; p=none", "r r 100 ");
	details("v=DMARC1; p=none; adkim=s; aspf=S; pct=25; rua = mailto:a@example.com,mailto:b@example.net!10m ;", "s s 25 mailto:a@example.com,mailto:b@example.net!10m");
	details("v=DMARC1; p=none; adkim=x; aspf=r; pct=101", "r r 100 ");
	details("v=DMARC1; p=none; pct=0", "r r 0 ");
	details("v=DMARC1; p=none; pct=-1; pct=x", "r r 100 ");

	organization("example.com", "example.com");
	organization("a.mail.example.com", "example.com");
	organization("mail.example.co.uk", "example.co.uk");
	organization("co.uk", "co.uk");
	organization("com", "com");
	organization("a.b.test", "b.test");
	organization("a.xn--bcher-kva.example", "xn--bcher-kva.example");
	organization("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn");
	return tap_done();
}
