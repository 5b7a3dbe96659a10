#include "clock.h"
#include "fail.h"
#include "limit.h"
#include "tag.h"
#include "tlsrpt.h"
#include "uri.h"

static void add(buf *line, const char *name, slice value)
{
	if (!value.n)
		return;
	buf_print(line, " %s=", name);
	uri_add_unreserved(line, value);
}

static void add_address(buf *line, const char *name, const struct address *address)
{
	char text[NETWORK_TEXT];

	if (!address)
		return;
	address_text(address, text);
	buf_print(line, " %s=%s", name, text);
}

/* As many whole lines as a line of the log bears, without their ends. */
static slice shortened(slice text)
{
	size_t n = text.n < LIMIT_LOGGED_POLICY ? text.n : LIMIT_LOGGED_POLICY;

	while (n < text.n && n && text.p[n - 1] != '\n')
		n--;
	return slice_trim(slice_upto(text, n));
}

void tlsrpt_record(const struct tlsrpt_outcome *o)
{
	buf line = { NULL, 0, 0 };

	buf_print(&line, "tlsrpt=%.*s", (int)o->result.n, o->result.p);
	add(&line, "domain", o->domain);
	buf_print(&line, " policy=%s time=", o->policy);
	clock_add_stamp(&line, clock_now());
	add(&line, "mx", o->exchange);
	add_address(&line, "from", o->from);
	add_address(&line, "to", o->to);
	add(&line, "reason", slice_upto(o->reason, LIMIT_SAID));
	add(&line, "text", shortened(o->text));
	log_line("%s", line.p);
	buf_free(&line);
}

bool tlsrpt_read(slice record, slice *where)
{
	return tag_record(record, "TLSRPTv1", "rua", where);
}
