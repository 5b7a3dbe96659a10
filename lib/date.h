/*
 * date: dates as mail has them, read (RFC 5322 §3.3, obsolete forms of §4.3, and what programs really write).
 *
 * `Mon, 23 Nov 2026 19:40:12 +0100 (CET)`: weekday and seconds may lack, comments stand anywhere, a year may have two
 * or three digits, a zone a name; and the forms of asctime (`Mon Nov 23 19:40:12 2026`) and of VMS (`23-Nov-2026 19:40`).
 * A zone that is missing or unknown is UTC. Nothing else may follow, nor be no date of the calendar.
 */
#ifndef DATE_H
#define DATE_H

#include <time.h>

#include "buf.h"

/* False where it is no date. */
bool date_read(slice text, time_t *when);

#endif
