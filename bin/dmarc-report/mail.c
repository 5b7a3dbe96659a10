/* A report on its way to whom the domain names (RFC 7489 §7.1, §7.2). */
#include <string.h>

#include "addr.h"
#include "fail.h"
#include "gzip.h"
#include "limit.h"
#include "policy.h"
#include "report.h"
#include "settings.h"

/* `!10m` at the end of a URI: bytes that it takes, else as many as there are (§6.4). */
static bool take_size(slice *uri, size_t bytes)
{
	size_t n = slice_find(*uri, '!');
	slice size = slice_from(*uri, n + 1);

	*uri = slice_upto(*uri, n);
	return size.n == 0 || (setting_size(size) >= 0 && (unsigned long long)setting_size(size) >= bytes);
}

/* Whether it may have reports of this domain: it is of the same organization, or says so itself. */
static bool is_welcome(struct dns *dns, const struct policy *p, slice domain)
{
	buf why = { NULL, 0, 0 };
	int welcome = policy_aligned(p, domain, false) || policy_takes_reports(dns, p->domain.p, domain, &why);

	if (why.n)
		warn("%s", why.p);
	buf_free(&why);
	return welcome;
}

/* Appends the address of a URI and LF, where it may get this. */
static void add_recipient(buf *to, struct dns *dns, const struct policy *p, slice uri, size_t bytes)
{
	buf address = { NULL, 0, 0 };

	if (take_size(&uri, bytes) && feedback_address(uri, &address)
	    && is_welcome(dns, p, addr_domain(buf_slice(&address)))) {
		buf_addslice(to, buf_slice(&address));
		buf_addchar(to, '\n');
	}
	buf_free(&address);
}

static void add_recipients(buf *to, struct dns *dns, slice domain, size_t bytes)
{
	struct policy p;
	slice rest, uri;

	policy_begin(&p, dns, domain);
	policy_end(&p);
	if (p.why.n)
		warn("%s", p.why.p);
	rest = p.record && slice_is(domain, p.where) ? p.record->reports : (slice){ NULL, 0 };
	for (int i = 0; i < LIMIT_REPORT_URIS && slice_cut(&rest, ',', &uri); i++)
		add_recipient(to, dns, &p, slice_trim(uri), bytes);
	policy_free(&p);
}

int report_mail(const struct feedback *f, struct dns *dns)
{
	buf zipped = { NULL, 0, 0 }, recipients = { NULL, 0, 0 };
	int status;

	if (gzip_add(&zipped, buf_slice(&f->text)))
		fail(EX_TEMPFAIL, "out of memory");
	add_recipients(&recipients, dns, f->domain, zipped.n);
	status = feedback_mail(f, buf_slice(&zipped), buf_slice(&recipients));
	buf_free(&zipped), buf_free(&recipients);
	return status;
}
