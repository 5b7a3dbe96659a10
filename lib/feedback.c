#include <errno.h>
#include <string.h>

#include "addr.h"
#include "base64.h"
#include "clock.h"
#include "fail.h"
#include "feedback.h"
#include "letter.h"
#include "runner.h"
#include "uri.h"

void feedback_add_sender(const struct conf *c, buf *to)
{
	buf_addtext(to, c->postmaster);
	if (!addr_domain(slice_of(c->postmaster)).n)
		buf_print(to, "@%s", c->hostname);
}

bool feedback_address(slice uri, buf *to)
{
	size_t n = to->n;
	slice address;

	if (!slice_case_starts(uri, "mailto:"))
		return false;
	uri_add_decoded(to, slice_from(uri, strlen("mailto:")));
	address = slice_from(buf_slice(to), n);
	if (slice_is_ascii(address) && letter_takes_complete(address))
		return true;
	to->n = n;
	return false;
}

static void add_header(buf *to, const struct feedback *f, const char *id, slice sender, slice recipients)
{
	const char *host = f->conf->hostname;
	slice one;

	buf_print(to, "Date: ");
	clock_add_date(to, clock_now());
	buf_print(to, "\nMessage-ID: <%s@%s>\nFrom: <%.*s>\n", id, host, (int)sender.n, sender.p);
	for (const char *before = "To: "; slice_cut(&recipients, '\n', &one) && one.n; before = ",\n\t")
		buf_print(to, "%s<%.*s>", before, (int)one.n, one.p);
	buf_print(to, "\nSubject: Report Domain: %.*s\n\tSubmitter: %s\n\tReport-ID: <%s>\n", (int)f->domain.n, f->domain.p, host, f->id.p);
	buf_print(to, "Auto-Submitted: auto-generated\nMIME-Version: 1.0\n%s", f->before);
	buf_print(to, "Content-Type: %s\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment;\n"
	    "\tfilename=\"%s!%.*s!%lld!%lld.%s\"\n\n", f->type, host, (int)f->domain.n, f->domain.p, (long long)f->begin,
	    (long long)f->end, f->suffix);
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
static int post(const struct feedback *f, slice recipients, slice zipped, struct letter *letter)
{
	buf message = { NULL, 0, 0 }, sender = { NULL, 0, 0 };
	struct base64 base64 = { .count = 0 };
	int done = -1;

	feedback_add_sender(f->conf, &sender);
	if (letter_begin_own(letter, f->conf, buf_slice(&sender), f->options) == 0) {
		add_header(&message, f, letter->id, buf_slice(&sender), recipients);
		base64_more(&base64, zipped, &message);
		base64_finish(&base64, &message);
		buf_addtext(&message, f->after);
		if (put_recipients(letter, recipients) == 0 && letter_write(letter, buf_slice(&message)) == 0)
			done = letter_commit(letter);
		if (done)
			letter_abandon(letter);
	}
	buf_free(&message), buf_free(&sender);
	return done;
}

static void print(const struct feedback *f, slice recipients, const char *id)
{
	buf line = { NULL, 0, 0 };

	buf_addfield(&line, f->domain);
	buf_print(&line, "\t%llu\t", f->count);
	for (size_t i = 0; i + 1 < recipients.n; i++)
		buf_addchar(&line, recipients.p[i] == '\n' ? ' ' : recipients.p[i]);
	buf_print(&line, "\t%s\n", id);
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

int feedback_mail(const struct feedback *f, slice zipped, slice recipients)
{
	struct letter letter = { .recipients = 0 };

	if (recipients.n && post(f, recipients, zipped, &letter)) {
		int error = errno;

		warn("%.*s: %s", (int)f->domain.n, f->domain.p, strerror(error));
		return fail_status(error);
	}
	print(f, recipients, letter.id);
	if (recipients.n)
		runner_deliver(f->conf, slice_of(letter.id));
	return EX_OK;
}
