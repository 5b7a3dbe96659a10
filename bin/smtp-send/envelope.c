#include <string.h>

#include "addr.h"
#include "domain.h"
#include "letter.h"
#include "queue.h"
#include "session.h"

static bool is_ascii(slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 128)
			return false;
	return true;
}

bool envelope_address(const struct session *s, slice address, buf *wire)
{
	slice local = addr_local(address), domain = addr_domain(address);

	buf_clear(wire);
	if (is_ascii(address) || session_takes(s, SMTP_UTF8)) {
		buf_addslice(wire, address);
		return true;
	}
	if (!is_ascii(local))
		return false;
	buf_print(wire, "%.*s@", (int)local.n, local.p);
	return domain_ascii(domain, wire) == 0;
}

/* Whether the letter is one of RFC 6531, and not only an old one with 8-bit bytes in its header. */
static bool is_international(const struct work *w)
{
	return option_value(w->job.options, "smtputf8").p != NULL;
}

bool envelope_wants_utf8(const struct session *s, const struct transaction *t)
{
	const struct work *w = t->work;

	if (!session_takes(s, SMTP_UTF8))
		return false;
	if (is_international(w) || !is_ascii(w->job.sender))
		return true;
	for (size_t i = 0; i < t->count; i++)
		if (!is_ascii(rcpt_address(w->job.recipients[t->recipient[i]])))
			return true;
	return false;
}

static bool is_sendable(const struct session *s, const struct work *w, slice address)
{
	buf wire = { NULL, 0, 0 };
	bool good = envelope_address(s, w->job.sender, &wire) && envelope_address(s, address, &wire)
	    && (session_takes(s, SMTP_UTF8) || !is_international(w) || !w->facts.eight_bit_head);

	buf_free(&wire);
	return good;
}

bool envelope_refuses(const struct session *s, const struct work *w, slice address, struct verdict *v)
{
	v->code = 553;
	if ((w->job.sender.n && !letter_takes(w->job.sender)) || !letter_takes(address)) {
		v->enhanced = SLICE("5.1.3");
		v->text = SLICE("the address cannot be sent by SMTP");
		return true;
	}
	v->enhanced = SLICE("5.6.7");
	v->text = SLICE("the server does not take SMTPUTF8, and the letter needs it");
	return !is_sendable(s, w, address);
}
