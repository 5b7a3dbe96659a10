/* date: the examples of RFC 5322 appendix A and what else is found in mail. */
#include "clock.h"
#include "date.h"
#include "tap.h"

static void vector(const char *in, const char *want)
{
	buf got = { NULL, 0, 0 };
	time_t when;

	buf_addtext(&got, "");
	if (date_read(slice_of(in), &when))
		clock_add_stamp(&got, when);
	same(buf_slice(&got), want, in);
	buf_free(&got);
}

static void of_the_rfc(void)
{
	vector("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z");
	vector("Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01T08:52:37Z");
	vector("Thu, 13 Feb 1969 23:32:54 -0330", "1969-02-14T03:02:54Z");
	vector("Thu,\n      13\n        Feb\n          1969\n      23:32\n               -0330 (Newfoundland Time)", "1969-02-14T03:02:00Z");
	vector("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z");
	vector("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06Z");
	vector("Mon, 30 Feb 1998 00:00:00 +0000", "");
}

static void as_it_comes(void)
{
	vector("23 Nov 26 19:40 EST", "2026-11-24T00:40:00Z");
	vector("23 Nov 126 19:40 PDT", "2026-11-24T02:40:00Z");
	vector("Mon, 23 Nov 2026 19:40:12 +0100 (CET)", "2026-11-23T18:40:12Z");
	vector("Mon,23 Nov 2026 19:40:12 +0100", "2026-11-23T18:40:12Z");
	vector("(a (nested) comment) Mon (x), 23 (y) Nov 2026 (z) 19:40:12 +0100", "2026-11-23T18:40:12Z");
	vector("mon, 23 nov 2026 19:40:12 z", "2026-11-23T19:40:12Z");
	vector("Mon, 23 Nov 2026 19:40:12", "2026-11-23T19:40:12Z");
	vector("Mon, 23 Nov 2026 19:40:12 -0000", "2026-11-23T19:40:12Z");
	vector("Mon, 23 Nov 2026 19:40:12 +01:00", "2026-11-23T18:40:12Z");
	vector("Mon, 23 Nov 2026 19:40:12 GMT+0100", "2026-11-23T18:40:12Z");
	vector("Mon, 23 Nov 2026 19:40:12 NST", "2026-11-23T19:40:12Z");
	vector("Mon, 23 Nov 2026 19:40:12.345 +0000", "2026-11-23T19:40:12Z");
	vector("Mon, 23 Nov 2026 7:40:12 PM", "2026-11-23T19:40:12Z");
	vector("Mon, 23 Nov 2026 12:40:12 AM", "2026-11-23T00:40:12Z");
	vector("Mon Nov 23 19:40:12 2026", "2026-11-23T19:40:12Z");
	vector("Mon Nov  3 19:40:12 CET 2026", "2026-11-03T18:40:12Z");
	vector("Monday, 23-Nov-26 19:40:12 GMT", "2026-11-23T19:40:12Z");
	vector("23-NOV-2026 19:40:12.00", "2026-11-23T19:40:12Z");
	vector("Tues, 3 Sept 2026 9:05:00 +0000", "2026-09-03T09:05:00Z");
	vector("Thu, 29 Feb 2024 23:59:60 +0000", "2024-03-01T00:00:00Z");
	vector("Thu, 31 Dec 1998 23:59:59 -2359", "1999-01-01T23:58:59Z");
}

static void none(void)
{
	vector("", "");
	vector("yesterday", "");
	vector("Mon, 23 Nov 2026", "");
	vector("19:40:12 +0100", "");
	vector("Mon, 32 Nov 2026 19:40:12 +0100", "");
	vector("Mon, 29 Feb 2023 19:40:12 +0100", "");
	vector("Mon, 0 Nov 2026 19:40:12 +0100", "");
	vector("Mon, 23 Nov 2026 24:40:12 +0100", "");
	vector("Mon, 23 Nov 2026 19:60:12 +0100", "");
	vector("Mon, 23 Nov 20266 19:40:12 +0100", "");
	vector("Mon, 23 Nov 2026 19:40:12 +0199", "");
	vector("Mon, 23 Nov 2026 19:40:12 +0100 and more words", "");
	vector("23 23 Nov 2026 19:40:12", "");
	vector("Mon, 23 Nov 99999999999999999999 19:40:12 +0100", "");
	vector("Mon, 23 Nov 2026 19:40:12 +0100 (no end", "");
}

int main(void)
{
	of_the_rfc();
	as_it_comes();
	none();
	return tap_done();
}
