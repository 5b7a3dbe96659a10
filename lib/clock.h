/* clock: dates as mail writes them, and time that only goes forward. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

#include "buf.h"

/* Milliseconds since some moment in the past, unmoved when the clock is set: for deadlines. */
int64_t clock_ms(void);

/*
 * The time of day, never behind the times of files: time(2) lags by a tick, so that a
 * file just written may seem to be of the next second.
 */
time_t clock_now(void);

/* `Mon, 23 Nov 2026 19:40:12 +0100` in the local zone (RFC 5322 §3.3). */
void clock_add_date(buf *b, time_t when);

/* `2026-11-23T19:40:12Z` (RFC 3339), and back; -1 where it is none. */
void clock_add_stamp(buf *b, time_t when);
time_t clock_read_stamp(slice stamp);

#endif
