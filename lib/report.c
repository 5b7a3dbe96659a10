#include "addr.h"
#include "head.h"
#include "limit.h"
#include "report.h"
#include "words.h"

void report_begin(struct report *r, struct failures *failures)
{
	buf *texts[] = { &r->field, &r->original, &r->final, &r->other, &r->said, &r->reporter, &r->return_path, &r->to };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		buf_clear(texts[i]);
	r->failures = failures;
	r->status[0] = '\0';
	r->action = FAILURE_UNSAID;
	r->feedback = r->complaint = false;
}

void report_free(struct report *r)
{
	buf *texts[] = { &r->field, &r->original, &r->final, &r->other, &r->said, &r->reporter, &r->return_path, &r->to };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		buf_free(texts[i]);
}

/* `\x{E9}` (RFC 6533 §3, utf-8-addr-xtext) as the character that it stands for. */
static void add_utf8_xtext(buf *to, slice s)
{
	while (s.n) {
		unsigned long code = 0;
		size_t i = 3;

		if (slice_starts(s, "\\x{"))
			for (int digit; i < s.n && i < 9 && (digit = ascii_hex(s.p[i])) >= 0; i++)
				code = code * 16 + (unsigned)digit;
		if (code < 128 || code > 0x10ffff || i >= s.n || s.p[i] != '}') {
			buf_addchar(to, s.p[0]);
			s = slice_from(s, 1);
			continue;
		}
		if (code > 0xffff)
			buf_addchar(to, (char)(0xf0 | code >> 18));
		if (code > 0x7ff)
			buf_addchar(to, (char)(code > 0xffff ? 0x80 | (code >> 12 & 63) : 0xe0 | code >> 12));
		buf_addchar(to, (char)(code > 0x7ff ? 0x80 | (code >> 6 & 63) : 0xc0 | code >> 6));
		buf_addchar(to, (char)(0x80 | (code & 63)));
		s = slice_from(s, i + 1);
	}
}

/* `rfc822; bob@example.com`, with brackets, comments or no type, as they are met; what is no address is kept as it is. */
static void set_address(buf *to, slice value)
{
	size_t type = slice_find(value, ';');
	bool utf8 = type < value.n && slice_case_is(slice_trim(slice_upto(value, type)), "utf-8");
	struct addr_list list;
	struct addr a = { .bare = false };
	buf text = { NULL, 0, 0 };

	value = slice_trim(slice_from(value, type < value.n ? type + 1 : 0));
	if (utf8)
		add_utf8_xtext(&text, value);
	else
		buf_addslice(&text, value);
	list = addr_list(buf_slice(&text));
	buf_clear(to);
	if (addr_next(&list, &a) > 0 && a.address.n <= LIMIT_ADDRESS)
		words_plain(to, buf_slice(&a.address));
	else if (text.n <= LIMIT_ADDRESS)
		words_plain(to, buf_slice(&text));
	addr_free(&a);
	buf_free(&text);
}

static void set_original(struct report *r, slice value) { set_address(&r->original, value); }
static void set_final(struct report *r, slice value) { set_address(&r->final, value); }
static void set_other(struct report *r, slice value) { set_address(&r->other, value); }

/* One word, perhaps with a comment behind it (RFC 3464 §2.3.3). */
static void set_action(struct report *r, slice value)
{
	static const struct { const char *name; enum failure_action action; } actions[] = {
		{ "failed", FAILURE_FAILED }, { "failure", FAILURE_FAILED }, { "delayed", FAILURE_DELAYED },
		{ "delivered", FAILURE_NONE }, { "relayed", FAILURE_NONE }, { "expanded", FAILURE_NONE },
	};

	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (slice_case_starts(value, actions[i].name))
			r->action = actions[i].action;
}

static void set_status(struct report *r, slice value)
{
	verdict_status(r->status, value);
}

/* `smtp; 550 5.1.1 no such user` */
static void set_said(struct report *r, slice value)
{
	size_t type = slice_find(value, ';');

	buf_clear(&r->said);
	words_decode(&r->said, type < value.n && slice_find(slice_upto(value, type), ' ') == type ? slice_from(value, type + 1) : value);
}

/* What is no complaint: not-spam, and the reports of authentication of RFC 6591. */
static void set_feedback(struct report *r, slice value)
{
	r->feedback = true;
	r->complaint = !slice_case_starts(value, "not-spam") && !slice_case_starts(value, "auth-failure") && !slice_case_starts(value, "dmarc");
	buf_clear(&r->said);
	words_decode(&r->said, value);
}

static void add_reporter(struct report *r, slice value)
{
	set_address(&r->reporter, value);
	if (r->failures && r->reporter.n)
		failures_add(r->failures, buf_slice(&r->reporter));
}

static void set_reporter(struct report *r, slice value) { set_address(&r->reporter, value); }

/* The first is that of the last host. */
static void set_return_path(struct report *r, slice value)
{
	if (r->return_path.n == 0)
		set_address(&r->return_path, value);
}

static void set_to(struct report *r, slice value)
{
	struct addr_list list = addr_list(value);
	struct addr a = { .bare = false };

	buf_clear(&r->to);
	if (addr_next(&list, &a) > 0 && !a.bare && a.address.n <= LIMIT_ADDRESS)
		words_plain(&r->to, buf_slice(&a.address));
	if (addr_next(&list, &a) > 0)
		buf_clear(&r->to);
	addr_free(&a);
}

static const struct { const char *name; void (*set)(struct report *, slice); bool begins; } fields[] = {
	{ "Original-Recipient", set_original, true },
	{ "Final-Recipient", set_final, true },
	{ "X-Actual-Recipient", set_other, false },
	{ "Action", set_action, false },
	{ "Status", set_status, false },
	{ "Diagnostic-Code", set_said, false },
	{ "Feedback-Type", set_feedback, false },
	{ "Original-Rcpt-To", add_reporter, false },
	{ "Removal-Recipient", add_reporter, false },
	{ "X-HmXmrOriginalRecipient", set_reporter, false },
	{ "Original-Mail-From", set_return_path, false },
	{ "Return-Path", set_return_path, false },
	{ "To", set_to, false },
};

bool report_is_field(slice line)
{
	size_t colon = slice_find(line, ':');

	for (size_t i = 0; colon < line.n && i < sizeof fields / sizeof *fields; i++)
		if (fields[i].begins && slice_case_is(slice_upto(line, colon), fields[i].name))
			return true;
	return false;
}

static void end_field(struct report *r)
{
	slice field = buf_slice(&r->field);
	size_t colon = slice_find(field, ':');

	for (size_t i = 0; colon < field.n && i < sizeof fields / sizeof *fields; i++)
		if (slice_case_is(slice_trim(slice_upto(field, colon)), fields[i].name))
			fields[i].set(r, slice_trim(slice_from(field, colon + 1)));
	buf_clear(&r->field);
}

static bool is_address(const buf *text)
{
	return slice_find(buf_slice(text), '@') < text->n;
}

/* The one that the letter was sent to, where the sender's host handed it on; else what it became on its way. */
static const buf *recipient(const struct report *r)
{
	const buf *best[] = { &r->original, &r->final, &r->other };

	for (size_t i = 0; i < sizeof best / sizeof *best; i++)
		if (is_address(best[i]))
			return best[i];
	return r->final.n ? &r->final : &r->original;
}

static enum failure_action action(const struct report *r)
{
	if (r->action != FAILURE_UNSAID || !r->status[0])
		return r->action;
	return r->status[0] == '5' ? FAILURE_FAILED : r->status[0] == '4' ? FAILURE_DELAYED : FAILURE_NONE;
}

static void end_recipient(struct report *r)
{
	const buf *address = recipient(r);
	struct failure *row = address->n ? failures_add(r->failures, buf_slice(address)) : NULL;

	if (row && row->action != FAILURE_FAILED) {
		row->action = action(r);
		row->verdict = verdict_of(slice_of(r->status), buf_slice(&r->said));
		failures_say(r->failures, row, buf_slice(&r->said));
	}
	buf_clear(&r->original);
	buf_clear(&r->final);
	buf_clear(&r->other);
	buf_clear(&r->said);
	r->status[0] = '\0';
	r->action = FAILURE_UNSAID;
}

void report_line(struct report *r, slice line)
{
	bool blank = line.n && ascii_blank(line.p[0]);

	line = slice_trim(line);
	if (line.n == 0) {
		report_end(r);
		return;
	}
	if (!blank)
		end_field(r);
	if (r->field.n >= LIMIT_NOTICE_LINE)
		return;
	if (blank)
		buf_addchar(&r->field, ' ');
	buf_addslice(&r->field, slice_upto(line, LIMIT_NOTICE_LINE - r->field.n));
}

void report_end(struct report *r)
{
	end_field(r);
	if (r->failures && !r->feedback)
		end_recipient(r);
}
