#include <stdlib.h>

#include "clock.h"

int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

time_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

void clock_add_date(buf *b, time_t when)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm t;
	long minutes;

	localtime_r(&when, &t);
	minutes = t.tm_gmtoff / 60;
	buf_print(b, "%s, %d %s %d %02d:%02d:%02d %c%02ld%02ld", days[t.tm_wday], t.tm_mday,
	    months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec,
	    minutes < 0 ? '-' : '+', labs(minutes) / 60, labs(minutes) % 60);
}

void clock_add_stamp(buf *b, time_t when)
{
	struct tm t;

	gmtime_r(&when, &t);
	buf_print(b, "%04d-%02d-%02dT%02d:%02d:%02dZ", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
	    t.tm_hour, t.tm_min, t.tm_sec);
}

static int digits(slice s, size_t at, size_t n)
{
	return (int)slice_number(slice_upto(slice_from(s, at), n));
}

time_t clock_read_stamp(slice s)
{
	struct tm t = { 0 };

	if (s.n != 20 || s.p[4] != '-' || s.p[7] != '-' || s.p[10] != 'T' || s.p[13] != ':'
	    || s.p[16] != ':' || s.p[19] != 'Z')
		return -1;
	t.tm_year = digits(s, 0, 4) - 1900;
	t.tm_mon = digits(s, 5, 2) - 1;
	t.tm_mday = digits(s, 8, 2);
	t.tm_hour = digits(s, 11, 2);
	t.tm_min = digits(s, 14, 2);
	t.tm_sec = digits(s, 17, 2);
	if (t.tm_year < 70 || t.tm_mon < 0 || t.tm_mon > 11 || t.tm_mday < 1 || t.tm_mday > 31
	    || t.tm_hour < 0 || t.tm_hour > 23 || t.tm_min < 0 || t.tm_min > 59
	    || t.tm_sec < 0 || t.tm_sec > 60)
		return -1;
	return timegm(&t);
}
