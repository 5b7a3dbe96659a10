#include "addr.h"
#include "authres.h"
#include "charset.h"
#include "domain.h"
#include "limit.h"

enum { WIDTH = 78 };            /* RFC 5322 §2.1.1 */

/* Puts a piece behind what is there, or on a line of its own. */
static void put(struct authres *a, slice piece)
{
	if (a->column + 1 + piece.n > WIDTH) {
		buf_addtext(a->to, a->line_end);
		buf_addchar(a->to, '\t');
		a->column = 8;
	} else {
		buf_addchar(a->to, ' ');
		a->column++;
	}
	buf_addslice(a->to, piece);
	a->column += piece.n;
}

struct authres authres_begin(buf *to, const char *start, const char *id, const char *line_end)
{
	struct authres a = { .to = to, .line_end = line_end };

	buf_addtext(to, start);
	a.column = strlen(start);
	put(&a, slice_of(id));
	return a;
}

/* What may stand between quotes or in a comment, where `special` has to be escaped. */
static void add_text(buf *to, slice text, const char *special)
{
	text = utf8_upto(text, LIMIT_ADDRESS);
	while (text.n) {
		size_t n = utf8_character(text);

		if (n == 0 || ascii_control(text.p[0])) {
			buf_addchar(to, '?');
			n = 1;
		} else {
			if (strchr(special, text.p[0]))
				buf_addchar(to, '\\');
			buf_addslice(to, slice_upto(text, n));
		}
		text = slice_from(text, n);
	}
}

void authres_result(struct authres *a, const char *method, const char *result, const char *comment)
{
	buf piece = { NULL, 0, 0 };

	buf_addchar(a->to, ';');
	a->column = WIDTH;
	buf_print(&piece, "%s=%s", method, result);
	put(a, buf_slice(&piece));
	if (comment[0]) {
		buf_clear(&piece);
		buf_addchar(&piece, '(');
		add_text(&piece, slice_of(comment), "()\\");
		buf_addchar(&piece, ')');
		put(a, buf_slice(&piece));
	}
	a->said = true;
	buf_free(&piece);
}

static bool is_token_character(char c)
{
	return c > ' ' && c < 127 && !strchr("()<>@,;:\\\"/[]?=", c);
}

/* A token (RFC 2045 §5.1), or an address or its end of atoms: what needs no quotes (RFC 8601 §2.2). */
static bool is_plain(slice value)
{
	size_t at = slice_find(value, '@');

	if (value.n == 0)
		return false;
	if (at < value.n && !domain_valid(slice_from(value, at + 1)))
		return false;
	for (size_t i = 0; i < value.n && i < at; i++)
		if (!is_token_character(value.p[i]) && !(at < value.n && addr_atext(value.p[i]) && value.p[i] > 0))
			return false;
	return true;
}

void authres_property(struct authres *a, const char *name, slice value)
{
	buf piece = { NULL, 0, 0 };

	buf_print(&piece, "%s=", name);
	if (is_plain(value) && value.n <= LIMIT_ADDRESS && strcmp(name, "reason") != 0) {
		buf_addslice(&piece, value);
	} else {
		buf_addchar(&piece, '"');
		add_text(&piece, value, "\"\\");
		buf_addchar(&piece, '"');
	}
	put(a, buf_slice(&piece));
	buf_free(&piece);
}

void authres_end(struct authres *a)
{
	buf_addtext(a->to, a->said ? "" : "; none");
	buf_addtext(a->to, a->line_end);
}

static bool is_blank(char c)
{
	return ascii_blank(c) || c == '\r' || c == '\n';
}

/* Past blanks, folds and comments; *broken where a comment has no end, and then it stays before it. */
static slice skip_blanks(slice s, bool *broken)
{
	while (s.n) {
		size_t n = is_blank(s.p[0]) ? 1 : s.p[0] == '(' ? addr_comment_length(s) : 0;

		if (n == 0) {
			*broken |= s.p[0] == '(';
			break;
		}
		s = slice_from(s, n);
	}
	return s;
}

/* The length of the quoted string that begins s, or 0 where it does not end. */
static size_t quoted_length(slice s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return 0;
}

/* Up to a blank, a comment or one of the ends, quoted strings in it whole. */
static size_t word_length(slice s, const char *ends, bool *broken)
{
	size_t i = 0;

	while (i < s.n && !is_blank(s.p[i]) && s.p[i] != '(' && (!s.p[i] || !strchr(ends, s.p[i]))) {
		size_t n = s.p[i] == '"' ? quoted_length(slice_from(s, i)) : 1;

		if (n == 0) {
			*broken = true;
			return s.n;
		}
		i += n;
	}
	return i;
}

/* The authserv-id, as written; *rest is what stands behind it. */
static slice take_id(slice *rest, bool *broken)
{
	slice s = skip_blanks(*rest, broken);
	size_t n = word_length(s, ";", broken);

	*rest = slice_from(s, n);
	return slice_upto(s, n);
}

static bool has(slice text, const char *word)
{
	for (; text.n; text = slice_from(text, 1))
		if (slice_case_starts(text, word))
			return true;
	return false;
}

/* Without regard to quotes. */
static bool same_id(slice written, const char *id)
{
	buf plain = { NULL, 0, 0 };
	bool same;

	addr_add_unquoted(&plain, written);
	same = domain_same(buf_slice(&plain), slice_of(id));
	buf_free(&plain);
	return same;
}

/* Some end a name there. */
static bool has_control(slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_control(s.p[i]))
			return true;
	return false;
}

bool authres_is(const struct field *f, const char *id)
{
	slice rest = f->body, written;
	bool broken = false;

	if (!field_is(f, "Authentication-Results"))
		return false;
	written = take_id(&rest, &broken);
	rest = skip_blanks(rest, &broken);
	broken |= written.n == 0 || has_control(written);
	return broken ? has(f->body, id) : same_id(written, id);
}

void authres_write_others(slice fields, const char *id, struct writer *to)
{
	struct field f;

	while (head_next(&fields, &f))
		if (!authres_is(&f, id))
			writer_put(to, f.whole);
}

slice authres_results(slice body)
{
	bool broken = false;

	take_id(&body, &broken);
	body = skip_blanks(body, &broken);
	body = slice_from(body, word_length(body, ";", &broken));
	return skip_blanks(body, &broken);
}

/* Blanks divide words, but not around these. */
static bool joins(char c)
{
	return c == '=' || c == '/' || c == '.' || c == '@';
}

bool authres_next(slice *rest, buf *result)
{
	bool broken = false;

	buf_clear(result);
	*rest = skip_blanks(*rest, &broken);
	if (rest->n == 0 || rest->p[0] != ';')
		return false;
	*rest = skip_blanks(slice_from(*rest, 1), &broken);
	while (!broken && rest->n && rest->p[0] != ';') {
		size_t n = word_length(*rest, ";", &broken);

		if (result->n && !joins(result->p[result->n - 1]) && !joins(rest->p[0]))
			buf_addchar(result, ' ');
		buf_addslice(result, slice_upto(*rest, n));
		*rest = skip_blanks(slice_from(*rest, n), &broken);
	}
	if (broken)
		*rest = (slice){ NULL, 0 };
	return !broken && result->n;
}

bool authres_says(slice result, const char *name, buf *value)
{
	bool broken = false;

	while (result.n) {
		size_t n = word_length(result, "", &broken), equals = slice_find(slice_upto(result, n), '=');

		if (slice_case_is(slice_upto(result, equals), name) && equals < n) {
			addr_add_unquoted(value, slice_from(slice_upto(result, n), equals + 1));
			return true;
		}
		result = slice_from(result, n + 1);
	}
	return false;
}
