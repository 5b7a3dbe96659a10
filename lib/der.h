/*
 * der: as much of ASN.1 as keys are written in (X.690, DER): values of one tag and a length, one behind the other or in each other.
 *
 * Only what is written in the one right way is read.
 */
#ifndef DER_H
#define DER_H

#include "buf.h"

enum { DER_INTEGER = 0x02, DER_BITS = 0x03, DER_OCTETS = 0x04, DER_OID = 0x06, DER_SEQUENCE = 0x30 };

/* Takes a value of this tag: what is in it. False, with *rest unchanged, where another stands there. */
bool der_take(slice *rest, int tag, slice *content);

/* The same of an INTEGER above zero: its bytes without a leading zero. */
bool der_number(slice *rest, slice *number);

/* The same of a BIT STRING of whole bytes. */
bool der_bits(slice *rest, slice *bytes);

#endif
