/* date: what is read is a date of the calendar, and reads as the same when it is written out. */
#include <stdint.h>
#include <stdlib.h>

#include "clock.h"
#include "date.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	buf text = { NULL, 0, 0 };
	time_t when, again;

	if (date_read((slice){ (const char *)p, n }, &when)) {
		clock_add_date(&text, when);
		if (!date_read(buf_slice(&text), &again) || again != when)
			abort();
	}
	buf_free(&text);
	return 0;
}
