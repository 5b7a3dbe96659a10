#include <errno.h>

#include "addr.h"
#include "bounced.h"
#include "limit.h"
#include "mime.h"
#include "param.h"
#include "phrase.h"
#include "words.h"

/* The parts */

/* Whether it is in the letter that comes back. */
static bool is_enclosed(const struct bounced *b, const struct part *p)
{
	for (; p->parent; p = p->parent)
		if (p->parent->kind == PART_MESSAGE && !(b->wrapped && p->depth == b->wrapped))
			return true;
	return false;
}

static bool is_delivery_status(slice content_type)
{
	buf type = { NULL, 0, 0 };
	bool is = mime_parameter(content_type, "report-type", &type)
	    && (slice_case_is(buf_slice(&type), "delivery-status") || slice_case_is(buf_slice(&type), "global-delivery-status"));

	buf_free(&type);
	return is;
}

/* A bounce that was put whole into another message by who passed it on: no report came before it. */
static bool is_wrapped(const struct bounced *b, const struct part *p)
{
	return !b->report_type && !b->reported.count && !b->wrapped && p->parent && p->parent->kind == PART_MESSAGE
	    && slice_case_is(p->subtype, "report") && is_delivery_status(p->content_type);
}

static void note_header(struct bounced *b, const struct part *p)
{
	struct origin *o = &b->origin;

	origin_read(o, slice_upto(p->header, p->header.n - p->fields.n), p->fields);
	if (slice_case_is(p->subtype, "report")) {
		b->report_type = is_delivery_status(p->content_type);
		o->automatic |= !b->report_type;        /* of a disposition, for one (RFC 8098) */
	}
	b->notice.own[0] = buf_slice(&o->from);
	b->notice.own[1] = buf_slice(&o->to);
	b->notice.domain = addr_domain(buf_slice(&o->from));
}

static void note_letter(struct bounced *b, slice fields)
{
	slice line;

	while (slice_cut(&fields, '\n', &line))
		report_line(&b->letter, line);
	report_end(&b->letter);
}

static bool is_of(const struct part *p, const char *type, const char *subtype)
{
	return slice_case_is(p->type, type) && slice_case_is(p->subtype, subtype);
}

static bool is_report(const struct part *p)
{
	return is_of(p, "message", "delivery-status") || is_of(p, "message", "global-delivery-status")
	    || is_of(p, "message", "feedback-report");
}

static bool is_header(const struct part *p)
{
	return is_of(p, "text", "rfc822-headers") || is_of(p, "message", "rfc822-headers") || is_of(p, "message", "global-headers");
}

/* HTML where nothing else said something; what is attached is the letter, or of it. A multipart without boundary is text. */
static bool is_text(const struct bounced *b, const struct part *p)
{
	if (part_is_attachment(p))
		return false;
	if (is_of(p, "text", "html"))
		return !notice_means(&b->notice, PHRASE_FAILED) && !notice_means(&b->notice, PHRASE_DELAYED);
	return slice_case_is(p->type, "text") || slice_case_is(p->type, "multipart");
}

static void begin_text(struct bounced *b, const struct part *p)
{
	part_charset(p, &b->charset);
	b->is_html = is_of(p, "text", "html");
	b->markup = (struct markup){ .n = 0 };
}

static void begin(void *context, const struct part *p)
{
	struct bounced *b = context;

	b->reading = BOUNCED_PASS;
	if (p->depth == 0)
		note_header(b, p);
	if (is_wrapped(b, p))
		b->wrapped = p->depth;
	if (is_enclosed(b, p)) {
		if (p->parent->kind == PART_MESSAGE && p->depth <= 3)
			note_letter(b, p->fields);
		return;
	}
	if (p->kind != PART_LEAF)
		return;
	if (is_report(p))
		b->reading = BOUNCED_REPORT;
	else if (is_header(p))
		b->reading = BOUNCED_HEADER;
	else if (is_text(b, p))
		b->reading = BOUNCED_TEXT;
	if (b->reading == BOUNCED_PASS)
		return;
	if (b->reading == BOUNCED_TEXT)
		begin_text(b, p);
	transfer_decoder_begin(&b->decoder, p->encoding);
}

static void take_text_line(struct bounced *b, slice line)
{
	bool blank = slice_trim(line).n == 0;

	if (!b->in_report && !b->notice.over && report_is_field(slice_trim(line)))
		b->in_report = true;
	if (b->in_report)
		report_line(&b->report, line);
	else
		notice_line(&b->notice, line);
	b->in_report = b->in_report && !blank;
}

static void take_line(struct bounced *b, slice line)
{
	if (b->reading == BOUNCED_REPORT)
		report_line(&b->report, line);
	else if (b->reading == BOUNCED_HEADER)
		report_line(&b->letter, line);
	else
		take_text_line(b, line);
}

/* What is longer than a line may be is passed over. */
static void take_lines(struct bounced *b, slice text)
{
	while (text.n) {
		size_t n = slice_find(text, '\n');
		bool whole = n < text.n;

		if (whole && b->line.n == 0 && n <= LIMIT_NOTICE_LINE) {
			take_line(b, slice_upto(text, n));
		} else {
			buf_addslice(&b->line, slice_upto(text, n < LIMIT_NOTICE_LINE - b->line.n ? n : LIMIT_NOTICE_LINE - b->line.n));
			if (whole) {
				take_line(b, buf_slice(&b->line));
				buf_clear(&b->line);
			}
		}
		text = slice_from(text, n + whole);
	}
}

static void take_utf8(struct bounced *b)
{
	if (b->is_html) {
		buf_clear(&b->text);
		markup_more(&b->markup, buf_slice(&b->utf8), &b->text);
		take_lines(b, buf_slice(&b->text));
	} else {
		take_lines(b, buf_slice(&b->utf8));
	}
}

static void take(struct bounced *b, slice decoded)
{
	if (b->reading != BOUNCED_TEXT) {
		take_lines(b, decoded);
	} else if (!b->notice.over) {
		buf_clear(&b->utf8);
		charset_more(&b->charset, decoded, &b->utf8);
		take_utf8(b);
	}
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct bounced *b = context;

	if (what == PART_BODY && b->reading != BOUNCED_PASS && !is_enclosed(b, p))
		take(b, transfer_decode(&b->decoder, bytes));
}

static void end(void *context, const struct part *p)
{
	struct bounced *b = context;

	if (b->reading == BOUNCED_PASS || p->kind != PART_LEAF)
		return;
	take(b, transfer_decode_rest(&b->decoder));
	transfer_decoder_end(&b->decoder);
	if (b->reading == BOUNCED_TEXT) {
		buf_clear(&b->utf8);
		charset_finish(&b->charset, &b->utf8);
		take_utf8(b);
	}
	take_lines(b, SLICE("\n"));
	if (b->reading != BOUNCED_HEADER)
		report_end(&b->report);
	b->in_report = false;
	b->reading = BOUNCED_PASS;
}

/* What it all comes to */

/* A report that failed for somebody, or will yet. */
static bool reports_failures(const struct bounced *b)
{
	for (size_t i = 0; i < b->reported.count; i++)
		if (failures_row(&b->reported, i)->action != FAILURE_NONE)
			return true;
	return false;
}

static bool tells_failures(const struct bounced *b)
{
	bool delayed = notice_means(&b->notice, PHRASE_DELAYED) || origin_means(&b->origin, PHRASE_DELAYED);
	bool opened = notice_means(&b->notice, PHRASE_FAILED) || delayed, named = b->told.count || b->notice.general.n;
	bool sure = b->notice.general.n || (b->told.count && failures_row(&b->told, 0)->verdict.sure);

	if (b->origin.listed || (b->report_type && b->reported.count == 0 && opened))
		return true;
	if (b->origin.daemon || b->origin.null_sender)
		return opened || (b->origin.daemon && (origin_means(&b->origin, PHRASE_FAILED) || sure));
	return named && opened && (origin_means(&b->origin, PHRASE_FAILED) || origin_means(&b->origin, PHRASE_DELAYED));
}

static bool answers(const struct bounced *b)
{
	return b->origin.replies || origin_means(&b->origin, PHRASE_REPLY) || origin_means(&b->origin, PHRASE_CHALLENGE)
	    || (notice_means(&b->notice, PHRASE_CHALLENGE) && (b->origin.automatic || b->origin.null_sender));
}

static enum bounced_kind kind_of(const struct bounced *b)
{
	if (b->report.feedback)
		return b->report.complaint ? BOUNCED_COMPLAINT : BOUNCED_NOT;
	if (origin_means(&b->origin, PHRASE_COMPLAINT))
		return BOUNCED_COMPLAINT;
	if (b->reported.count)
		return reports_failures(b) ? BOUNCED_FAILURES : BOUNCED_NOT;
	if (answers(b) && !b->origin.daemon && !b->origin.listed)
		return BOUNCED_REPLY;
	if (tells_failures(b))
		return BOUNCED_FAILURES;
	return answers(b) || b->origin.automatic || (b->origin.null_sender && !b->origin.daemon) ? BOUNCED_REPLY : BOUNCED_NOT;
}

/* What the text says of a recipient whose report does not say why. */
static void complete(struct bounced *b, struct failure *row)
{
	const struct failure *told = failures_find(&b->told, failure_address(&b->reported, row));
	slice said = { "", 0 };

	if (!told && b->told.count == 1)
		told = failures_row(&b->told, 0);
	if (told)
		said = failure_said(&b->told, told);
	if (said.n == 0)
		said = buf_slice(&b->notice.general);
	if (said.n == 0)
		return;
	row->verdict = verdict_of(slice_of(row->verdict.status), said);
	failures_say(&b->reported, row, said);
}

static void set_actions(struct bounced *b)
{
	bool delayed = origin_means(&b->origin, PHRASE_DELAYED) || notice_means(&b->notice, PHRASE_DELAYED);

	for (size_t i = 0; i < b->told.count; i++)
		failures_row(&b->told, i)->action = delayed ? FAILURE_DELAYED : FAILURE_FAILED;
}

/* The return path of the letter, as it came back, names its recipient; else, where nobody does, the letter may. */
static void ask_letter(struct bounced *b, struct failures *rows)
{
	const buf *paths[] = { &b->report.return_path, &b->letter.return_path };
	const buf *names[] = { &b->letter.reporter, &b->letter.to };

	for (size_t i = 0; rows->count == 0 && i < 2; i++)
		origin_note_path(&b->origin, buf_slice(paths[i]));
	for (size_t i = 0; rows->count == 0 && b->origin.verp.n == 0 && i < 2; i++)
		if (names[i]->n && !slice_case_same(buf_slice(names[i]), buf_slice(&b->origin.from)))
			failures_add(rows, buf_slice(names[i]));
	if (rows->count == 0)
		failures_add(rows, SLICE(""));
}

static void settle_told(struct bounced *b)
{
	failures_drop_guesses(&b->told);
	ask_letter(b, &b->told);
	notice_end(&b->notice);
	set_actions(b);
}

static void settle_reported(struct bounced *b)
{
	for (size_t i = 0; i < b->reported.count; i++)
		if (failures_row(&b->reported, i)->said_n == 0)
			complete(b, failures_row(&b->reported, i));
}

static void say_to_all(struct failures *f, slice said)
{
	for (size_t i = 0; i < f->count; i++)
		failures_say(f, failures_row(f, i), said);
}

static void settle_complaint(struct bounced *b)
{
	ask_letter(b, &b->reported);
	say_to_all(&b->reported, b->report.said.n ? buf_slice(&b->report.said) : buf_slice(&b->origin.about));
}

static void settle_reply(struct bounced *b)
{
	failures_clear(&b->told);
	failures_add(&b->told, buf_slice(&b->origin.from));
	say_to_all(&b->told, buf_slice(&b->origin.about));
}

/* Of all that a bounce to one recipient's own address names, the row that says most. */
static size_t best_row(const struct failures *rows)
{
	size_t best = 0;

	for (size_t i = rows->count; i-- > 0;) {
		enum failure_action now = failures_row(rows, i)->action;

		if (now != FAILURE_NONE && (now <= FAILURE_FAILED || failures_row(rows, best)->action != FAILURE_FAILED))
			best = i;
	}
	return best;
}

static void settle(struct bounced *b)
{
	bool told = b->reported.count == 0;

	b->kind = kind_of(b);
	if (b->kind == BOUNCED_FAILURES && told)
		settle_told(b);
	else if (b->kind == BOUNCED_FAILURES)
		settle_reported(b);
	else if (b->kind == BOUNCED_COMPLAINT)
		settle_complaint(b);
	else
		settle_reply(b);
	b->rows = b->kind == BOUNCED_COMPLAINT || (b->kind == BOUNCED_FAILURES && !told) ? &b->reported : &b->told;
	b->overflow = b->rows->overflow;
	b->best = best_row(b->rows);
}

static void reset(struct bounced *b)
{
	buf_clear(&b->line);
	b->report_type = false;
	origin_begin(&b->origin, &b->told);
	failures_clear(&b->told);
	failures_clear(&b->reported);
	notice_begin(&b->notice, &b->told);
	report_begin(&b->report, &b->reported);
	report_begin(&b->letter, NULL);
	b->reading = BOUNCED_PASS;
	b->in_report = false;
	b->wrapped = 0;
}

void bounced_begin(struct bounced *b)
{
	static const struct part_events events = { begin, bytes, end };

	reset(b);
	part_walk_begin(&b->walk, &events, b);
}

void bounced_more(struct bounced *b, slice some)
{
	part_walk_more(&b->walk, some);
}

void bounced_finish(struct bounced *b)
{
	part_walk_finish(&b->walk);
	notice_finish(&b->notice);
	settle(b);
}

void bounced_came_for(struct bounced *b, slice recipient)
{
	words_plain(&b->origin.verp, recipient);
}

int bounced_read(struct bounced *b, slice recipient, struct reader *in)
{
	int got, error;
	slice some;

	bounced_begin(b);
	bounced_came_for(b, recipient);
	while ((got = reader_some(in, LIMIT_STREAM, &some)) > 0)
		bounced_more(b, some);
	error = errno;
	bounced_finish(b);
	errno = error;
	return got;
}

static const char *class_of(const struct bounced *b, const struct failure *row)
{
	static const char *const verdicts[] = { "hard", "soft", "policy" };

	if (b->kind != BOUNCED_FAILURES)
		return b->kind == BOUNCED_REPLY ? "auto-reply" : "complaint";
	return row->action == FAILURE_DELAYED ? "delayed" : verdicts[row->verdict.verdict];
}

bool bounced_next(const struct bounced *b, size_t *i, struct bounced_row *row)
{
	const struct failure *f;

	if (b->kind == BOUNCED_NOT)
		return false;
	while (*i < b->rows->count && (failures_row(b->rows, *i)->action == FAILURE_NONE || (b->origin.verp.n && *i != b->best)))
		++*i;
	if (*i == b->rows->count)
		return false;
	f = failures_row(b->rows, (*i)++);
	row->recipient = b->origin.verp.n ? buf_slice(&b->origin.verp) : failure_address(b->rows, f);
	row->action = b->kind != BOUNCED_FAILURES ? "" : f->action == FAILURE_DELAYED ? "delayed" : "failed";
	row->status = b->kind != BOUNCED_FAILURES ? "" : f->verdict.status;
	row->class = class_of(b, f);
	row->reason = failure_said(b->rows, f);
	return true;
}

void bounced_free(struct bounced *b)
{
	origin_free(&b->origin);
	buf_free(&b->line);
	buf_free(&b->utf8);
	buf_free(&b->text);
	failures_free(&b->told);
	failures_free(&b->reported);
	notice_free(&b->notice);
	report_free(&b->report);
	report_free(&b->letter);
}
