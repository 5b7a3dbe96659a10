#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bounce.h"
#include "chance.h"
#include "clock.h"
#include "head.h"
#include "io.h"
#include "limit.h"
#include "queue.h"
#include "xtext.h"

#define SECOND_BOUNCE "Pennypost-Bounced-Bounce"

static const struct {
	const char *subject, *opening, *closing, *action;
} kinds[] = {
	[BOUNCE_FAILED] = { "Your letter could not be delivered",
		"Your letter could not be delivered to the recipients below. Nobody will\ntry again.",
		"Your letter, or its header, is enclosed.", "failed" },
	[BOUNCE_DELAYED] = { "Your letter is delayed",
		"Your letter could not be delivered yet to the recipients below. It is still\n"
		"being tried: you need do nothing, and need not send it again.",
		"If it cannot be delivered in the end, you will be told once more.", "delayed" },
	[BOUNCE_DELIVERED] = { "Your letter was delivered",
		"As you asked to be told: your letter was delivered to the recipients below.",
		"The header of your letter is enclosed.", "delivered" },
	[BOUNCE_RELAYED] = { "Your letter was passed on",
		"As you asked to be told: your letter was passed on to a host that does not\n"
		"tell about deliveries. You may hear no more of it.",
		"The header of your letter is enclosed.", "relayed" },
};

/* What a status means and what can be done: the first whose digits it begins with (RFC 3463, RFC 7505, RFC 7372). */
static const struct { const char *status, *advice; } advices[] = {
	{ "5.1.10", "That domain says that it takes no mail. Check the address." },
	{ "5.1.1", "There is no such mailbox. Check the spelling of the address." },
	{ "5.1.0", "The address was refused. Check its spelling." },
	{ "5.1.2", "There is no such domain. Check the spelling of the address." },
	{ "5.1.3", "This is not an address. Check its spelling." },
	{ "5.1.6", "The mailbox has moved, and nobody knows where to." },
	{ "5.1.", "The address was refused. Check it." },
	{ "5.2.1", "The mailbox is closed." },
	{ "5.2.2", "The mailbox is full. Try again later, or reach the recipient another way." },
	{ "5.2.3", "The letter is too large for this mailbox. Send it in smaller parts." },
	{ "5.3.4", "The letter is too large for that host. Send it in smaller parts." },
	{ "5.4.6", "The letter went round in circles: the administrator of that domain can help." },
	{ "5.4.7", "It was tried until its time was up. Try again later, or reach the recipient another way." },
	{ "5.4.", "No way leads there. Check the spelling of the domain." },
	{ "5.6.7", "That host cannot take addresses beyond ASCII." },
	{ "5.6.", "That host cannot take a letter of this form." },
	{ "5.7.", "That host refuses the letter by its rules. Its administrator can help." },
};

void bounce_open(struct bounce *b, enum bounce_kind kind, slice host)
{
	*b = (struct bounce){ .kind = kind, .host = host };
}

void bounce_free(struct bounce *b)
{
	buf_free(&b->text);
	buf_free(&b->status);
}

/* One line of text: what would end it, or show as something else, is a `?`. */
static void add_line(buf *to, slice text, bool ascii)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		buf_addchar(to, ascii_control(c) || (ascii && (unsigned char)c > 127) ? '?' : c);
	}
}

/* Broken at blanks into indented lines of 76. */
static void add_paragraph(buf *to, slice text)
{
	size_t column = 0;
	slice word;

	while (slice_word(&text, &word)) {
		if (column && column + 1 + word.n > 72) {
			buf_addchar(to, '\n');
			column = 0;
		}
		buf_addtext(to, column ? " " : "    ");
		add_line(to, word, false);
		column += word.n + 1;
	}
	if (column)
		buf_addchar(to, '\n');
}

/* `5.1.1` (RFC 3463 §2). */
static bool is_status(slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_digit(s.p[i]) && s.p[i] != '.')
			return false;
	return s.n >= 5 && s.n <= 9 && s.p[1] == '.';
}

/* The enhanced code of a reply, or the class of its code as one. */
static void add_status(buf *to, const struct bounce_recipient *r)
{
	slice rest = r->reply, code = { "", 0 }, enhanced = { "", 0 };

	slice_word(&rest, &code);
	slice_word(&rest, &enhanced);
	if (r->status.n)
		buf_addslice(to, r->status);
	else if (is_status(enhanced))
		buf_addslice(to, enhanced);
	else
		buf_print(to, "%c.0.0", code.n && ascii_digit(code.p[0]) ? code.p[0] : '5');
}

static void add_advice(buf *to, const char *status)
{
	for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
		if (strncmp(status, advices[i].status, strlen(advices[i].status)) == 0) {
			add_paragraph(to, slice_of(advices[i].advice));
			return;
		}
}

static void tell_people(struct bounce *b, const struct bounce_recipient *r, const char *status)
{
	buf said = { NULL, 0, 0 };

	buf_addtext(&b->text, "\n  ");
	add_line(&b->text, r->address, false);
	buf_addchar(&b->text, '\n');
	buf_print(&said, "%.*s: %.*s", (int)r->host.n, r->host.p, (int)r->reply.n, r->reply.p);
	add_paragraph(&b->text, r->host.n ? buf_slice(&said) : r->reply);
	if (b->kind == BOUNCE_FAILED)
		add_advice(&b->text, status);
	buf_free(&said);
}

/* xtext as what it stands for, or as it is where that could not stand in a line of ASCII. */
static void add_decoded(buf *to, slice xtext)
{
	buf text = { NULL, 0, 0 };
	bool fits = true;

	xtext_add_decoded(&text, xtext);
	for (size_t i = 0; i < text.n; i++)
		fits = fits && !ascii_control(text.p[i]) && (unsigned char)text.p[i] < 128;
	add_line(to, fits ? buf_slice(&text) : xtext, true);
	buf_free(&text);
}

static void add_address(buf *to, const char *field, slice address)
{
	bool ascii = slice_is_ascii(address);

	buf_print(to, "%s: %s; ", field, ascii ? "rfc822" : "utf-8");
	add_line(to, address, false);
	buf_addchar(to, '\n');
}

static void add_orcpt(buf *to, slice orcpt)
{
	size_t type = slice_find(orcpt, ';');

	if (type == orcpt.n)
		return;
	buf_addtext(to, "Original-Recipient: ");
	add_line(to, slice_upto(orcpt, type), true);
	buf_addtext(to, "; ");
	add_decoded(to, slice_from(orcpt, type + 1));
	buf_addchar(to, '\n');
}

static void add_date(buf *to, const char *field, time_t when)
{
	if (!when)
		return;
	buf_print(to, "%s: ", field);
	clock_add_date(to, when);
	buf_addchar(to, '\n');
}

/* RFC 3464 §2.3. A diagnostic of type smtp is what a server said, word for word. */
static void tell_programs(struct bounce *b, const struct bounce_recipient *r, const char *status)
{
	buf *to = &b->status;

	buf_addchar(to, '\n');
	add_orcpt(to, option_value(r->options, "orcpt"));
	add_address(to, "Final-Recipient", r->address);
	buf_print(to, "Action: %s\nStatus: %s\n", kinds[b->kind].action, status);
	if (r->host.n) {
		buf_addtext(to, "Remote-MTA: dns; ");
		add_line(to, r->host, true);
		buf_addchar(to, '\n');
	}
	if (r->reply.n) {
		buf_addtext(to, r->host.n ? "Diagnostic-Code: smtp; " : "Diagnostic-Code: X-Pennypost; ");
		add_line(to, r->reply, true);
		buf_addchar(to, '\n');
	}
	add_date(to, "Last-Attempt-Date", r->tried);
	if (b->kind == BOUNCE_DELAYED)
		add_date(to, "Will-Retry-Until", r->until);
}

void bounce_add(struct bounce *b, const struct bounce_recipient *r)
{
	struct bounce_recipient bounded = *r;
	buf status = { NULL, 0, 0 };

	bounded.reply = slice_upto(slice_trim(r->reply), LIMIT_REPLY);
	bounded.host = slice_upto(r->host, LIMIT_DOMAIN);
	add_status(&status, &bounded);
	tell_people(b, &bounded, status.p);
	tell_programs(b, &bounded, status.p);
	b->utf8 = b->utf8 || !slice_is_ascii(r->address);
	b->count++;
	buf_free(&status);
}

bool bounce_wants_whole(slice options, off_t size)
{
	slice ret = option_value(options, "ret");

	if (slice_case_is(option_value(options, "body"), "binarymime") || option_value(options, "requiretls").p)
		return false;
	return slice_case_is(ret, "full") || (!ret.p && size <= LIMIT_ENCLOSED);
}

/* The header alone, or as much of one without end as would come back whole. Whoever reads from fd goes on where he was. */
static int read_header(int fd, off_t message, buf *fields)
{
	off_t before = lseek(fd, 0, SEEK_CUR);
	struct reader in;
	int status;

	if (before < 0 || lseek(fd, message, SEEK_SET) < 0)
		return -1;
	reader_open(&in, fd);
	status = head_read(&in, fields);
	reader_close(&in);
	if (lseek(fd, before, SEEK_SET) < 0)
		return -1;
	if (status && errno != EMSGSIZE)
		return -1;
	while (status && fields->n > 0 && (fields->n > LIMIT_ENCLOSED || fields->p[fields->n - 1] != '\n'))
		fields->n--;
	return 0;
}

bool bounce_is_second(int fd, off_t message)
{
	buf fields = { NULL, 0, 0 };
	struct field field;
	bool second = read_header(fd, message, &fields) == 0 && head_find(buf_slice(&fields), SECOND_BOUNCE, &field);

	buf_free(&fields);
	return second;
}

static int copy(int fd, off_t from, int (*put)(void *, slice), void *context)
{
	static char bytes[LIMIT_STREAM];
	ssize_t n;

	while ((n = pread(fd, bytes, sizeof bytes, from)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || put(context, (slice){ bytes, (size_t)n }))
			return -1;
		from += n;
	}
	return 0;
}

static int only_ascii(void *context, slice bytes)
{
	(void)context;
	return slice_is_ascii(bytes) ? 0 : -1;
}

static bool is_utf8(const struct bounce *b)
{
	return b->utf8 || !slice_is_ascii(b->to) || option_value(b->options, "smtputf8").p;
}

void bounce_options(const struct bounce *b, int fd, off_t message, bool whole, buf *options)
{
	buf fields = { NULL, 0, 0 };
	bool ascii = slice_is_ascii(buf_slice(&b->text)) && slice_is_ascii(buf_slice(&b->status));

	if (ascii && whole)
		ascii = copy(fd, message, only_ascii, NULL) == 0;
	else if (ascii)
		ascii = read_header(fd, message, &fields) == 0 && slice_is_ascii(buf_slice(&fields));
	buf_addtext(options, ascii && slice_is_ascii(b->to) ? "body=7bit" : "body=8bitmime");
	if (!slice_is_ascii(b->to))
		buf_addtext(options, " smtputf8");
	buf_free(&fields);
}

static void add_head(const struct bounce *b, buf *to, slice fields, const char *boundary)
{
	bool utf8 = is_utf8(b);

	buf_addtext(to, "Date: ");
	clock_add_date(to, clock_now());
	buf_print(to, "\nFrom: Mail Delivery System <MAILER-DAEMON@%.*s>\nTo: <", (int)b->host.n, b->host.p);
	add_line(to, b->to, false);
	buf_print(to, ">\nSubject: %s%s\nMessage-ID: <%s@%.*s>\n", kinds[b->kind].subject,
	    b->second ? " (a bounce that nobody takes)" : "", boundary, (int)b->host.n, b->host.p);
	head_add_references(to, fields);
	if (b->second)
		buf_addtext(to, SECOND_BOUNCE ": yes\n");
	buf_print(to, "Auto-Submitted: %s\nMIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=%s;\n\tboundary=\"%s\"\n\n",
	    b->kind == BOUNCE_FAILED || b->kind == BOUNCE_DELAYED ? "auto-replied" : "auto-generated",
	    utf8 ? "global-delivery-status" : "delivery-status", boundary);
}

static void add_part(buf *to, const char *boundary, const char *type, bool ascii)
{
	buf_print(to, "--%s\nContent-Type: %s\nContent-Transfer-Encoding: %s\n\n", boundary, type,
	    ascii ? "7bit" : "8bit");
}

static void add_text(const struct bounce *b, buf *to, const char *boundary)
{
	bool ascii = slice_is_ascii(buf_slice(&b->text));

	add_part(to, boundary, ascii ? "text/plain; charset=us-ascii" : "text/plain; charset=utf-8", ascii);
	buf_print(to, "This is the mail system at %.*s.\n\n%s\n", (int)b->host.n, b->host.p, kinds[b->kind].opening);
	if (b->second)
		buf_addtext(to, "\nThe letter was itself a report without a sender: nobody else can be told.\n");
	buf_addslice(to, buf_slice(&b->text));
	buf_print(to, "\n%s\n\n", kinds[b->kind].closing);
}

static void add_delivery_status(const struct bounce *b, buf *to, const char *boundary)
{
	slice envid = option_value(b->options, "envid");

	add_part(to, boundary, is_utf8(b) ? "message/global-delivery-status" : "message/delivery-status",
	    slice_is_ascii(buf_slice(&b->status)));
	if (envid.n) {
		buf_addtext(to, "Original-Envelope-Id: ");
		add_decoded(to, envid);
		buf_addchar(to, '\n');
	}
	buf_print(to, "Reporting-MTA: dns; %.*s\n", (int)b->host.n, b->host.p);
	add_date(to, "Arrival-Date", b->arrived);
	buf_addslice(to, buf_slice(&b->status));
	buf_addchar(to, '\n');
}

static const char *enclosure(const struct bounce *b, bool whole)
{
	if (is_utf8(b))
		return whole ? "message/global" : "message/global-headers";
	return whole ? "message/rfc822" : "text/rfc822-headers";
}

int bounce_write(const struct bounce *b, int fd, off_t message, bool whole, int (*put)(void *, slice), void *context)
{
	buf boundary = { NULL, 0, 0 }, fields = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	int status = read_header(fd, message, &fields);
	bool ascii = whole ? status == 0 && copy(fd, message, only_ascii, NULL) == 0 : slice_is_ascii(buf_slice(&fields));

	chance_add(&boundary);
	add_head(b, &out, buf_slice(&fields), boundary.p);
	add_text(b, &out, boundary.p);
	add_delivery_status(b, &out, boundary.p);
	add_part(&out, boundary.p, enclosure(b, whole), ascii);
	if (!whole)
		buf_addslice(&out, buf_slice(&fields));
	if (status == 0)
		status = put(context, buf_slice(&out));
	if (status == 0 && whole)
		status = copy(fd, message, put, context);
	buf_clear(&out);
	buf_print(&out, "\n--%s--\n", boundary.p);
	if (status == 0)
		status = put(context, buf_slice(&out));
	buf_free(&boundary);
	buf_free(&fields);
	buf_free(&out);
	return status;
}
