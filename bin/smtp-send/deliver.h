/* deliver: the letters of a domain to the hosts that take them. */
#ifndef DELIVER_H
#define DELIVER_H

#include "buf.h"

/*
 * Sends what there is for the domain, and what comes meanwhile, to the server of -s or the domain's
 * exchanges in their order; returns when all of it is answered or nothing came for a while.
 */
void deliver(slice domain);

#endif
