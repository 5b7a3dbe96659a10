/* deliver: the letters for a place to the hosts that take them. */
#ifndef DELIVER_H
#define DELIVER_H

#include "send.h"

/*
 * Sends what there is for the place, and what comes meanwhile, to its server or the domain's
 * exchanges in their order; returns when all of it is answered and nothing came for a while, or something for elsewhere.
 */
void deliver(struct place);

#endif
