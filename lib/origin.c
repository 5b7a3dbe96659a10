#include <string.h>

#include "addr.h"
#include "head.h"
#include "limit.h"
#include "origin.h"
#include "phrase.h"
#include "verp.h"
#include "words.h"

void origin_begin(struct origin *o, struct failures *told)
{
	buf *texts[] = { &o->verp, &o->from, &o->to, &o->about };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		buf_clear(texts[i]);
	o->subject = 0;
	o->daemon = o->null_sender = o->automatic = o->replies = o->listed = false;
	o->told = told;
}

void origin_free(struct origin *o)
{
	buf *texts[] = { &o->verp, &o->from, &o->to, &o->about };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		buf_free(texts[i]);
}

static void first_address(buf *to, slice body)
{
	struct addr_list list = addr_list(body);
	struct addr a = { .bare = false };

	buf_clear(to);
	if (addr_next(&list, &a) > 0 && a.address.n <= LIMIT_ADDRESS)
		words_plain(to, buf_slice(&a.address));
	addr_free(&a);
}

static bool is_daemon(slice local)
{
	static const char *const names[] = { "mailer-daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "maildaemon", "postmaster",
		"mailer", "mmdf", "pmdf", "uucp", "smtp", "microsoftexchange", "mailadmin", "mail-admin", "email.bounces",
		"bounce", "ndr", "mdaemon", "mail delivery system", "mail delivery subsystem" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_case_starts(local, names[i]))
			return true;
	return false;
}

static void note_from(struct origin *o, slice body)
{
	static const char *const names[] = { "mail delivery", "mail administrator", "system administrator", "mail system",
		"mailer-daemon", "mailer daemon", "postmaster", "delivery subsystem", "mail deliver" };
	buf folded = { NULL, 0, 0 };

	first_address(&o->from, body);
	phrase_fold(&folded, slice_trim(body));
	o->daemon |= o->from.n == 0 || is_daemon(addr_local(buf_slice(&o->from)));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		o->daemon |= folded.n && memmem(folded.p, folded.n, names[i], strlen(names[i]));
	buf_free(&folded);
}

void origin_note_path(struct origin *o, slice address)
{
	buf recipient = { NULL, 0, 0 };

	if (o->verp.n == 0 && verp_add_bounced(&recipient, address) && recipient.n <= LIMIT_ADDRESS)
		words_plain(&o->verp, buf_slice(&recipient));
	buf_free(&recipient);
}

static void note_to(struct origin *o, slice body)
{
	struct addr_list list = addr_list(body);
	struct addr a = { .bare = false };

	while (o->verp.n == 0 && addr_next(&list, &a) != 0)
		origin_note_path(o, buf_slice(&a.address));
	addr_free(&a);
}

static void note_return_path(struct origin *o, slice body)
{
	buf address = { NULL, 0, 0 };

	first_address(&address, body);
	o->null_sender |= address.n == 0 || slice_case_starts(buf_slice(&address), "mailer-daemon");
	buf_free(&address);
}

static void note_automatic(struct origin *o, slice body)
{
	o->automatic |= !slice_case_starts(slice_trim(body), "no");
	o->replies |= memmem(body.p, body.n, "vacation", 8) != NULL;
}

static void note_precedence(struct origin *o, slice body)
{
	body = slice_trim(body);
	o->replies |= slice_case_starts(body, "auto_reply") || slice_case_starts(body, "auto-reply");
	o->automatic |= slice_case_is(body, "junk");
}

static void note_reply(struct origin *o, slice body)
{
	o->replies |= !slice_case_is(slice_trim(body), "no");
}

static void note_agent(struct origin *o, slice body)
{
	o->replies |= slice_case_starts(slice_trim(body), "TMDA");
}

static void note_failed(struct origin *o, slice body)
{
	struct addr_list list = addr_list(body);
	struct addr a = { .bare = false };
	buf address = { NULL, 0, 0 };

	for (int got; (got = addr_next(&list, &a)) != 0;)
		if (got > 0 && a.address.n && a.address.n <= LIMIT_ADDRESS) {
			buf_clear(&address);
			words_plain(&address, buf_slice(&a.address));
			failures_add(o->told, buf_slice(&address));
		}
	o->listed = o->told->count > 0;
	addr_free(&a);
	buf_free(&address);
}

/* A person's answer to a bounce, or a bounce handed on, has its subject too; a mail system names the letter's behind its own words. */
static void note_subject(struct origin *o, slice body)
{
	static const char *const answers[] = { "re:", "aw:", "sv:", "fwd:", "fw:", "wg:" };
	buf folded = { NULL, 0, 0 };
	const struct phrase *p;
	struct phrase_scan scan;

	buf_clear(&o->about);
	words_decode(&o->about, body);
	phrase_fold(&folded, buf_slice(&o->about));
	scan = phrase_scan(buf_slice(&folded));
	while ((p = phrase_next(&scan)))
		o->subject |= 1u << p->meaning;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (slice_starts(buf_slice(&folded), answers[i]))
			o->subject = 0;
	buf_free(&folded);
}

void origin_read(struct origin *o, slice from_line, slice fields)
{
	static const struct { const char *name; void (*note)(struct origin *, slice); } wanted[] = {
		{ "From", note_from }, { "Return-Path", note_return_path }, { "Subject", note_subject },
		{ "Auto-Submitted", note_automatic }, { "Precedence", note_precedence }, { "X-Precedence", note_precedence },
		{ "X-Autoreply", note_reply }, { "X-Auto-Reply", note_reply }, { "X-Autorespond", note_reply },
		{ "X-Auto-Respond", note_reply }, { "X-Autoresponder", note_reply }, { "X-AutoReply-From", note_reply },
		{ "X-Mail-Autoreply", note_reply }, { "X-Vacation", note_reply }, { "X-Delivery-Agent", note_agent },
		{ "X-Failed-Recipients", note_failed },
	};
	static const char *const received_by[] = { "Delivered-To", "X-Original-To", "Envelope-To", "To" };
	struct field f;

	o->null_sender |= slice_case_starts(from_line, "From MAILER-DAEMON") || slice_starts(from_line, "From <>");
	for (slice rest = fields; head_next(&rest, &f);)
		for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
			if (field_is(&f, wanted[i].name))
				wanted[i].note(o, f.body);
	for (size_t i = 0; i < sizeof received_by / sizeof *received_by; i++)
		for (slice rest = fields; o->verp.n == 0 && head_find_next(&rest, received_by[i], &f);)
			note_to(o, f.body);
	if (head_find(fields, "To", &f))
		first_address(&o->to, f.body);
}
