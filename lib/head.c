#include <errno.h>
#include <string.h>

#include "addr.h"
#include "charset.h"
#include "head.h"
#include "limit.h"
#include "qp.h"

enum { COLUMNS = 78 };          /* RFC 5322 §2.1.1 */

/* The length of a field name at the start of a line, 0 if there is none. *colon: its place. */
static size_t name_length(slice line, size_t *colon)
{
	size_t n = 0, i;

	while (n < line.n && line.p[n] > ' ' && line.p[n] < 127 && line.p[n] != ':')
		n++;
	for (i = n; i < line.n && ascii_blank(line.p[i]); i++)
		;
	*colon = i;
	return i < line.n && line.p[i] == ':' ? n : 0;
}

bool head_ends(slice line)
{
	return slice_is(line, "\n") || slice_is(line, "\r\n");
}

const char *head_line_end(slice fields)
{
	size_t n = slice_find(fields, '\n');

	return n && n < fields.n && fields.p[n - 1] == '\r' ? "\r\n" : "\n";
}

bool head_begins_field(slice line)
{
	size_t colon;

	return name_length(line, &colon) > 0;
}

bool head_is_from_line(slice line)
{
	return slice_starts(line, "From ") && !head_begins_field(line);
}

int head_read(struct reader *r, buf *fields)
{
	size_t start = fields->n;
	bool whole = true;      /* the line before is complete */
	slice line;
	int got;

	while ((got = reader_line(r, &line)) > 0) {
		bool goes_on = !whole || (fields->n > start && ascii_blank(line.p[0]));

		if (!goes_on && !head_begins_field(line)) {
			reader_back(r, line);
			return 0;
		}
		if (fields->n - start + line.n > LIMIT_HEADER) {
			errno = EMSGSIZE;
			return -1;
		}
		buf_addslice(fields, line);
		whole = line.p[line.n - 1] == '\n';
	}
	return got;
}

int head_read_blank(struct reader *r, buf *blank)
{
	slice line;
	int got = reader_line(r, &line);

	if (got > 0 && head_ends(line)) {
		buf_addslice(blank, line);
	} else if (got > 0) {
		buf_addtext(blank, head_line_end(line));
		reader_back(r, line);
	}
	return got < 0 ? -1 : 0;
}

/* The length of a field: its line and those that continue it. */
static size_t field_length(slice s)
{
	size_t n = 0;

	do {
		n += slice_find(slice_from(s, n), '\n');
		n += n < s.n;
	} while (n < s.n && ascii_blank(s.p[n]));
	return n;
}

bool head_next(slice *rest, struct field *f)
{
	size_t colon, n = name_length(*rest, &colon);

	if (!n)
		return false;
	f->whole = slice_upto(*rest, field_length(*rest));
	f->name = slice_upto(*rest, n);
	f->body = slice_from(f->whole, colon + 1);
	if (f->body.n && f->body.p[f->body.n - 1] == '\n')
		f->body.n--;
	if (f->body.n && f->body.p[f->body.n - 1] == '\r')
		f->body.n--;
	*rest = slice_from(*rest, f->whole.n);
	return true;
}

bool field_is(const struct field *f, const char *name)
{
	return slice_case_is(f->name, name);
}

bool head_find_next(slice *rest, const char *name, struct field *f)
{
	while (head_next(rest, f))
		if (field_is(f, name))
			return true;
	return false;
}

bool head_find(slice fields, const char *name, struct field *f)
{
	return head_find_next(&fields, name, f);
}

void head_unfold(buf *to, slice body)
{
	body = slice_trim(body);
	for (size_t i = 0; i < body.n; i++) {
		size_t end = i + (body.p[i] == '\r');

		if (end < body.n && body.p[end] == '\n')
			i = end;
		else
			buf_addchar(to, body.p[i]);
	}
}

/* Whether a line may be broken before byte i, and how: nothing but a new line, or a new line and a blank. */
enum fold { FOLD_NOT, FOLD_HERE, FOLD_BLANK };

static enum fold fold_at(slice line, size_t i, bool addresses, bool quoted)
{
	if (ascii_blank(line.p[i]) && !ascii_blank(line.p[i - 1]) && i + 1 < line.n)
		return FOLD_HERE;
	if (addresses && !quoted && line.p[i - 1] == ',' && !ascii_blank(line.p[i]))
		return FOLD_BLANK;
	return FOLD_NOT;
}

/* Only blanks are left from i on: a line of these alone would be lost (§4.2). */
static bool blank_from(slice line, size_t i)
{
	return slice_trim(slice_from(line, i)).n == 0;
}

/* Folds one line at the last place before column 78, or at the first place after it. */
static bool refold_line(buf *to, slice line, bool addresses)
{
	enum fold how = FOLD_NOT, now;
	size_t start = 0, place = 0;
	bool quoted = false, escaped = false, changed = false;

	for (size_t i = 1; i < line.n; i++) {
		quoted ^= !escaped && line.p[i - 1] == '"';
		escaped = !escaped && quoted && line.p[i - 1] == '\\';
		now = fold_at(line, i, addresses, quoted);
		if (place > start && (i - start > COLUMNS) && !blank_from(line, place)) {
			buf_add(to, line.p + start, place - start);
			buf_addtext(to, how == FOLD_HERE ? "\n" : "\n ");
			start = place;
			changed = true;
		}
		if (now != FOLD_NOT) {
			place = i;
			how = now;
		}
	}
	buf_addslice(to, slice_from(line, start));
	return changed;
}

bool head_refold(buf *to, const struct field *f, bool addresses)
{
	slice rest = f->whole, line;
	bool changed = false;

	while (rest.n) {
		size_t n = slice_find(rest, '\n');

		line = slice_upto(rest, n + 1);
		rest = slice_from(rest, line.n);
		if (n > LIMIT_TEXT_LINE)
			changed |= refold_line(to, line, addresses);
		else
			buf_addslice(to, line);
	}
	return changed;
}

/* ASCII in which no reader finds an encoded word. */
static bool is_ascii_text(slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 127 || text.p[i] < ' ' || slice_starts(slice_from(text, i), "=?"))
			return false;
	return true;
}

static bool is_atoms(slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == ' ' ? i == 0 || i + 1 == text.n || text.p[i - 1] == ' ' : !addr_atext(text.p[i]))
			return false;
	return text.n > 0;
}

static void add_quoted(buf *to, slice text)
{
	buf_addchar(to, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_addchar(to, '\\');
		buf_addchar(to, text.p[i]);
	}
	buf_addchar(to, '"');
}

static bool is_utf8(slice s)
{
	for (size_t n; s.n; s = slice_from(s, n))
		if ((n = utf8_character(s)) == 0)
			return false;
	return true;
}

/* RFC 2047 §5(3): no character is split, a word has at most 75 columns and its line 76. */
void head_add_encoded(buf *to, slice text)
{
	const char *charset = is_utf8(text) ? "utf-8" : "unknown-8bit";
	size_t start = to->n;

	buf_print(to, "=?%s?q?", charset);
	while (text.n) {
		size_t n = utf8_character(text);

		if (to->n - start > 48) {
			buf_print(to, "?=\n ");
			start = to->n;
			buf_print(to, "=?%s?q?", charset);
		}
		q_add(to, slice_upto(text, n ? n : 1));
		text = slice_from(text, n ? n : 1);
	}
	buf_addtext(to, "?=");
}

void head_add_phrase(buf *to, slice text)
{
	if (!is_ascii_text(text))
		head_add_encoded(to, text);
	else if (is_atoms(text))
		buf_addslice(to, text);
	else
		add_quoted(to, text);
}

static bool fits(slice s)
{
	slice line;

	if (!seven_bit(s))
		return false;
	while (slice_cut(&s, '\n', &line))
		if (line.n > LIMIT_TEXT_LINE)
			return false;
	return true;
}

/* What a reader takes apart has no place for encoded words (RFC 2047 §5). */
static bool is_free_text(const struct field *f)
{
	static const char *const structured[] = {
		"ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal", "Authentication-Results", "Content-Disposition",
		"Content-ID", "Content-Transfer-Encoding", "Content-Type", "DKIM-Signature", "Date", "Delivered-To",
		"In-Reply-To", "MIME-Version", "Message-ID", "Received", "References", "Resent-Date", "Resent-Message-ID",
		"Return-Path",
	};

	for (size_t i = 0; i < sizeof structured / sizeof *structured; i++)
		if (field_is(f, structured[i]))
			return false;
	return true;
}

static bool is_address_list(const struct field *f)
{
	static const char *const names[] = { "From", "Sender", "Reply-To", "To", "Cc", "Bcc" };
	slice name = f->name;

	if (slice_case_starts(name, "Resent-"))
		name = slice_from(name, 7);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_case_is(name, names[i]))
			return true;
	return false;
}

/* Words that fit stay; those that do not become encoded words, with the blanks between them. */
static void add_free_text(buf *to, slice text)
{
	slice run = { text.p, 0 }, word;

	while (slice_word(&text, &word)) {
		if (!seven_bit(word) || word.n > LIMIT_TEXT_LINE / 2) {
			run = (slice){ run.n ? run.p : word.p, (size_t)(word.p + word.n - (run.n ? run.p : word.p)) };
			continue;
		}
		if (run.n) {
			buf_addchar(to, ' ');
			head_add_encoded(to, run);
			run.n = 0;
		}
		buf_addchar(to, ' ');
		buf_addslice(to, word);
	}
	if (run.n) {
		buf_addchar(to, ' ');
		head_add_encoded(to, run);
	}
}

/* Appends what stands before a slice of *text, and moves *text behind it. */
static void add_before(buf *to, slice *text, slice part)
{
	size_t n = (size_t)(part.p - text->p);

	buf_addslice(to, slice_upto(*text, n));
	*text = slice_from(*text, n + part.n);
}

static void add_addresses(buf *to, slice text)
{
	struct addr_list list = addr_list(text);
	struct addr a = { .bare = false };
	buf name = { NULL, 0, 0 };
	int got;

	buf_addchar(to, ' ');
	while ((got = addr_next(&list, &a)) != 0) {
		if (got < 0)
			continue;
		if (!seven_bit(a.name)) {
			buf_clear(&name);
			addr_add_unquoted(&name, a.name);
			add_before(to, &text, a.name);
			head_add_encoded(to, buf_slice(&name));
		}
		if (!seven_bit(a.comment) && a.comment.p >= text.p) {
			add_before(to, &text, a.comment);
			head_add_encoded(to, a.comment);
		}
	}
	buf_addslice(to, text);
	buf_free(&name);
	addr_free(&a);
}

/* The field on one line, but for what encoded words fold. */
static void add_encoded_field(buf *to, const struct field *f)
{
	buf text = { NULL, 0, 0 };

	head_unfold(&text, f->body);
	buf_addslice(to, f->name);
	buf_addchar(to, ':');
	if (is_address_list(f))
		add_addresses(to, buf_slice(&text));
	else
		add_free_text(to, buf_slice(&text));
	buf_addchar(to, '\n');
	buf_free(&text);
}

int head_fit(buf *to, const struct field *f)
{
	size_t start = to->n;
	buf field = { NULL, 0, 0 };
	bool addresses = is_address_list(f);

	head_refold(to, f, addresses);
	if (!fits(slice_from(buf_slice(to), start)) && (addresses || is_free_text(f))) {
		add_encoded_field(&field, f);
		to->n = start;
		head_refold(to, &(struct field){ .whole = buf_slice(&field) }, addresses);
	}
	buf_free(&field);
	if (fits(slice_from(buf_slice(to), start)))
		return 0;
	to->n = start;
	return -1;
}

int head_compose(buf *to, slice text)
{
	size_t start = to->n;
	buf field = { NULL, 0, 0 };
	struct field f;
	slice rest, line;

	if (!head_next(&text, &f))
		return -1;
	if (seven_bit(f.whole)) {
		buf_addslice(&field, f.whole);
		buf_addchar(&field, '\n');
	} else if (is_address_list(&f) || is_free_text(&f)) {
		add_encoded_field(&field, &f);
	}
	for (rest = buf_slice(&field); rest.n; rest = slice_from(rest, line.n)) {
		line = slice_upto(rest, slice_find(rest, '\n') + 1);
		refold_line(to, line, is_address_list(&f));
	}
	buf_free(&field);
	if (to->n > start && fits(slice_from(buf_slice(to), start)))
		return 0;
	to->n = start;
	return -1;
}

/* `<id>` of printable ASCII and nothing else. */
static bool is_id(slice id)
{
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] > '~')
			return false;
	return id.n > 2 && id.n <= LIMIT_ADDRESS && id.p[0] == '<' && slice_find(id, '>') == id.n - 1;
}

void head_add_references(buf *to, slice fields)
{
	struct field f;
	slice id;

	if (!head_find(fields, "Message-ID", &f))
		return;
	id = slice_trim(f.body);
	if (is_id(id))
		buf_print(to, "In-Reply-To: %.*s\nReferences: %.*s\n", (int)id.n, id.p, (int)id.n, id.p);
}
