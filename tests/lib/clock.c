/* Dates: RFC 5322 §3.3 in several zones, RFC 3339 both ways. */
#include <stdlib.h>

#include "clock.h"
#include "tap.h"

static void date(const char *zone, time_t when, const char *want)
{
	buf got = { NULL, 0, 0 };

	setenv("TZ", zone, 1);
	tzset();
	clock_add_date(&got, when);
	same(buf_slice(&got), want, want);
	buf_free(&got);
}

static void stamp(time_t when, const char *want)
{
	buf got = { NULL, 0, 0 };

	clock_add_stamp(&got, when);
	same(buf_slice(&got), want, want);
	ok(clock_read_stamp(slice_of(want)) == when, "and back");
	buf_free(&got);
}

int main(void)
{
	static const char *const none[] = { "", "2026-11-23 19:40:12Z", "2026-11-23T19:40:12", "2026-13-23T19:40:12Z",
		"2026-11-00T19:40:12Z", "2026-11-23T24:40:12Z", "202x-11-23T19:40:12Z", "2026-11-23T19:40:12ZZ" };

	date("UTC", 0, "Thu, 1 Jan 1970 00:00:00 +0000");
	date("UTC", 1795462812, "Mon, 23 Nov 2026 19:40:12 +0000");
	date("CET-1", 1795462812, "Mon, 23 Nov 2026 20:40:12 +0100");
	date("NST3:30", 1795462812, "Mon, 23 Nov 2026 16:10:12 -0330");
	stamp(0, "1970-01-01T00:00:00Z");
	stamp(1795462812, "2026-11-23T19:40:12Z");
	stamp(1709208000, "2024-02-29T12:00:00Z");
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		ok(clock_read_stamp(slice_of(none[i])) == -1, "no stamp");
	return tap_done();
}
