#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "head.h"
#include "request.h"

static slice variable(const char *name)
{
	const char *value = getenv(name);

	return slice_of(value ? value : "");
}

int request_read(struct request *r, struct reader *in, buf *why)
{
	*r = (struct request){ .sender = variable("SENDER"), .extension = variable("EXTENSION") };
	if (!getenv("SENDER"))
		buf_addtext(why, "SENDER is not set: who sent the request?");
	else if (head_read(in, &r->fields))
		buf_print(why, "standard input: %s", strerror(errno));
	else if (r->fields.n == 0)
		buf_addtext(why, "standard input: no message");
	return why->n ? -1 : 0;
}

/* Those who send mail that nobody should answer. */
static bool is_program(slice sender)
{
	static const char *const names[] = { "mailer-daemon", "noreply", "no-reply" };
	static const char *const ends[] = { "-request", "-owner", "-bounce", "-bounces", "-return", "-relay" };
	slice local = addr_local(sender);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_case_is(local, names[i]))
			return true;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (local.n > strlen(ends[i]) && slice_case_is(slice_from(local, local.n - strlen(ends[i])), ends[i]))
			return true;
	return slice_case_starts(local, "owner-");
}

/* Of those who say of themselves that they are answers. */
static bool is_automatic(const struct field *f)
{
	static const char *const answers[] = { "X-Autore", "X-Auto-Reply", "X-Auto-Respond", "X-Mail-Autoreply", "X-Vacation" };
	slice body = slice_trim(f->body);

	if (field_is(f, "Precedence"))
		return slice_lists(SLICE("bulk list junk"), body);
	if (field_is(f, "Auto-Submitted"))
		return !slice_case_starts(body, "no");
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (slice_case_starts(f->name, answers[i]))
			return !slice_case_is(body, "no");
	return field_is(f, "List-Id");
}

bool request_is_personal(const struct request *r)
{
	slice rest = buf_slice(&r->fields);
	bool personal = r->sender.n && !is_program(r->sender);
	struct field f;

	while (personal && head_next(&rest, &f))
		personal = !is_automatic(&f);
	return personal;
}
