/* reference: the characters that HTML has names for: of ISO 8859-1 all, and of others those that mail has. */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "buf.h"

/* The character (Unicode) of a name, which is written as it is in HTML: `Auml`, `auml`; 0 where it is not known. */
unsigned long reference(slice name);

#endif
