/* fingerprint: SHA-256 of a certificate in hexadecimal, as people write it. */
#ifndef FINGERPRINT_H
#define FINGERPRINT_H

#include "buf.h"

/*
 * Whether one of the words of a list, 64 digits in any case, with colons between bytes or without, is this one,
 * in lower case and without: 1, 0; -1 and the first word that is none.
 */
int fingerprint_listed(const char *list, slice fingerprint, slice *wrong);

#endif
