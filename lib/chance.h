/* chance: what nobody can guess, for boundaries and Message-IDs. */
#ifndef CHANCE_H
#define CHANCE_H

#include "buf.h"

/*
 * Appends 32 hexadecimal digits. Nobody who wrote a message can know them: as a boundary, they end no part before its end,
 * whatever stands in it.
 */
void chance_add(buf *to);

#endif
