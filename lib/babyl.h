/*
 * babyl: mailboxes of Emacs Rmail (to 22) and Zmail.
 *
 *	BABYL OPTIONS: …        some lines, before the first message
 *	^_^L                    each message
 *	1, answered,,           its labels
 *	the header as it came, and an empty line: or nothing
 *	*** EOOH ***
 *	the header as it was shown: or, where there is nothing above, as it came
 *	the empty line and the body
 *	^_                      at the end of the last
 */
#ifndef BABYL_H
#define BABYL_H

#include "scan.h"

bool babyl_step(struct scan *, slice in, bool end);

#endif
