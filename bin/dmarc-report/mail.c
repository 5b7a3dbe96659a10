/* A report on its way to whom the domain names (RFC 7489 §7.1, §7.2). */
#include <errno.h>
#include <string.h>

#include "addr.h"
#include "base64.h"
#include "clock.h"
#include "fail.h"
#include "gzip.h"
#include "letter.h"
#include "limit.h"
#include "policy.h"
#include "report.h"
#include "runner.h"
#include "settings.h"
#include "uri.h"

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

/* A letter in ASCII may be sent to it. */
static bool takes(slice address)
{
	return slice_is_ascii(address) && letter_takes_complete(address);
}

/* Appends the address of a URI and LF, where it may get this. */
static void add_recipient(buf *to, struct dns *dns, const struct policy *p, slice uri, size_t bytes)
{
	buf address = { NULL, 0, 0 };

	if (!take_size(&uri, bytes) || !slice_case_starts(uri, "mailto:"))
		return;
	uri_add_decoded(&address, slice_from(uri, strlen("mailto:")));
	if (takes(buf_slice(&address)) && is_welcome(dns, p, addr_domain(buf_slice(&address)))) {
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

static void add_header(buf *to, const struct report *r, const char *id, slice sender, slice recipients)
{
	const char *host = r->conf->hostname;
	slice one;

	buf_print(to, "Date: ");
	clock_add_date(to, clock_now());
	buf_print(to, "\nMessage-ID: <%s@%s>\nFrom: <%.*s>\n", id, host, (int)sender.n, sender.p);
	for (const char *before = "To: "; slice_cut(&recipients, '\n', &one) && one.n; before = ",\n\t")
		buf_print(to, "%s<%.*s>", before, (int)one.n, one.p);
	buf_print(to, "\nSubject: Report Domain: %.*s\n\tSubmitter: %s\n\tReport-ID: <%s>\n", (int)r->domain.n, r->domain.p, host, r->id.p);
	buf_print(to, "Auto-Submitted: auto-generated\nMIME-Version: 1.0\n");
	buf_print(to, "Content-Type: application/gzip\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment;\n"
	    "\tfilename=\"%s!%.*s!%lld!%lld.xml.gz\"\n\n", host, (int)r->domain.n, r->domain.p, (long long)r->table->begin,
	    (long long)r->table->end);
}

static int put_recipients(struct letter *letter, slice recipients)
{
	slice one;

	while (slice_cut(&recipients, '\n', &one))
		if (one.n && letter_recipient(letter, one))
			return -1;
	return 0;
}

/* Into the queue, its id in the letter. 0, -1 and errno. */
static int post(const struct report *r, slice recipients, slice zipped, struct letter *letter)
{
	buf message = { NULL, 0, 0 }, sender = { NULL, 0, 0 };
	struct base64 base64 = { .count = 0 };
	int done = -1;

	report_add_sender(r->conf, &sender);
	if (letter_begin(letter, r->conf, buf_slice(&sender), SLICE("")) == 0) {
		add_header(&message, r, letter->id, buf_slice(&sender), recipients);
		base64_more(&base64, zipped, &message);
		base64_finish(&base64, &message);
		if (put_recipients(letter, recipients) == 0 && letter_write(letter, buf_slice(&message)) == 0)
			done = letter_commit(letter);
		if (done)
			letter_abandon(letter);
	}
	buf_free(&message), buf_free(&sender);
	return done;
}

static void print(const struct report *r, slice recipients, const char *id)
{
	buf line = { NULL, 0, 0 };

	buf_addfield(&line, r->domain);
	buf_print(&line, "\t%llu\t", r->messages);
	for (size_t i = 0; i + 1 < recipients.n; i++)
		buf_addchar(&line, recipients.p[i] == '\n' ? ' ' : recipients.p[i]);
	buf_print(&line, "\t%s\n", id);
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

int report_mail(struct report *r, struct dns *dns)
{
	buf zipped = { NULL, 0, 0 }, recipients = { NULL, 0, 0 };
	struct letter letter = { .recipients = 0 };
	int status = EX_OK;

	if (gzip_add(&zipped, buf_slice(&r->xml)))
		fail(EX_TEMPFAIL, "out of memory");
	add_recipients(&recipients, dns, r->domain, zipped.n);
	if (recipients.n && post(r, buf_slice(&recipients), buf_slice(&zipped), &letter)) {
		warn("%.*s: %s", (int)r->domain.n, r->domain.p, strerror(errno));
		status = fail_status(errno);
	} else {
		print(r, buf_slice(&recipients), letter.id);
		if (recipients.n)
			runner_deliver(r->conf, slice_of(letter.id));
	}
	buf_free(&zipped), buf_free(&recipients);
	return status;
}
