/*
 * Who logged in sends as himself: the envelope sender, and From and Sender of the header (RFC 6409 §6.1, §8.1). Who sends a
 * message again is he whom Resent-From or Resent-Sender names, but From is what readers see, and has to be his all the same.
 */
#include "author.h"
#include "fail.h"
#include "head.h"
#include "limit.h"
#include "senders.h"
#include "serve.h"

static const char *may_send(const struct session *s, slice address, const char *refusal)
{
	buf why = { NULL, 0, 0 };
	int may = senders_allow(s->conf, buf_slice(&s->user), address, &why);

	if (may < 0)
		warn("%s", why.p);
	buf_free(&why);
	return may > 0 ? NULL : may ? "451 4.3.0 It cannot be told now as whom you may send" : refusal;
}

const char *sender_admit(const struct session *s, slice address)
{
	if (!s->user.n || !address.n)
		return NULL;
	return may_send(s, address, "553 5.7.1 That is not an address of yours");
}

void sender_keep(struct session *s, slice text)
{
	if (!s->user.n || s->hops.over || s->trouble)
		return;
	if (s->header.n + text.n > LIMIT_HEADER + LIMIT_STREAM)
		s->trouble = "552 5.3.4 The header is larger than we take";
	else
		buf_addslice(&s->header, text);
}

/* Behind a line that is no field some would still see fields, and others not: none may hide there. */
static bool ends_well(slice text)
{
	struct field f;

	while (head_next(&text, &f))
		;
	return text.n == 0 || text.p[0] == '\n';
}

static const struct field_of_sender {
	const char *name;
	int (*address_of)(slice fields, const char *name, buf *address);
	bool needed;
} fields_of_sender[] = {
	{ "From", mailbox_of, true },
	{ "Sender", mailbox_of, false },
	{ "Resent-From", first_mailbox_of, false },
	{ "Resent-Sender", first_mailbox_of, false },
};

static const char *check_field(const struct session *s, const struct field_of_sender *field)
{
	buf address = { NULL, 0, 0 };
	int found = field->address_of(buf_slice(&s->header), field->name, &address);
	const char *wrong = NULL;

	if (found > 0)
		wrong = may_send(s, buf_slice(&address), "553 5.7.1 From, Sender or a Resent field is not an address of yours");
	else if (found < 0 || field->needed)
		wrong = "550 5.7.1 From, and Sender and Resent fields if there are some, have to name one author";
	buf_free(&address);
	return wrong;
}

const char *sender_check(const struct session *s)
{
	const char *wrong = NULL;

	if (!s->user.n)
		return NULL;
	if (!ends_well(buf_slice(&s->header)))
		return "554 5.6.0 A line of the header is no field";
	for (size_t i = 0; i < sizeof fields_of_sender / sizeof *fields_of_sender && !wrong; i++)
		wrong = check_field(s, &fields_of_sender[i]);
	return wrong;
}
