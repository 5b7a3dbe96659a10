#include <string.h>

#include "clock.h"
#include "limit.h"
#include "spf-macro.h"
#include "uri.h"

static const char delimiters[] = ".-+,/_=";

/* `%{d2r-}` taken apart. */
struct macro {
	char letter;            /* as written; or of %%, %_ and %- the second */
	size_t parts;           /* from the right; 0: all */
	bool reversed;
	slice delimiters;
	size_t length;          /* of the whole */
};

/* Reads the macro at the start of s, which is a `%`. */
static bool read_macro(slice s, struct macro *m)
{
	size_t i = 3;

	*m = (struct macro){ .length = 2 };
	if (s.n < 2)
		return false;
	m->letter = s.p[1];
	if (m->letter == '%' || m->letter == '_' || m->letter == '-')
		return true;
	if (s.n < 4 || s.p[1] != '{')
		return false;
	m->letter = s.p[2];
	for (; i < s.n && ascii_digit(s.p[i]); i++)
		if (m->parts < LIMIT_ADDRESS)
			m->parts = m->parts * 10 + (size_t)(s.p[i] - '0');
	if (i > 3 && m->parts == 0)
		return false;
	if (i < s.n && ascii_lower(s.p[i]) == 'r') {
		m->reversed = true;
		i++;
	}
	m->delimiters.p = s.p + i;
	while (i < s.n && s.p[i] && strchr(delimiters, s.p[i]))
		i++, m->delimiters.n++;
	m->length = i + 1;
	return i < s.n && s.p[i] == '}' && ascii_letter(m->letter) && strchr("slodiphcrtv", ascii_lower(m->letter));
}

bool spf_macro_valid(slice spec, bool text)
{
	struct macro m;

	while (spec.n) {
		m.length = 1;
		if (spec.p[0] == '%') {
			if (!read_macro(spec, &m) || (!text && strchr("crt", ascii_lower(m.letter))))
				return false;
		} else if (spec.p[0] < (text ? ' ' : '!') || spec.p[0] > '~') {
			return false;
		}
		spec = slice_from(spec, m.length);
	}
	return true;
}

/* The last label, where no macro ends it: letters, digits and inner hyphens, not only digits (§7.1 toplabel). */
static bool is_top_label(slice label)
{
	bool digits = true;

	if (label.n == 0 || label.p[0] == '-' || label.p[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++) {
		if (!ascii_digit(label.p[i]) && !ascii_letter(label.p[i]) && label.p[i] != '-')
			return false;
		digits &= ascii_digit(label.p[i]);
	}
	return !digits;
}

bool spf_domain_valid(slice spec)
{
	struct macro m = { .letter = '\0' };
	size_t at = 0, label = 0;

	if (spec.n == 0 || !spf_macro_valid(spec, false))
		return false;
	while (at < spec.n) {
		if (spec.p[at] == '%' && read_macro(slice_from(spec, at), &m)) {
			at += m.length;
			if (at == spec.n)
				return ascii_letter(m.letter);
			label = at;
		} else if (spec.p[at++] == '.' && at < spec.n) {
			label = at;
		}
	}
	if (label == 0 || spec.p[label - 1] != '.')
		return false;
	spec = slice_from(spec, label);
	return is_top_label(spec.p[spec.n - 1] == '.' ? slice_upto(spec, spec.n - 1) : spec);
}

bool spf_macro_uses(slice spec, char letter)
{
	struct macro m;

	for (size_t at; (at = slice_find(spec, '%')) < spec.n; spec = slice_from(spec, at + m.length))
		if (!read_macro(slice_from(spec, at), &m))
			return false;
		else if (ascii_lower(m.letter) == letter)
			return true;
	return false;
}

/* IPv4 as it is; IPv6 a digit a label (§7.3). */
static void add_address(buf *to, const struct address *ip)
{
	char text[NETWORK_TEXT];

	if (address_is_v4(ip)) {
		address_text(ip, text);
		buf_addtext(to, text);
		return;
	}
	for (size_t i = 0; i < sizeof ip->byte; i++)
		buf_print(to, "%s%X.%X", i ? "." : "", ip->byte[i] >> 4, ip->byte[i] & 15);
}

static void add_value(buf *to, char letter, const struct spf_macros *m)
{
	char text[NETWORK_TEXT];

	switch (letter) {
	case 's': buf_addslice(to, m->sender); break;
	case 'l': buf_addslice(to, m->local); break;
	case 'o': buf_addslice(to, m->domain_of_sender); break;
	case 'd': buf_addslice(to, m->domain); break;
	case 'i': add_address(to, &m->ip); break;
	case 'p': buf_addslice(to, m->validated); break;
	case 'v': buf_addtext(to, address_is_v4(&m->ip) ? "in-addr" : "ip6"); break;
	case 'h': buf_addslice(to, m->helo); break;
	case 'c': address_text(&m->ip, text), buf_addtext(to, text); break;
	case 'r': buf_addslice(to, m->receiver); break;
	case 't': buf_addnumber(to, (unsigned long long)clock_now()); break;
	default: break;
	}
}

/* Takes the first, or the last, part of *rest; false where there is none left. */
static bool take_part(slice *rest, bool last, slice set, slice *part)
{
	size_t i = 0;

	if (!rest->p)
		return false;
	while (i < rest->n && slice_find(set, rest->p[last ? rest->n - 1 - i : i]) == set.n)
		i++;
	*part = last ? slice_from(*rest, rest->n - i) : slice_upto(*rest, i);
	if (i == rest->n)
		*rest = (slice){ NULL, 0 };
	else
		*rest = last ? slice_upto(*rest, rest->n - i - 1) : slice_from(*rest, i + 1);
	return true;
}

/* The parts of a value, all or the last ones, in their order or backwards, with dots between them. */
static void add_parts(buf *to, slice value, const struct macro *m)
{
	slice set = m->delimiters.n ? m->delimiters : SLICE("."), rest = value, part;
	size_t count = 0, skip, begin = to->n;

	while (take_part(&rest, false, set, &part))
		count++;
	skip = m->parts && m->parts < count ? count - m->parts : 0;
	rest = value;
	while (take_part(&rest, m->reversed, set, &part)) {
		if (skip) {
			skip--;
			continue;
		}
		if (to->n > begin)
			buf_addchar(to, '.');
		buf_addslice(to, part);
	}
}

static void add_macro(buf *to, const struct macro *m, const struct spf_macros *values)
{
	buf value = { NULL, 0, 0 }, made = { NULL, 0, 0 };

	switch (m->letter) {
	case '%': buf_addchar(to, '%'); return;
	case '_': buf_addchar(to, ' '); return;
	case '-': buf_addtext(to, "%20"); return;
	default: break;
	}
	add_value(&value, ascii_lower(m->letter), values);
	add_parts(&made, value.p ? buf_slice(&value) : SLICE(""), m);
	if (m->letter != ascii_lower(m->letter))
		uri_add_unreserved(to, buf_slice(&made));
	else
		buf_addslice(to, buf_slice(&made));
	buf_free(&value), buf_free(&made);
}

void spf_macro_expand(buf *to, slice spec, const struct spf_macros *values, bool text)
{
	struct macro m;

	while (spec.n && (!text || to->n < LIMIT_SPF_TEXT)) {
		size_t n = slice_find(spec, '%');

		buf_addslice(to, slice_upto(spec, n));
		spec = slice_from(spec, n);
		if (spec.n) {
			if (!read_macro(spec, &m))
				return;
			add_macro(to, &m, values);
			spec = slice_from(spec, m.length);
		}
		if (!text && to->n > 2 * LIMIT_SPF_TEXT) {
			memmove(to->p, to->p + to->n - LIMIT_SPF_TEXT, LIMIT_SPF_TEXT);
			to->p[to->n = LIMIT_SPF_TEXT] = '\0';
		}
	}
}
