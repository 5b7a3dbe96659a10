#include <string.h>

#include "command.h"
#include "limit.h"
#include "network.h"
#include "xtext.h"

void command_split(slice line, slice *verb, slice *argument)
{
	slice_word(&line, verb);
	*argument = slice_trim(line);
}

static bool atext(char c)
{
	return ascii_letter(c) || ascii_digit(c) || (unsigned char)c >= 128
	    || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Bytes of a dot-string (RFC 5321 §4.1.2), 0 if s begins with none. */
static size_t dot_string(slice s)
{
	size_t n = 0;

	while (n < s.n && atext(s.p[n])) {
		do
			n++;
		while (n < s.n && atext(s.p[n]));
		if (n + 1 < s.n && s.p[n] == '.' && atext(s.p[n + 1]))
			n++;
	}
	return n;
}

/* Bytes of a quoted-string with its quotes, 0 if s begins with none. */
static size_t quoted_string(slice s)
{
	for (size_t n = 1; n < s.n; n++) {
		if (s.p[n] == '"')
			return n + 1;
		if (s.p[n] == '\\')
			n++;
		if (n < s.n && ascii_control(s.p[n]))
			break;
	}
	return 0;
}

/* Bytes of a domain of labels; `_` is what hosts are called too. */
static size_t domain_name(slice s)
{
	size_t n = 0, label = 0;

	for (; n < s.n; n++) {
		char c = s.p[n];

		if (c == '.' && label > 0 && s.p[n - 1] != '-') {
			label = 0;
			continue;
		}
		if (!ascii_letter(c) && !ascii_digit(c) && (unsigned char)c < 128 && c != '_'
		    && (c != '-' || label == 0))
			break;
		if (++label > 63 * 4)   /* 63 characters, each of up to 4 bytes of UTF-8 */
			return 0;
	}
	return label > 0 && s.p[n - 1] != '-' && n <= LIMIT_DOMAIN ? n : 0;
}

/* Bytes of `[192.0.2.1]` or `[IPv6:2001:db8::1]`, brackets included. */
static size_t literal(slice s)
{
	size_t n = slice_find(s, ']') + 1;
	struct address unused;

	return address_read_literal(slice_upto(s, n), &unused) ? n : 0;
}

static size_t domain(slice s)
{
	return s.n && s.p[0] == '[' ? literal(s) : domain_name(s);
}

/* Whether s is well-formed UTF-8 (RFC 3629 §4): no overlong forms, no surrogates. */
static bool utf8(slice s)
{
	static const unsigned least[] = { 0, 0x80, 0x800, 0x10000 };

	while (s.n) {
		unsigned c = (unsigned char)s.p[0], more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
		unsigned code = more ? c & (0x3fU >> more) : c;

		if (more >= s.n || (c >= 0x80 && more == 0) || c > 0xf4)
			return false;
		for (size_t i = 1; i <= more; i++) {
			if ((s.p[i] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (s.p[i] & 0x3f);
		}
		if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return false;
		s = slice_from(s, more + 1);
	}
	return true;
}

static bool ascii(slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 128)
			return false;
	return true;
}

/* `@one,@two:`, which is accepted and ignored. False if it begins as one and is none. */
static bool skip_route(slice *s)
{
	while (s->n && s->p[0] == '@') {
		size_t n = domain(slice_from(*s, 1));

		*s = slice_from(*s, n + 1);
		if (n == 0 || s->n == 0 || (s->p[0] != ',' && s->p[0] != ':'))
			return false;
		if (s->p[0] == ':') {
			*s = slice_from(*s, 1);
			return s->n == 0 || s->p[0] != '@';
		}
		*s = slice_from(*s, 1);
		if (s->n == 0 || s->p[0] != '@')
			return false;
	}
	return true;
}

/* `local@domain` or `local`. */
static bool take_mailbox(slice *rest, struct path *path)
{
	slice s = *rest;
	size_t n = s.n && s.p[0] == '"' ? quoted_string(s) : dot_string(s);

	path->local = slice_upto(s, n);
	path->domain = (slice){ s.p + n, 0 };
	*rest = slice_from(s, n);
	if (n == 0 || n > LIMIT_LOCAL_PART || s.p[0] == '-')
		return false;
	if (rest->n && rest->p[0] == '@') {
		path->domain = slice_upto(slice_from(*rest, 1), domain(slice_from(*rest, 1)));
		if (path->domain.n == 0)
			return false;
		n += 1 + path->domain.n;
		*rest = slice_from(s, n);
	}
	path->address = slice_upto(s, n);
	path->utf8 = !ascii(path->address);
	return n <= LIMIT_ADDRESS && utf8(path->address);
}

bool command_path(slice *rest, struct path *path)
{
	bool angle;

	*rest = slice_trim(*rest);
	*path = (struct path){ .address = { rest->p, 0 }, .local = { rest->p, 0 }, .domain = { rest->p, 0 } };
	angle = rest->n && rest->p[0] == '<';
	if (angle)
		*rest = slice_from(*rest, 1);
	if (!angle || rest->n == 0 || rest->p[0] != '>')
		if (!skip_route(rest) || !take_mailbox(rest, path))
			return false;
	if (angle) {
		if (rest->n == 0 || rest->p[0] != '>')
			return false;
		*rest = slice_from(*rest, 1);
	}
	return rest->n == 0 || ascii_blank(rest->p[0]);
}

static void add_word(buf *options, const char *name, slice value)
{
	if (options->n)
		buf_addchar(options, ' ');
	buf_addtext(options, name);
	buf_addslice(options, value);
}

static void add_lower(buf *options, const char *name, slice value)
{
	size_t at;

	add_word(options, name, value);
	for (at = options->n - value.n; at < options->n; at++)
		options->p[at] = ascii_lower(options->p[at]);
}

/* A parameter `NAME` or `NAME=value` (RFC 5321 §4.1.1.11); without `=`, take gets a value without memory. */
struct parameter {
	const char *name;
	const char *(*take)(slice value, void *command);
};

static const char *take_parameters(slice rest, const struct parameter *known, void *command)
{
	unsigned seen = 0;
	slice word;

	while (slice_word(&rest, &word)) {
		size_t n = slice_find(word, '='), i = 0;
		const char *wrong;

		while (known[i].name && !slice_case_is(slice_upto(word, n), known[i].name))
			i++;
		if (!known[i].name)
			return "555 5.5.4 Parameter not recognized";
		if (seen & 1U << i)
			return "501 5.5.4 Parameter given twice";
		seen |= 1U << i;
		wrong = known[i].take(n < word.n ? slice_from(word, n + 1) : (slice){ NULL, 0 }, command);
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* RFC 1870 §5: at most 20 digits, of which we believe 18; a larger number is larger than any limit. */
static const char *take_size(slice value, void *command)
{
	struct mail_command *m = command;
	size_t digits = 0;

	while (digits < value.n && ascii_digit(value.p[digits]))
		digits++;
	if (digits == 0 || digits < value.n || digits > 20)
		return "501 5.5.4 SIZE is not a number";
	m->size = digits > 18 ? 999999999999999999 : slice_number(value);
	return NULL;
}

static const char *take_body(slice value, void *command)
{
	struct mail_command *m = command;

	if (!slice_case_is(value, "7BIT") && !slice_case_is(value, "8BITMIME"))
		return "555 5.5.4 BODY is 7BIT or 8BITMIME";
	add_lower(&m->options, "body=", value);
	return NULL;
}

static const char *take_requiretls(slice value, void *command)
{
	struct mail_command *m = command;

	if (value.p)
		return "501 5.5.4 REQUIRETLS takes no value";
	m->requires_tls = true;
	add_word(&m->options, "requiretls", value);
	return NULL;
}

static const char *take_utf8(slice value, void *command)
{
	struct mail_command *m = command;

	if (value.p)
		return "501 5.5.4 SMTPUTF8 takes no value";
	m->utf8 = true;
	add_word(&m->options, "smtputf8", value);
	return NULL;
}

static const char *take_ret(slice value, void *command)
{
	struct mail_command *m = command;

	if (!slice_case_is(value, "FULL") && !slice_case_is(value, "HDRS"))
		return "501 5.5.4 RET is FULL or HDRS";
	add_lower(&m->options, "ret=", value);
	return NULL;
}

/* RFC 3461 §4.4: at most 100 characters. */
static const char *take_envid(slice value, void *command)
{
	struct mail_command *m = command;

	if (value.n == 0 || value.n > 100 || !xtext_is(value))
		return "501 5.5.4 ENVID is not xtext of at most 100 characters";
	add_word(&m->options, "envid=", value);
	return NULL;
}

static bool take_prefix(slice *argument, const char *prefix)
{
	if (!slice_case_starts(*argument, prefix))
		return false;
	*argument = slice_from(*argument, strlen(prefix));
	return true;
}

const char *command_mail(slice argument, struct mail_command *m)
{
	static const struct parameter known[] = {
		{ "SIZE", take_size }, { "BODY", take_body }, { "SMTPUTF8", take_utf8 }, { "REQUIRETLS", take_requiretls },
		{ "RET", take_ret }, { "ENVID", take_envid }, { NULL, NULL },
	};
	const char *wrong;

	*m = (struct mail_command){ .size = 0 };
	if (!take_prefix(&argument, "FROM:"))
		return "501 5.5.4 Syntax: MAIL FROM:<address>";
	if (!command_path(&argument, &m->from))
		return "501 5.1.7 Not a sender's address";
	wrong = take_parameters(argument, known, m);
	if (!wrong && m->from.utf8 && !m->utf8)
		wrong = "553 5.6.7 An address beyond ASCII needs SMTPUTF8";
	return wrong;
}

/* NEVER, or some of the others, each once (RFC 3461 §4.1). */
static const char *take_notify(slice value, void *command)
{
	static const char *const known[] = { "SUCCESS", "FAILURE", "DELAY" };
	struct rcpt_command *r = command;
	slice rest = value, word;
	unsigned seen = 0;

	if (!slice_case_is(value, "NEVER"))
		do {
			unsigned i = 0;

			if (!slice_cut(&rest, ',', &word))
				word = (slice){ NULL, 0 };
			while (i < 3 && !slice_case_is(word, known[i]))
				i++;
			if (i == 3 || seen & 1U << i)
				return "501 5.5.4 NOTIFY is NEVER, or some of SUCCESS,FAILURE,DELAY";
			seen |= 1U << i;
		} while (rest.p);
	add_lower(&r->options, "notify=", value);
	return NULL;
}

/* Whether s may stand in a queue file, and is UTF-8. */
static bool printable(slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_control(s.p[i]))
			return false;
	return utf8(s);
}

/* `rfc822;xtext`, or `utf-8;…` (RFC 6533 §3); §4.2: at most 500 characters. */
static const char *take_orcpt(slice value, void *command)
{
	struct rcpt_command *r = command;
	size_t n = slice_find(value, ';');

	if (n == 0 || n + 1 >= value.n || value.n > 500 || !xtext_is(slice_upto(value, n)) || !printable(value)
	    || (!xtext_is(slice_from(value, n + 1)) && !slice_case_starts(value, "utf-8;")))
		return "501 5.5.4 ORCPT is not type;xtext of at most 500 characters";
	add_word(&r->options, "orcpt=", value);
	return NULL;
}

const char *command_rcpt(slice argument, bool with_utf8, struct rcpt_command *r)
{
	static const struct parameter known[] = {
		{ "NOTIFY", take_notify }, { "ORCPT", take_orcpt }, { NULL, NULL },
	};

	*r = (struct rcpt_command){ .options = { NULL, 0, 0 } };
	if (!take_prefix(&argument, "TO:"))
		return "501 5.5.4 Syntax: RCPT TO:<address>";
	if (!command_path(&argument, &r->to) || r->to.address.n == 0)
		return "501 5.1.3 Not a recipient's address";
	if (r->to.utf8 && !with_utf8)
		return "553 5.6.7 An address beyond ASCII needs SMTPUTF8";
	return take_parameters(argument, known, r);
}

const char *command_bdat(slice argument, long long *size, bool *last)
{
	slice word;

	slice_word(&argument, &word);
	*size = slice_number(word);
	argument = slice_trim(argument);
	*last = slice_case_is(argument, "LAST");
	return *size < 0 || (argument.n && !*last) ? "501 5.5.4 Syntax: BDAT size [LAST]" : NULL;
}
