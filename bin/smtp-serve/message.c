#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "clock.h"
#include "fail.h"
#include "limit.h"
#include "serve.h"

#define ENDLESS (1LL << 60)

static const char bare_end[] = "554 5.6.0 A line ends in CRLF, and neither CR nor LF stands alone";

const char *protocol(const struct session *s)
{
	static char name[16];
	const char *plain = s->lmtp ? "LMTP" : s->extended && !s->utf8 ? "ESMTP" : "SMTP";

	snprintf(name, sizeof name, "%s%s%s%s", s->utf8 ? "UTF8" : "", plain, s->tls ? "S" : "", s->user.n ? "A" : "");
	return name;
}

/* RFC 5321 §4.4. */
static void add_received(struct session *s)
{
	buf field = { NULL, 0, 0 };

	buf_print(&field, "Received: from %s", s->helo.p);
	if (s->client.known) {
		buf_print(&field, " (%s%s", s->client.name ? s->client.name : "", s->client.name ? " " : "");
		address_add_literal(&field, &s->client.address);
		buf_addchar(&field, ')');
	}
	buf_print(&field, "\n\tby %s with %s", s->conf->hostname, protocol(s));
	if (s->has_letter)
		buf_print(&field, " id %s", s->letter.id);
	if (s->tls)
		buf_print(&field, "\n\ttls %s", tls_cipher(s->tls)); /* RFC 8314 §7.4 */
	if (s->accepted == 1)
		buf_print(&field, "\n\tfor <%s>", s->recipients.p);
	buf_addtext(&field, "; ");
	clock_add_date(&field, time(NULL));
	buf_addchar(&field, '\n');
	store_write(s, buf_slice(&field));
	buf_free(&field);
}

static void begin(struct session *s, bool dotted)
{
	s->text = (struct crlf){ .dotted = dotted };
	s->hops = (struct hops){ .count = 0 };
	s->deadline = clock_ms() + s->patience;
	store_message(s);
	add_received(s);
}

static void log_letter(const struct session *s)
{
	log_line("id=%s client=%s helo=%s%s%s from=<%s> to=<%s> recipients=%lld bytes=%lld status=accepted",
	    s->command ? "-" : s->letter.id, s->client.text, s->helo.p,
	    s->user.n ? " user=" : "", s->user.n ? s->claimed.p : "", s->sender.n ? s->sender.p : "",
	    s->recipients.p, s->accepted, s->bytes);
}

/* In LMTP a reply for each recipient (RFC 2033 §4.2), else one. */
static void answer(struct session *s)
{
	for (long long i = s->lmtp ? s->accepted : 1; i > 0; i--)
		if (s->trouble)
			reply(s, "%s", s->trouble);
		else if (s->command)
			reply(s, "250 2.0.0 OK");
		else
			reply(s, "250 2.0.0 queued as %s", s->letter.id);
}

/* The message is complete. A client that waits gets its answer before the log does. */
static void finish(struct session *s)
{
	if (!s->trouble)
		s->trouble = sender_check(s);
	if (!s->trouble)
		s->trouble = store_commit(s);
	answer(s);
	if (!s->trouble) {
		if (io_in.start == io_in.end)
			flush(s);
		log_letter(s);
		s->idle_commands = 0;
		s->last_use = clock_ms();
	}
	session_reset(s);
}

/* Counts the Received fields of a header that comes in any cuts: what goes round in a loop gets one each time. */
static void count_hops(struct session *s, slice bytes)
{
	static const char name[] = "received:";
	struct hops *h = &s->hops;

	for (size_t i = 0; i < bytes.n && !h->over; i++) {
		char c = bytes.p[i];

		if (c == '\n') {
			h->over = h->matched == 0 && !h->other;
			h->matched = 0;
			h->other = false;
		} else if (!h->other && ascii_lower(c) == name[h->matched]) {
			h->matched++;
			h->other = h->matched == sizeof name - 1;
			h->count += h->other;
		} else {
			h->other = true;
		}
	}
	if (h->count > s->conf->max_hops && !s->trouble)
		s->trouble = "554 5.4.6 Too many hops: the letter goes round in a loop";
}

/* After n bytes more. */
static void put_off(struct session *s, size_t n)
{
	int64_t latest = clock_ms() + s->patience;

	s->deadline += (int64_t)(n * 1000 / LIMIT_RATE);
	if (s->deadline > latest)
		s->deadline = latest;
}

/* What is buffered of the next `most` bytes, if need be after waiting for it; false when the session has ended. */
static bool next_bytes(struct session *s, long long most, slice *in)
{
	while (io_in.start == io_in.end)
		if (!more_input(s, s->deadline))
			return false;
	*in = slice_upto((slice){ io_in.p + io_in.start, io_in.end - io_in.start }, (size_t)most);
	return true;
}

/* The message, to its end or for this many bytes; false when the session has ended. */
static bool take_text(struct session *s, long long left)
{
	enum crlf_status status = CRLF_MORE;
	buf out = { NULL, 0, 0 };
	slice in;

	while (status == CRLF_MORE && left > 0 && s->ending == GOING_ON && next_bytes(s, left, &in)) {
		size_t given = in.n;

		buf_clear(&out);
		status = crlf_decode(&s->text, &in, &out);
		given -= in.n;
		io_in.start += given;
		left -= (long long)given;
		put_off(s, given);
		sender_keep(s, buf_slice(&out));
		count_hops(s, buf_slice(&out));
		store_write(s, buf_slice(&out));
	}
	buf_free(&out);
	if (status == CRLF_BARE_CR || status == CRLF_BARE_LF)
		hang_up(s, CLIENT_WRONG, bare_end);
	return s->ending == GOING_ON;
}

static const char *out_of_order(const struct session *s)
{
	if (!s->open)
		return "503 5.5.1 No sender was given";
	if (s->accepted == 0)
		return "554 5.5.1 No valid recipients";
	return NULL;
}

void do_data(struct session *s, slice argument)
{
	const char *wrong = out_of_order(s);

	if (argument.n)
		wrong = "501 5.5.4 Syntax: DATA";
	else if (s->chunked)
		wrong = "503 5.5.1 The letter has begun with BDAT";
	if (wrong) {
		reply(s, "%s", wrong);
		return;
	}
	reply(s, "354 End with a dot on a line of its own");
	begin(s, true);
	if (take_text(s, ENDLESS))
		finish(s);
}

/* A chunk that is refused is still taken in, or what is in it would be read as commands (RFC 3030 §2). */
static void skip_chunk(struct session *s, long long size, const char *why)
{
	slice in;

	if (size > s->conf->size_limit) {
		hang_up(s, CLIENT_WRONG, why);
		return;
	}
	if (!s->chunked)
		s->deadline = clock_ms() + s->patience;
	while (size > 0 && next_bytes(s, size, &in)) {
		io_in.start += in.n;
		size -= (long long)in.n;
		put_off(s, in.n);
	}
	if (s->ending == GOING_ON)
		reply(s, "%s", why);
}

static void take_chunk(struct session *s, long long size, bool last)
{
	if (!s->chunked) {
		s->chunked = true;
		begin(s, false);
	}
	if (size > s->conf->size_limit)
		skip_chunk(s, size, trouble_of(EFBIG));
	else if (!take_text(s, size))
		return;
	else if (last && !crlf_complete(&s->text))
		hang_up(s, CLIENT_WRONG, bare_end);
	else if (last)
		finish(s);
	else if (!s->trouble)
		reply(s, "250 2.0.0 %lld bytes", size);
	else {
		reply(s, "%s", s->trouble);
		session_reset(s);
	}
}

void do_bdat(struct session *s, slice argument)
{
	const char *wrong;
	long long size;
	bool last;

	wrong = command_bdat(argument, &size, &last);
	if (wrong) {
		hang_up(s, CLIENT_WRONG, wrong);
		return;
	}
	wrong = out_of_order(s);
	if (wrong)
		skip_chunk(s, size, wrong);
	else
		take_chunk(s, size, last);
}
