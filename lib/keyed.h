/*
 * keyed: many rows sorted by a number that says most of their order: the first bytes of their names.
 *
 * Byte by byte of the number (a radix sort), in time linear in the rows; what has the same number is then compared.
 */
#ifndef KEYED_H
#define KEYED_H

#include <stdint.h>

#include "buf.h"

struct keyed {
	uint64_t key;
	void *row;
};

/* The number of the first eight bytes, of zeros where there are fewer: in the order of memcmp. */
uint64_t keyed_start(slice text);

/* `order` is that of pointers to rows; those that are the same to it stay as they stood. */
void keyed_sort(struct keyed *, size_t count, int (*order)(const void *, const void *));

#endif
