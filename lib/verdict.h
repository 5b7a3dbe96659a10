/*
 * verdict: what a failure says of the recipient, by its status (RFC 3463) and its words.
 *
 * Words go before digits: mail systems say 5.7.1 to unknown users and 5.1.1 to spam.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include "buf.h"

enum verdict {
	VERDICT_HARD,           /* there is no such mailbox, and will be none */
	VERDICT_SOFT,           /* it may be reached another time: it is full, its host is down, the letter was too large */
	VERDICT_POLICY,         /* the sender, his host or the letter is refused: nothing is said of the mailbox */
};

/* `5.1.1`: a class of 2, 4 or 5, and two numbers of at most three digits. */
enum { VERDICT_STATUS = sizeof "5.999.999" };

struct verdict_of {
	enum verdict verdict;
	char status[VERDICT_STATUS];    /* empty: none was said, nor can be concluded */
	bool sure;                      /* the status or the words said why; else it is only known that it failed */
};

/* Of the status in a report, or an empty one, and of what was said in UTF-8. */
struct verdict_of verdict_of(slice status, slice said);

/* Copies the status at the start of s: its length, 0 where none stands there. */
size_t verdict_status(char status[VERDICT_STATUS], slice s);

#endif
