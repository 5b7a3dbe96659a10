#include "addr.h"
#include "limit.h"
#include "notice.h"
#include "phrase.h"
#include "words.h"

static bool in_local(char c)
{
	return (addr_atext(c) && c != '`' && c != '{' && c != '}' && c != '|' && c != '\'') || c == '.';
}

static bool in_domain(char c)
{
	return ascii_letter(c) || ascii_digit(c) || c == '-' || c == '.' || (unsigned char)c > 127;
}

/* `SMTP=`, as X.400 has it, is no part of the address behind it. */
static size_t local_start(slice line, size_t at)
{
	size_t start = at;

	while (start && in_local(line.p[start - 1]))
		start--;
	if (at - start > 5 && slice_case_starts(slice_from(line, start), "SMTP="))
		start += 5;
	while (start < at && line.p[start] == '.')
		start++;
	return start;
}

slice notice_address(slice line, size_t *at)
{
	while (*at < line.n) {
		size_t sign = *at + slice_find(slice_from(line, *at), '@'), start, end = sign + 1;

		if (sign >= line.n)
			break;
		start = local_start(slice_upto(line, sign), sign);
		if (start < *at)
			start = *at;
		while (end < line.n && in_domain(line.p[end]))
			end++;
		while (end > sign + 1 && (line.p[end - 1] == '.' || line.p[end - 1] == '-'))
			end--;
		*at = end;
		if (start < sign && end > sign + 1 && sign - start <= LIMIT_LOCAL_PART && end - sign - 1 <= LIMIT_DOMAIN)
			return (slice){ line.p + start, end - start };
	}
	*at = line.n;
	return (slice){ NULL, 0 };
}

void notice_begin(struct notice *n, struct failures *failures)
{
	buf window = n->window, block = n->block, general = n->general;

	buf_clear(&window);
	buf_clear(&block);
	buf_clear(&general);
	*n = (struct notice){ .failures = failures, .window = window, .block = block, .general = general };
}

void notice_free(struct notice *n)
{
	buf_free(&n->window);
	buf_free(&n->block);
	buf_free(&n->general);
}

/* Blocks */

static void say_of(struct notice *n, struct failure *row, slice said, const struct verdict_of *v)
{
	if (row->verdict.sure || (row->said_n && !v->sure))
		return;
	failures_say(n->failures, row, said);
	row->verdict = *v;
}

/* Of what says nothing of a reason a row keeps what stands beside its address; all, nothing. */
static void end_block(struct notice *n)
{
	buf said = { NULL, 0, 0 };
	struct verdict_of v;

	n->open = false;
	if (n->block.n == 0)
		return;
	words_clean(&said, buf_slice(&n->block));
	buf_clear(&n->block);
	v = verdict_of(SLICE(""), buf_slice(&said));
	if (n->about && (v.sure || !n->apart))
		say_of(n, failures_row(n->failures, n->about - 1), buf_slice(&said), &v);
	else if (!n->about && v.sure && n->general.n == 0)
		buf_addslice(&n->general, buf_slice(&said));
	buf_free(&said);
}

void notice_finish(struct notice *n)
{
	end_block(n);
}

void notice_end(struct notice *n)
{
	struct verdict_of v;

	if (n->general.n == 0)
		return;
	v = verdict_of(SLICE(""), buf_slice(&n->general));
	for (size_t i = 0; i < n->failures->count; i++)
		say_of(n, failures_row(n->failures, i), buf_slice(&n->general), &v);
}

static void add_to_block(struct notice *n, slice text)
{
	text = slice_trim(text);
	if (text.n == 0 || n->block.n > 2 * LIMIT_REPLY)
		return;
	if (n->block.n)
		buf_addchar(&n->block, ' ');
	buf_addslice(&n->block, text);
}

/* Lines */

/* Dashes before what announces a letter, `<`, `* ` and the like before an address, `> ` before a quoted line. */
static size_t decoration(slice s)
{
	size_t n = 0;

	while (n < s.n && !ascii_letter(s.p[n]) && !ascii_digit(s.p[n]) && (unsigned char)s.p[n] < 128)
		n++;
	return n;
}

static void fold_line(struct notice *n, slice line)
{
	buf *w = &n->window;

	if (n->line)
		memmove(w->p, w->p + n->line, w->n - n->line);
	w->n -= n->line;
	if (w->n)
		buf_addchar(w, ' ');
	n->line = w->n;
	phrase_fold(w, line);
}

/* A phrase of a failure may begin in the line before; one that speaks of the line begins in it, and announces a letter at its start. */
static bool counts(const struct notice *n, const struct phrase_scan *found, enum phrase_meaning meaning)
{
	if (meaning == PHRASE_CONTACT || meaning == PHRASE_ALIAS)
		return found->at >= n->line;
	return meaning != PHRASE_LETTER
	    || (found->at >= n->line && found->at - n->line == decoration(slice_from(found->text, n->line)));
}

static unsigned meanings_of_line(const struct notice *n)
{
	struct phrase_scan scan = phrase_scan(buf_slice(&n->window));
	const struct phrase *p;
	unsigned meanings = 0;

	if (n->line > LIMIT_PHRASE)
		scan.at = n->line - LIMIT_PHRASE;
	while ((p = phrase_next(&scan)))
		if (counts(n, &scan, p->meaning))
			meanings |= 1u << p->meaning;
	return meanings;
}

static bool is_own(const struct notice *n, slice address)
{
	for (size_t i = 0; i < sizeof n->own / sizeof *n->own; i++)
		if (n->own[i].n && slice_case_same(n->own[i], address))
			return true;
	return false;
}

static bool is_system(slice address)
{
	static const char *const names[] = { "postmaster", "mailer-daemon", "mailerdaemon", "abuse", "helpdesk", "support", "noreply" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_case_is(addr_local(address), names[i]))
			return true;
	return false;
}

/* `Failed Recipient: `, `RCPT TO:<`, X.400's `SMTP=`; not the `To:` of the letter. */
static bool is_label(slice before)
{
	if (before.n >= 5 && slice_case_is(slice_from(before, before.n - 5), "SMTP="))
		return true;
	while (before.n && before.p[before.n - 1] != ':' && decoration(slice_from(before, before.n - 1)))
		before.n--;
	return before.n && before.p[before.n - 1] == ':' && !slice_case_is(slice_trim(before), "To:");
}

enum place { BESIDE, BEGINS, INSIDE };

/* How an address that begins `at` stands in its line: it begins it, or goes on a list at its beginning; or has a label before it; or neither. */
static enum place place_of(slice line, size_t from, size_t at)
{
	slice before = slice_upto(line, at);

	if (decoration(slice_from(before, from)) == at - from)
		return BEGINS;
	return is_label(before) ? BESIDE : INSIDE;
}

static struct failure *row_about(const struct notice *n)
{
	return n->about ? failures_row(n->failures, n->about - 1) : NULL;
}

static size_t indent_of(slice line)
{
	size_t n = 0;

	while (n < line.n && ascii_blank(line.p[n]))
		n++;
	return n;
}

/* Whether the line goes on with what was said beside an address. */
static bool goes_on(const struct notice *n)
{
	return n->open && n->about && !n->apart;
}

static void begin_at(struct notice *n, slice address, slice text, bool guessed)
{
	struct failure *row;

	size_t count;

	end_block(n);
	count = n->failures->count;
	row = failures_add(n->failures, address);
	if (!row)
		return;
	row->guessed = guessed && (row->guessed || n->failures->count > count);
	n->about = (size_t)(row - failures_row(n->failures, 0)) + 1;
	n->open = true;
	n->apart = false;
	add_to_block(n, text);
}

static slice behind(slice line, slice address)
{
	slice rest = slice_from(line, (size_t)(address.p - line.p) + address.n);

	while (rest.n && strchr(">:;,.)]'\"* \t", rest.p[0]) && rest.p[0])
		rest = slice_from(rest, 1);
	return rest;
}

/* The recipient that the letter was sent to is the alias, and not what became of it, which may be kept secret. */
static bool take_alias(struct notice *n, slice address, slice line)
{
	bool begins = !goes_on(n);

	if (begins)
		begin_at(n, address, line, false);
	else if (!failures_find(n->failures, address))
		failures_rename(n->failures, row_about(n), address);
	return begins;
}

/* Whether the address says whom the line is of. */
static bool take_address(struct notice *n, slice line, slice address, enum place place, unsigned meanings)
{
	struct failure *known = failures_find(n->failures, address);
	bool contact = meanings >> PHRASE_CONTACT & 1;
	bool opened = notice_means(n, PHRASE_FAILED) || notice_means(n, PHRASE_DELAYED);

	if (is_own(n, address))
		return false;
	if (meanings >> PHRASE_ALIAS & 1 && place != BEGINS)
		return take_alias(n, address, line);
	if (place == BEGINS && goes_on(n) && n->block.n && indent_of(line) > n->indent)
		place = INSIDE;
	if (!known && ((place != BEGINS && (contact || is_system(address))) || (place == INSIDE && goes_on(n))))
		return false;
	if (known == row_about(n) && known && place == INSIDE && goes_on(n))
		return false;
	begin_at(n, address, place == BEGINS ? behind(line, address) : line, place == INSIDE || !opened);
	n->indent = indent_of(line);
	return true;
}

static bool take_addresses(struct notice *n, slice line, unsigned meanings)
{
	size_t at = 0, from = 0;
	bool taken = false;
	slice address;

	while ((address = notice_address(line, &at)).n) {
		enum place place = place_of(line, from, (size_t)(address.p - line.p));

		taken |= take_address(n, line, address, place, meanings);
		if (place == BEGINS)
			from = at;
	}
	return taken;
}

/* A site's own users, as AOL names them: each alone in a line, behind one that announces them. */
static bool take_name(struct notice *n, slice line)
{
	buf address = { NULL, 0, 0 };
	slice name = slice_trim(line);

	if (!n->announced || n->domain.n == 0 || decoration(name))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!in_local(name.p[i]))
			return false;
	buf_addslice(&address, name);
	buf_addchar(&address, '@');
	buf_addslice(&address, n->domain);
	begin_at(n, buf_slice(&address), SLICE(""), true);
	buf_free(&address);
	return true;
}

/* With no address: of the last recipient, where the others have their reasons, or of all. */
static void begin_apart(struct notice *n, slice line)
{
	size_t count = n->failures->count;

	n->about = 0;
	if (count && !failures_row(n->failures, count - 1)->verdict.sure
	    && (count == 1 || failures_row(n->failures, count - 2)->verdict.sure))
		n->about = count;
	n->open = n->apart = true;
	add_to_block(n, line);
}

static bool letter_begins(const struct notice *n, unsigned meanings)
{
	return meanings >> PHRASE_LETTER & 1
	    && (notice_means(n, PHRASE_FAILED) || notice_means(n, PHRASE_DELAYED) || n->failures->count);
}

void notice_line(struct notice *n, slice line)
{
	unsigned meanings;

	if (n->over)
		return;
	if (slice_trim(line).n == 0) {
		end_block(n);
		buf_clear(&n->window);
		n->line = 0;
		return;
	}
	fold_line(n, slice_trim(line));
	meanings = meanings_of_line(n);
	if (letter_begins(n, meanings)) {
		end_block(n);
		n->over = true;
		return;
	}
	n->meanings |= meanings;
	if (take_addresses(n, line, meanings) || take_name(n, line))
		return;
	n->announced = notice_means(n, PHRASE_FAILED) && slice_trim(line).p[slice_trim(line).n - 1] == ':';
	if (n->open)
		add_to_block(n, line);
	else
		begin_apart(n, line);
}
