/*
 * separator: the line `From sender date` that begins a letter in an mbox (RFC 4155 §A, and what was written before it).
 *
 * The date has to be one: text that only begins with `From ` is none. These are, behind any sender:
 *
 *	Mon Nov 23 19:40:12 2026                ctime's, in UTC as RFC 4155 has it
 *	Nov 23 19:40 26                         no weekday, no seconds, two digits of year
 *	Mon Nov 23 19:40:12 MET DST 2026        a time zone by name or number, before the year or behind it
 *	Mon, 23 Nov 2026 19:40:12 +0100 (CET)   as in a Date field
 *	Mon Nov 23 19:40:12 2026 remote from x  UUCP
 *
 * That is less than date.h reads, which takes what anybody may have meant for a date: here text must not be one.
 * The sender is one word or `user at host`; where the date has a weekday and seconds, which no text has by accident,
 * it may have any blanks, or be missing.
 */
#ifndef SEPARATOR_H
#define SEPARATOR_H

#include <time.h>

#include "buf.h"

struct separator {
	slice sender;           /* as it is written */
	time_t date;
};

/* A line, with its end or without: whether it is a separator. */
bool separator_read(slice line, struct separator *);

/* Appends the line, its date ctime's in UTC. No sender becomes MAILER-DAEMON; blanks and controls in it, which would end it, dashes. */
void separator_add(buf *, slice sender, time_t date);

#endif
