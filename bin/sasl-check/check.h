/* sasl-check: what its files share. */
#ifndef CHECK_H
#define CHECK_H

#include "buf.h"

/* Whether PAM lets the user in who has this password, from a host ("": not known): 1, 0, -1 it cannot be told now, and why was logged. */
int pam_password(const char *service, slice user, slice password, const char *host);

#endif
