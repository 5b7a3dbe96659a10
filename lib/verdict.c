#include <stdio.h>

#include "phrase.h"
#include "verdict.h"

/* What a status means, whatever its class: the first it begins with. x.7.x is the rule of a host, but for RFC 7293's owners. */
static const struct { const char *subject; enum verdict verdict; } subjects[] = {
	{ "7.17", VERDICT_HARD }, { "7.18", VERDICT_HARD }, { "7.", VERDICT_POLICY },
	{ "1.7", VERDICT_POLICY }, { "1.8", VERDICT_POLICY },           /* the sender's address */
	{ "2.2", VERDICT_SOFT }, { "2.3", VERDICT_SOFT }, { "2.4", VERDICT_SOFT },
	{ "1.", VERDICT_HARD }, { "2.", VERDICT_HARD },
	{ "4.4", VERDICT_HARD }, { "4.310", VERDICT_HARD },             /* no host has this name */
	{ "3.", VERDICT_SOFT }, { "4.", VERDICT_SOFT }, { "5.", VERDICT_SOFT }, { "6.", VERDICT_SOFT },
};

static size_t digits(slice s)
{
	size_t n = 0;

	while (n < s.n && n < 4 && ascii_digit(s.p[n]))
		n++;
	return n <= 3 ? n : 0;
}

size_t verdict_status(char status[VERDICT_STATUS], slice s)
{
	size_t n = 1, more;

	if (s.n < 5 || (s.p[0] != '2' && s.p[0] != '4' && s.p[0] != '5'))
		return 0;
	for (int i = 0; i < 2; i++) {
		if (n >= s.n || s.p[n] != '.' || (more = digits(slice_from(s, n + 1))) == 0)
			return 0;
		n += 1 + more;
	}
	if (n < s.n && (ascii_letter(s.p[n]) || (s.p[n] == '.' && n + 1 < s.n && ascii_digit(s.p[n + 1]))))
		return 0;
	memcpy(status, s.p, n);
	status[n] = '\0';
	return n;
}

/* A number that begins here is no part of another, of an address or a version. */
static bool begins_number(slice s, size_t at)
{
	char before = at ? s.p[at - 1] : ' ';

	return !ascii_digit(before) && !ascii_letter(before) && before != '.' && before != '-' && before != '/' && before != '[';
}

static void find_status(char status[VERDICT_STATUS], slice said)
{
	for (size_t i = 0; i < said.n; i++)
		if (ascii_digit(said.p[i]) && (begins_number(said, i) || (i > 3 && said.p[i - 1] == '-'))
		    && verdict_status(status, slice_from(said, i)))
			return;
}

/* A reply of SMTP (RFC 5321 §4.2) that failed: `550 `, `550-`, `(550)`; its first digit, or 0. */
static char reply_class(slice said)
{
	for (size_t i = 0; i + 3 <= said.n; i++) {
		slice number = slice_upto(slice_from(said, i), 3);
		char after = i + 3 < said.n ? said.p[i + 3] : ' ';

		if ((number.p[0] == '4' || number.p[0] == '5') && number.p[1] >= '0' && number.p[1] <= '7' && digits(number) == 3
		    && begins_number(said, i) && !ascii_digit(after) && !ascii_letter(after) && (after != '.' || i + 4 >= said.n))
			return number.p[0];
	}
	return 0;
}

static const struct phrase *find_reason(slice said)
{
	const struct phrase *best = NULL, *p;
	buf folded = { NULL, 0, 0 };
	struct phrase_scan scan;

	phrase_fold(&folded, said);
	scan = phrase_scan(buf_slice(&folded));
	while ((p = phrase_next(&scan)))
		if (p->meaning >= PHRASE_HARD && (!best || phrase_before(p, best)))
			best = p;
	buf_free(&folded);
	return best;
}

/* Whether the status is the one that a subject and detail say, or, where they end in a dot, of that subject. */
static bool is_about(const char *status, const char *subject)
{
	size_t n = strlen(subject);

	return strncmp(status + 2, subject, n) == 0 && (subject[n - 1] == '.' || status[2 + n] == '\0');
}

static enum verdict of_status(const char *status)
{
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
		if (is_about(status, subjects[i].subject))
			return subjects[i].verdict == VERDICT_HARD && status[0] == '4' ? VERDICT_SOFT : subjects[i].verdict;
	return status[0] == '4' ? VERDICT_SOFT : VERDICT_HARD;
}

static enum verdict of_phrase(const struct phrase *p)
{
	return p->meaning == PHRASE_HARD ? VERDICT_HARD : p->meaning == PHRASE_SOFT ? VERDICT_SOFT : VERDICT_POLICY;
}

/* x.0.0 and x.5.0 only say that it failed. */
static bool is_vague(const char *status)
{
	return strcmp(status + 1, ".0.0") == 0 || strcmp(status + 1, ".5.0") == 0;
}

struct verdict_of verdict_of(slice status, slice said)
{
	const struct phrase *why = find_reason(said);
	struct verdict_of v = { .verdict = VERDICT_HARD };
	char better[VERDICT_STATUS] = "", class;

	verdict_status(v.status, slice_trim(status));
	if (!v.status[0] || is_vague(v.status)) {
		find_status(better, said);
		if (better[0] && better[0] != '2' && (!v.status[0] || !is_vague(better)))
			memcpy(v.status, better, sizeof better);
	}
	class = reply_class(said);
	v.sure = why || class || (v.status[0] && !is_vague(v.status));
	if (!v.status[0] && why && why->status)
		snprintf(v.status, sizeof v.status, "%c%s", class ? class : why->status[0], why->status + 1);
	else if (!v.status[0] && class)
		snprintf(v.status, sizeof v.status, "%c.0.0", class);
	if (why)
		v.verdict = of_phrase(why);
	else if (v.status[0])
		v.verdict = of_status(v.status);
	return v;
}
