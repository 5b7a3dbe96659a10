#include <string.h>

#include "addr.h"
#include "date.h"

/* What was found so far: numbers, -1 where there was none. */
struct parts {
	int day, month, year;   /* month from 0 */
	int hour, minute, second;
	bool zoned;
	int east;               /* minutes */
};

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
static const char weekdays[] = "sunmontuewedthufrisat";

/* Blanks, folds, comments, and commas between words. */
static void skip_blanks(slice *s)
{
	while (s->n) {
		char c = s->p[0];
		size_t n = c == '(' ? addr_comment_length(*s) : 1;

		if (n == 0 || !c || !strchr(" \t\r\n,(", c))
			return;
		*s = slice_from(*s, n);
	}
}

/* A number of at most `most` digits at the start of *s, and how many they are; -1 where there is none. */
static int take_number(slice *s, size_t most, size_t *digits)
{
	size_t n = 0;
	int value;

	while (n < s->n && ascii_digit(s->p[n]))
		n++;
	if (n == 0 || n > most)
		return -1;
	value = (int)slice_number(slice_upto(*s, n));
	*s = slice_from(*s, n);
	*digits = n;
	return value;
}

static bool take(slice *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

/* A colon between numbers, with the blanks and comments that may stand around it (§4.3). */
static bool take_colon(slice *s)
{
	slice rest = *s;

	skip_blanks(&rest);
	if (!take(&rest, ':'))
		return false;
	skip_blanks(&rest);
	*s = rest;
	return true;
}

static slice take_word(slice *s)
{
	size_t n = 0;
	slice word;

	while (n < s->n && ascii_letter(s->p[n]))
		n++;
	word = slice_upto(*s, n);
	*s = slice_from(*s, n);
	return word;
}

/* The place of a word among names of three letters, -1. `September`, `Sept` and `Tues` are written too. */
static int index_of(const char *names, slice word)
{
	for (int i = 0; word.n >= 3 && names[3 * i]; i++)
		if (slice_case_same(slice_upto(word, 3), (slice){ names + 3 * i, 3 }))
			return i;
	return -1;
}

/* §4.3: 50-99 and three digits count from 1900, 00-49 from 2000. */
static int full_year(int year, size_t digits)
{
	if (digits == 2)
		return year + (year < 50 ? 2000 : 1900);
	return digits == 3 ? year + 1900 : year;
}

static bool read_time(slice *s, int hour, struct parts *p)
{
	size_t digits;

	p->hour = hour;
	p->minute = take_number(s, 2, &digits);
	p->second = 0;
	if (p->minute >= 0 && take_colon(s))
		p->second = take_number(s, 2, &digits);
	if (take(s, '.'))               /* fractions of a second */
		while (s->n && ascii_digit(s->p[0]))
			*s = slice_from(*s, 1);
	return hour < 24 && p->minute >= 0 && p->minute < 60 && p->second >= 0 && p->second <= 60;
}

/* `+0100`, `+01:00`, `+1` behind the sign. */
static bool read_offset(slice *s, bool west, struct parts *p)
{
	size_t digits;
	int value = take_number(s, 4, &digits), minutes = 0;

	if (value < 0)
		return false;
	if (digits > 2) {
		minutes = value % 100;
		value /= 100;
	} else if (take(s, ':')) {
		minutes = take_number(s, 2, &digits);
	}
	if (minutes < 0 || minutes > 59)
		return false;
	p->east = (value * 60 + minutes) * (west ? -1 : 1);
	p->zoned = true;
	return true;
}

/* §4.3: one letter and every name but these says nothing: UTC. */
static void read_zone_name(slice name, struct parts *p)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {
		{ "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 },
		{ "CET", 1 }, { "CEST", 2 }, { "MET", 1 }, { "MEST", 2 }, { "EET", 2 }, { "EEST", 3 }, { "BST", 1 }, { "JST", 9 },
	};

	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		if (slice_case_is(name, zones[i].name))
			p->east = zones[i].hours * 60;
	p->zoned = true;
}

/* A word: a month, a weekday, `PM`, or the name of a zone, behind the time. */
static bool read_word(slice word, struct parts *p)
{
	int month = index_of(months, word);

	if (month >= 0 && p->month < 0)
		p->month = month;
	else if (p->hour < 0)
		return index_of(weekdays, word) >= 0;
	else if (slice_case_is(word, "PM") && p->hour <= 12)
		p->hour = p->hour % 12 + 12;
	else if (slice_case_is(word, "AM") && p->hour <= 12)
		p->hour %= 12;
	else if (!p->zoned)
		read_zone_name(word, p);
	else
		return false;
	return true;
}

/* A number: the day, the year, or with a colon behind it the time. */
static bool read_number(slice *s, struct parts *p)
{
	size_t digits;
	int value = take_number(s, 4, &digits);

	if (value < 0)
		return false;
	if (p->hour < 0 && digits <= 2 && take_colon(s))
		return read_time(s, value, p);
	if (p->day < 0 && digits <= 2)
		p->day = value;
	else if (p->year < 0 && digits >= 2)
		p->year = full_year(value, digits);
	else
		return false;
	take(s, '.');
	if (p->hour < 0)
		take(s, '-');
	return true;
}

static bool read_part(slice *s, struct parts *p)
{
	slice word;

	if (ascii_digit(s->p[0]))
		return read_number(s, p);
	if (p->hour >= 0 && (s->p[0] == '+' || s->p[0] == '-')) {
		bool west = s->p[0] == '-';

		*s = slice_from(*s, 1);
		return read_offset(s, west, p);
	}
	word = take_word(s);
	if (word.n && p->hour < 0)
		take(s, s->n && s->p[0] == '.' ? '.' : '-');
	return word.n && read_word(word, p);
}

static bool in_calendar(const struct parts *p)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = p->year % 4 == 0 && (p->year % 100 != 0 || p->year % 400 == 0);

	return p->month >= 0 && p->year >= 1900 && p->day >= 1 && p->day <= lengths[p->month]
	    && (p->month != 1 || p->day < 29 || leap);
}

bool date_read(slice text, time_t *when)
{
	struct parts p = { -1, -1, -1, -1, -1, -1, false, 0 };
	struct tm t = { .tm_isdst = 0 };

	for (skip_blanks(&text); text.n; skip_blanks(&text))
		if (!read_part(&text, &p))
			return false;
	if (p.hour < 0 || !in_calendar(&p))
		return false;
	t.tm_year = p.year - 1900;
	t.tm_mon = p.month;
	t.tm_mday = p.day;
	t.tm_hour = p.hour;
	t.tm_min = p.minute - p.east;
	t.tm_sec = p.second;
	*when = timegm(&t);
	return true;
}
