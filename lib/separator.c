#include "separator.h"

/* The words of a date. */
struct words {
	slice rest;
	slice word;             /* the next; empty: no more */
};

static void advance(struct words *w)
{
	slice_word(&w->rest, &w->word);
}

static int name_index(slice word, const char *names)
{
	for (int i = 0; word.n == 3 && names[3 * i]; i++)
		if (slice_case_same(word, (slice){ names + 3 * i, 3 }))
			return i;
	return -1;
}

static int month_of(slice word)
{
	return name_index(word, "JanFebMarAprMayJunJulAugSepOctNovDec");
}

/* `Mon`, `Mon,` */
static bool is_weekday(slice word)
{
	return name_index(slice_upto(word, word.n == 4 && word.p[3] == ',' ? 3 : word.n), "SunMonTueWedThuFriSat") >= 0;
}

static bool take_month(struct words *w, struct tm *t)
{
	t->tm_mon = month_of(w->word);
	advance(w);
	return t->tm_mon >= 0;
}

static bool take_day(struct words *w, struct tm *t)
{
	long long day = slice_number(w->word);

	advance(w);
	t->tm_mday = (int)day;
	return day >= 1 && day <= 31;
}

/* Two digits are of 1970 to 2069. */
static bool take_year(struct words *w, struct tm *t)
{
	long long year = slice_number(w->word);

	if (w->word.n == 2 && year >= 0)
		year += year < 70 ? 2000 : 1900;
	else if (w->word.n != 4)
		return false;
	t->tm_year = (int)year - 1900;
	advance(w);
	return year >= 1970;
}

/* h:mm or h:mm:ss */
static bool take_time(struct words *w, struct tm *t, bool *seconds)
{
	slice text = w->word, part;
	long long n[3] = { 0, 0, 0 };
	int count = 0;

	for (; slice_cut(&text, ':', &part); count++) {
		if (count == 3 || part.n > 2 || (count && part.n != 2) || (n[count] = slice_number(part)) < 0)
			return false;
	}
	advance(w);
	t->tm_hour = (int)n[0];
	t->tm_min = (int)n[1];
	t->tm_sec = (int)n[2];
	*seconds = count == 3;
	return count >= 2 && n[0] < 24 && n[1] < 60 && n[2] <= 60;
}

/* Minutes east of UTC; of names, those of RFC 5322 §4.3 and of Europe. Others count as UTC. */
static int named_zone(slice word)
{
	static const struct { const char *name; int minutes; } zones[] = {
		{ "EST", -300 }, { "EDT", -240 }, { "CST", -360 }, { "CDT", -300 }, { "MST", -420 }, { "MDT", -360 },
		{ "PST", -480 }, { "PDT", -420 }, { "BST", 60 }, { "MET", 60 }, { "CET", 60 }, { "DST", 60 },
		{ "MEST", 120 }, { "CEST", 120 }, { "EET", 120 }, { "EEST", 180 }, { "MSK", 180 }, { "JST", 540 },
	};

	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		if (slice_is(word, zones[i].name))
			return zones[i].minutes;
	return 0;
}

static bool is_zone_name(slice word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 'A' || word.p[i] > 'Z')
			return false;
	return word.n <= 5;
}

static bool is_offset(slice word)
{
	return word.n == 5 && (word.p[0] == '+' || word.p[0] == '-') && slice_number(slice_from(word, 1)) >= 0;
}

static bool is_comment(slice word)
{
	return word.n > 2 && word.p[0] == '(' && word.p[word.n - 1] == ')';
}

/* As many words of a time zone as stand here: `+0100 (CET)`, `MET DST`, none. */
static void take_zone(struct words *w, int *minutes)
{
	for (int i = 0; i < 2 && w->word.n; i++) {
		if (is_offset(w->word)) {
			int hhmm = (int)slice_number(slice_from(w->word, 1));

			*minutes = (w->word.p[0] == '-' ? -1 : 1) * (hhmm / 100 * 60 + hhmm % 100);
		} else if (is_zone_name(w->word)) {
			*minutes += named_zone(w->word);
		} else if (!is_comment(w->word)) {
			return;
		}
		advance(w);
	}
}

/* `remote from host`, and nothing else. */
static bool ends_here(struct words *w)
{
	if (slice_is(w->word, "remote")) {
		advance(w);
		if (!slice_is(w->word, "from"))
			return false;
		advance(w);
		advance(w);
	}
	return w->word.n == 0;
}

/* *plain: it has a weekday and seconds, as ctime's have: no accident of words. */
static bool read_date(slice text, time_t *date, bool *plain)
{
	struct words w = { .rest = text };
	struct tm t = { 0 };
	int minutes = 0;
	bool good, weekday, seconds = false;

	advance(&w);
	weekday = is_weekday(w.word);
	if (weekday)
		advance(&w);
	if (month_of(w.word) >= 0) {
		good = take_month(&w, &t) && take_day(&w, &t) && take_time(&w, &t, &seconds);
		take_zone(&w, &minutes);
		good = good && take_year(&w, &t);
	} else {
		good = take_day(&w, &t) && take_month(&w, &t) && take_year(&w, &t) && take_time(&w, &t, &seconds);
	}
	take_zone(&w, &minutes);
	*plain = weekday && seconds;
	if (!good || !ends_here(&w))
		return false;
	*date = timegm(&t) - minutes * 60;
	return true;
}

/* One word, or `user at host`. */
static bool is_simple(slice sender)
{
	slice word;
	int count = 0;
	bool at = false;

	for (; slice_word(&sender, &word); count++)
		at = count == 1 ? slice_is(word, "at") : at;
	return count == 1 || (count == 3 && at);
}

bool separator_read(slice line, struct separator *s)
{
	slice text, rest, word;
	bool plain;

	if (!slice_starts(line, "From "))
		return false;
	text = slice_trim(slice_from(line, 5));
	for (rest = text; slice_word(&rest, &word); ) {
		slice date = { word.p, (size_t)(text.p + text.n - word.p) };

		if (!is_weekday(word) && month_of(word) < 0 && !ascii_digit(word.p[0]))
			continue;
		s->sender = slice_trim(slice_upto(text, (size_t)(word.p - text.p)));
		if (read_date(date, &s->date, &plain) && (plain || is_simple(s->sender)))
			return true;
	}
	return false;
}

void separator_add(buf *b, slice sender, time_t when)
{
	char date[32];
	struct tm t;

	buf_addtext(b, "From ");
	if (sender.n == 0)
		sender = SLICE("MAILER-DAEMON");
	for (size_t i = 0; i < sender.n; i++)
		buf_addchar(b, ascii_blank(sender.p[i]) || ascii_control(sender.p[i]) ? '-' : sender.p[i]);
	gmtime_r(&when, &t);
	strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &t);
	buf_print(b, " %s\n", date);
}
