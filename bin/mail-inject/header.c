#include <inttypes.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "addr.h"
#include "clock.h"
#include "head.h"
#include "inject.h"
#include "limit.h"

enum flag {
	ADDRESSES = 1,          /* a list of mailboxes, each to be whole */
	OURS = 2,               /* of senders: what masquerade is for */
	RECIPIENTS = 4,
	NEEDED = 8,             /* says nothing when it is empty */
	DROPPED = 16,
};

/* Fields that we know, those of a message and, at the same distance, those of a resent one. */
enum known {
	FROM, SENDER, REPLY_TO, TO, CC, BCC, DATE, MESSAGE_ID,
	RESENT_FROM, RESENT_SENDER, RESENT_REPLY_TO, RESENT_TO, RESENT_CC, RESENT_BCC, RESENT_DATE, RESENT_MESSAGE_ID,
	ERRORS_TO, RETURN_RECEIPT_TO, DISPOSITION_NOTIFICATION_TO, RETURN_PATH, CONTENT_LENGTH,
	UNKNOWN,
};

static const struct { const char *name; unsigned flags; } fields[] = {
	[FROM] = { "From", ADDRESSES | OURS | NEEDED },
	[SENDER] = { "Sender", ADDRESSES | OURS },
	[REPLY_TO] = { "Reply-To", ADDRESSES | OURS },
	[TO] = { "To", ADDRESSES | RECIPIENTS },
	[CC] = { "Cc", ADDRESSES | RECIPIENTS },
	[BCC] = { "Bcc", RECIPIENTS | DROPPED },
	[DATE] = { "Date", NEEDED },
	[MESSAGE_ID] = { "Message-ID", NEEDED },
	[RESENT_FROM] = { "Resent-From", ADDRESSES | OURS | NEEDED },
	[RESENT_SENDER] = { "Resent-Sender", ADDRESSES | OURS },
	[RESENT_REPLY_TO] = { "Resent-Reply-To", ADDRESSES | OURS },
	[RESENT_TO] = { "Resent-To", ADDRESSES | RECIPIENTS },
	[RESENT_CC] = { "Resent-Cc", ADDRESSES | RECIPIENTS },
	[RESENT_BCC] = { "Resent-Bcc", RECIPIENTS | DROPPED },
	[RESENT_DATE] = { "Resent-Date", NEEDED },
	[RESENT_MESSAGE_ID] = { "Resent-Message-ID", NEEDED },
	[ERRORS_TO] = { "Errors-To", ADDRESSES },
	[RETURN_RECEIPT_TO] = { "Return-Receipt-To", ADDRESSES },
	[DISPOSITION_NOTIFICATION_TO] = { "Disposition-Notification-To", ADDRESSES },
	[RETURN_PATH] = { "Return-Path", DROPPED },
	[CONTENT_LENGTH] = { "Content-Length", DROPPED },
	[UNKNOWN] = { "", 0 },
};

static enum known known(const struct field *f)
{
	enum known k = 0;

	while (k < UNKNOWN && !field_is(f, fields[k].name))
		k++;
	return k;
}

static bool is_resent(enum known k)
{
	return k >= RESENT_FROM && k <= RESENT_MESSAGE_ID;
}

static bool is_blank(const struct field *f)
{
	return slice_trim(f->body).n == 0;
}

/* Fields that follow each other, up to one that this block has already: that one is of an earlier block. */
static slice first_resent_block(slice rest)
{
	slice block = { NULL, 0 };
	unsigned long seen = 0;
	struct field f;

	while (head_next(&rest, &f)) {
		enum known k = known(&f);
		bool resent = slice_case_starts(f.name, "Resent-");

		if (!resent && !block.n)
			continue;
		if (!resent || (seen & 1UL << k && !(fields[k].flags & RECIPIENTS)))
			break;
		if (!block.n)
			block.p = f.whole.p;
		block.n += f.whole.n;
		seen |= k < UNKNOWN ? 1UL << k : 0;
	}
	return block;
}

static size_t count_mailboxes(slice body)
{
	struct addr_list list = addr_list(body);
	struct addr a = { 0 };
	size_t n = 0;

	for (int got; (got = addr_next(&list, &a)) != 0;)
		n += got > 0;
	addr_free(&a);
	return n;
}

static enum known here(const struct header *h, enum known k)
{
	return h->resent.n ? k + RESENT_FROM : k;
}

void header_scan(struct header *h)
{
	struct field f;
	slice rest;

	h->resent = first_resent_block(buf_slice(&h->fields));
	h->missing_in = h->resent.n ? h->resent : buf_slice(&h->fields);
	rest = h->missing_in;
	while (head_next(&rest, &f)) {
		enum known k = known(&f);

		if (!(fields[k].flags & NEEDED) || !is_blank(&f))
			h->seen |= 1UL << k;
		if (k == here(h, FROM))
			h->authors += count_mailboxes(f.body);
		if (h->request->from_header && fields[k].flags & RECIPIENTS && is_resent(k) == (h->resent.n > 0))
			envelope_add(h->envelope, f.body, fields[k].name);
	}
}

static bool lacks(const struct header *h, enum known k)
{
	return !(h->seen & 1UL << here(h, k));
}

/* Who writes: the sender of the envelope, or the login where that is null. */
static void add_author(const struct header *h, buf *to)
{
	struct envelope login = { .conf = h->conf };

	if (h->envelope->null_sender)
		envelope_set_sender(&login, NULL);
	buf_addslice(to, buf_slice(h->envelope->null_sender ? &login.sender : &h->envelope->sender));
	buf_free(&login.sender);
}

/* The login's full name is not that of an address given with -f. */
static void add_from(const struct header *h, buf *to)
{
	slice name = { "", 0 };

	if (h->request->name)
		name = slice_trim(slice_of(h->request->name));
	else if (!h->request->sender)
		name = author_name();
	if (name.n) {
		head_add_phrase(to, name);
		buf_addtext(to, " <");
	}
	add_author(h, to);
	buf_addtext(to, name.n ? ">" : "");
}

static void add_message_id(const struct header *h, buf *to)
{
	uint64_t chance = 0;

	if (getrandom(&chance, sizeof chance, 0) < 0)
		chance = (uint64_t)clock_ms();
	buf_print(to, "<%lld.%016" PRIx64 ".%ld@%s>", (long long)time(NULL), chance, (long)getpid(),
	    h->conf->hostname);
}

static void add_date(const struct header *h, buf *to)
{
	(void)h;
	clock_add_date(to, time(NULL));
}

static void add_undisclosed(const struct header *h, buf *to)
{
	(void)h;
	buf_addtext(to, "undisclosed-recipients:;");
}

static void add_field(const struct header *h, buf *to, enum known k, void (*add)(const struct header *, buf *))
{
	const char *name = fields[here(h, k)].name;
	size_t at;

	buf_print(to, "%s: ", name);
	at = to->n;
	add(h, to);
	explain("%s added: %s", name, to->p + at);
	buf_addchar(to, '\n');
}

/* RFC 5322 §3.6: Date and From must be there, Message-ID should, Sender where From has several. */
static void add_missing(const struct header *h, buf *to)
{
	if (lacks(h, DATE))
		add_field(h, to, DATE, add_date);
	if (lacks(h, MESSAGE_ID))
		add_field(h, to, MESSAGE_ID, add_message_id);
	if (lacks(h, FROM))
		add_field(h, to, FROM, add_from);
	if (h->authors > 1 && lacks(h, SENDER))
		add_field(h, to, SENDER, add_author);
	if (!h->resent.n && lacks(h, TO) && lacks(h, CC))
		add_field(h, to, TO, add_undisclosed);
}

/* Appends what is to stand for a mailbox's spec. */
static void add_spec(const struct header *h, const struct addr *a, unsigned flags, buf *to)
{
	slice address = buf_slice(&a->address);
	size_t at = to->n;
	buf shown = { NULL, 0, 0 };

	if (flags & OURS && a->spec.n && masquerades(h->conf, address, &shown)) {
		buf_addslice(to, buf_slice(&shown));
		explain("%s shown as %s: masquerade", a->address.p, to->p + at);
	} else {
		buf_addslice(to, a->spec);
		if (a->bare)
			buf_print(to, "@%s", flags & OURS ? h->conf->domain : recipient_domain(h->conf, address));
		if (a->bare)
			explain("%s completed: %s", a->address.p, to->p + at);
	}
	buf_free(&shown);
}

/* A copy of the field with each address whole, all else as it is. */
static void complete_addresses(const struct header *h, const struct field *f, unsigned flags, buf *to)
{
	struct addr_list list = addr_list(f->body);
	const char *from = f->whole.p;
	struct addr a = { 0 };
	int got;

	while ((got = addr_next(&list, &a)) != 0) {
		if (got < 0)
			explain("%.*s left as it is: `%.*s' is no address", (int)f->name.n, f->name.p,
			    (int)a.whole.n, a.whole.p);
		if (got < 0 || !a.spec.n)
			continue;
		buf_add(to, from, (size_t)(a.spec.p - from));
		add_spec(h, &a, flags, to);
		from = a.spec.p + a.spec.n;
	}
	buf_add(to, from, (size_t)(f->whole.p + f->whole.n - from));
	addr_free(&a);
}

static void write_field(const struct header *h, const struct field *f, buf *to)
{
	unsigned flags = fields[known(f)].flags;
	buf complete = { NULL, 0, 0 };
	struct field whole = *f;

	if (flags & ADDRESSES) {
		complete_addresses(h, f, flags, &complete);
		whole.whole = buf_slice(&complete);
	}
	if (head_refold(to, &whole, flags & ADDRESSES))
		explain("%.*s folded: a line was longer than %d", (int)f->name.n, f->name.p, LIMIT_TEXT_LINE);
	buf_free(&complete);
}

static bool within(slice part, slice whole)
{
	return part.p >= whole.p && part.p < whole.p + whole.n;
}

/* Why a field does not go out, or NULL. */
static const char *dropped(const struct header *h, const struct field *f)
{
	unsigned flags = fields[known(f)].flags;

	if (flags & DROPPED)
		return flags & RECIPIENTS ? "nobody is to see it" : "it is for whoever delivers";
	return flags & NEEDED && is_blank(f) && within(f->whole, h->missing_in) ? "it is empty" : NULL;
}

void header_write(const struct header *h, buf *to)
{
	slice rest = buf_slice(&h->fields);
	struct field f;

	if (!h->resent.n)
		add_missing(h, to);
	while (head_next(&rest, &f)) {
		const char *why = dropped(h, &f);

		if (f.whole.p == h->resent.p)
			add_missing(h, to);
		if (why)
			explain("%.*s removed: %s", (int)f.name.n, f.name.p, why);
		else
			write_field(h, &f, to);
	}
}
