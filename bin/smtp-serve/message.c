#include <errno.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "crlf.h"
#include "fail.h"
#include "limit.h"
#include "serve.h"

/* RFC 3848, RFC 6531 §4.3. */
static const char *protocol(const struct session *s)
{
	if (s->lmtp)
		return s->utf8 ? "UTF8LMTP" : "LMTP";
	if (s->utf8)
		return "UTF8SMTP";
	return s->extended ? "ESMTP" : "SMTP";
}

/* RFC 5321 §4.4. */
void message_begin(struct session *s)
{
	buf field = { NULL, 0, 0 };

	buf_print(&field, "Received: from %s", s->helo.p);
	if (s->client.known) {
		buf_print(&field, " (%s%s", s->client.name ? s->client.name : "", s->client.name ? " " : "");
		address_add_literal(&field, &s->client.address);
		buf_addchar(&field, ')');
	}
	buf_print(&field, "\n\tby %s with %s id %s", s->conf->hostname, protocol(s), s->letter.id);
	if (s->accepted == 1)
		buf_print(&field, "\n\tfor <%s>", s->rcpt.p);
	buf_addtext(&field, "; ");
	clock_add_date(&field, time(NULL));
	buf_addchar(&field, '\n');
	message_write(s, buf_slice(&field));
	buf_free(&field);
}

static const char *queue_trouble(int error)
{
	if (error == ENOSPC || error == EDQUOT)
		return "452 4.3.1 No room for the letter now";
	if (error == EFBIG)
		return "552 5.3.4 The letter is larger than we take";
	return "451 4.3.0 The letter could not be stored now";
}

void message_write(struct session *s, slice bytes)
{
	if (!s->trouble && letter_write(&s->letter, bytes))
		s->trouble = queue_trouble(errno);
}

void message_end(struct session *s)
{
	buf id = { NULL, 0, 0 };

	if (!s->trouble && letter_commit(&s->letter))
		s->trouble = queue_trouble(errno);
	buf_addtext(&id, s->letter.id);
	for (long long i = s->lmtp ? s->accepted : 1; i > 0; i--)
		if (s->trouble)
			reply(s, "%s", s->trouble);
		else
			reply(s, "250 2.0.0 queued as %s", id.p);
	if (!s->trouble) {
		s->open = false;
		buf_addchar(&s->ids, ' ');
		buf_addslice(&s->ids, buf_slice(&id));
		s->idle_commands = 0;
		s->last_use = clock_ms();
	}
	buf_free(&id);
	session_reset(s);
}

/* Reads text until its end; false when the session has ended. */
static bool take_text(struct session *s, struct crlf *text, long long left)
{
	int64_t deadline = clock_ms() + s->patience;
	buf out = { NULL, 0, 0 };
	enum crlf_status status = CRLF_MORE;

	while (status == CRLF_MORE && left > 0) {
		slice in = slice_upto((slice){ io_in.p + io_in.start, io_in.end - io_in.start }, (size_t)left);
		size_t given = in.n;

		if (in.n == 0) {
			if (!more_input(s, deadline))
				break;
			continue;
		}
		buf_clear(&out);
		status = crlf_decode(text, &in, &out);
		io_in.start += given - in.n;
		left -= (long long)(given - in.n);
		message_write(s, buf_slice(&out));
	}
	buf_free(&out);
	if (status == CRLF_BARE_CR || status == CRLF_BARE_LF)
		hang_up(s, CLIENT_WRONG, "554 5.6.0 A line ends in CRLF, and neither CR nor LF stands alone");
	return s->ending == GOING_ON;
}

void do_data(struct session *s, slice argument)
{
	struct crlf text = { .dotted = true };

	if (argument.n)
		reply(s, "501 5.5.4 Syntax: DATA");
	else if (!s->open || s->chunked)
		reply(s, "503 5.5.1 No sender was given");
	else if (s->accepted == 0)
		reply(s, "554 5.5.1 No valid recipients");
	else {
		reply(s, "354 End with a dot on a line of its own");
		message_begin(s);
		if (take_text(s, &text, 1LL << 60))
			message_end(s);
	}
}

void do_bdat(struct session *s, slice argument)
{
	(void)argument;
	reply(s, "502 5.5.1 Not yet");
}
