/* Who logged in sends as himself: the envelope sender, and From and Sender of the header (RFC 6409 §6.1, §8.1). */
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

static const char *check_field(const struct session *s, const char *name, bool needed)
{
	buf address = { NULL, 0, 0 };
	int found = mailbox_of(buf_slice(&s->header), name, &address);
	const char *wrong = NULL;

	if (found > 0)
		wrong = may_send(s, buf_slice(&address), "553 5.7.1 From or Sender is not an address of yours");
	else if (found < 0 || needed)
		wrong = "550 5.7.1 From, and Sender if there is one, have to name one author";
	buf_free(&address);
	return wrong;
}

const char *sender_check(const struct session *s)
{
	const char *wrong;

	if (!s->user.n)
		return NULL;
	if (!ends_well(buf_slice(&s->header)))
		return "554 5.6.0 A line of the header is no field";
	wrong = check_field(s, "From", true);
	return wrong ? wrong : check_field(s, "Sender", false);
}
