#include <stdio.h>
#include <string.h>

#include "limit.h"
#include "mechanism.h"
#include "smtp.h"

static bool take_number(slice *rest)
{
	size_t n = 0;

	while (n < rest->n && ascii_digit(rest->p[n]))
		n++;
	*rest = slice_from(*rest, n);
	return n >= 1 && n <= 3;
}

static bool take_char(slice *rest, char c)
{
	bool there = rest->n && rest->p[0] == c;

	*rest = slice_from(*rest, there);
	return there;
}

/* `5.1.1` at the start of the text, of the class of the code (RFC 2034 §4): its length, or 0. */
static size_t enhanced_length(int code, slice text)
{
	slice rest = text;

	if (take_char(&rest, (char)('0' + code / 100)) && take_char(&rest, '.') && take_number(&rest) &&
	    take_char(&rest, '.') && take_number(&rest) && (rest.n == 0 || rest.p[0] == ' '))
		return text.n - rest.n;
	return 0;
}

static void keep_enhanced(struct reply *r, slice *text)
{
	size_t n = enhanced_length(r->code, *text);

	if (n) {
		memcpy(r->enhanced, text->p, n);
		r->enhanced[n] = '\0';
		r->explicit = true;
		*text = slice_from(*text, n);
	} else if (!r->explicit) {
		snprintf(r->enhanced, sizeof r->enhanced, "%c.0.0", '0' + r->code / 100);
	}
}

static void keep_text(struct reply *r, slice text)
{
	text = slice_trim(text);
	if (text.n == 0 || r->text.n >= LIMIT_REPLY)
		return;
	if (r->text.n)
		buf_addchar(&r->text, ' ');
	text = slice_upto(text, LIMIT_REPLY - r->text.n);
	for (size_t i = 0; i < text.n; i++)
		buf_addchar(&r->text, ascii_control(text.p[i]) ? '?' : text.p[i]);
}

static bool is_code(slice line)
{
	return line.n >= 3 && line.p[0] >= '2' && line.p[0] <= '5' && ascii_digit(line.p[1]) && ascii_digit(line.p[2]);
}

static void first_line(struct reply *r)
{
	if (r->more)
		return;
	buf_clear(&r->text);
	r->explicit = false;
}

/* Where the lines of a reply differ in their codes, the last one counts. */
static int new_line(struct reply *r, slice line)
{
	char separator;

	first_line(r);
	if (!is_code(line))
		return -1;
	r->code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + line.p[2] - '0';
	line = slice_from(line, 3);
	separator = line.n ? line.p[0] : '\n';
	if (separator != ' ' && separator != '-' && separator != '\r' && separator != '\n')
		return -1;
	r->more = separator == '-';
	if (r->enhanced[0] != '0' + r->code / 100)
		r->explicit = false;
	line = slice_trim(slice_from(line, 1));
	r->line = line;
	keep_enhanced(r, &line);
	keep_text(r, line);
	return 0;
}

int reply_line(struct reply *r, slice line)
{
	bool ends = line.n && line.p[line.n - 1] == '\n';

	if (r->inside)
		r->line = (slice){ "", 0 };
	else if (new_line(r, line))
		return -1;
	r->inside = !ends;
	return ends && !r->more;
}

void reply_free(struct reply *r)
{
	buf_free(&r->text);
}

static const struct { const char *keyword; enum smtp_extension extension; } known[] = {
	{ "PIPELINING", SMTP_PIPELINING },
	{ "SIZE", SMTP_SIZE },
	{ "8BITMIME", SMTP_8BITMIME },
	{ "SMTPUTF8", SMTP_UTF8 },
	{ "DSN", SMTP_DSN },
	{ "CHUNKING", SMTP_CHUNKING },
	{ "STARTTLS", SMTP_STARTTLS },
	{ "REQUIRETLS", SMTP_REQUIRETLS },
};

void smtp_feature(struct smtp_features *features, slice line)
{
	slice keyword, argument;

	if (!slice_word(&line, &keyword))
		return;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (slice_case_is(keyword, known[i].keyword))
			features->extensions |= known[i].extension;
	if (slice_case_is(keyword, "AUTH"))
		features->mechanisms |= sasl_mechanisms(line);
	if (slice_case_is(keyword, "SIZE") && slice_word(&line, &argument) && slice_number(argument) > 0)
		features->size = slice_number(argument);
}
