/*
 * boundary: the multiparts that are open at a place in a message, and the lines that delimit their parts (RFC 2046 §5.1).
 *
 * A line delimits where it is, but for blanks at its end, `--` and the boundary, or that and `--`; what
 * only begins so does not. The innermost multipart of a boundary is meant; those inside it then end without one.
 */
#ifndef BOUNDARY_H
#define BOUNDARY_H

#include "buf.h"
#include "limit.h"

/* Zeroed to begin; closed down to a level by setting `depth`. */
struct boundaries {
	struct {
		size_t at, n;   /* in text */
		bool digest;
	} levels[LIMIT_MULTIPARTS];
	size_t depth;
	buf text;
};

/* Opens the multipart that a Content-Type is of; false where it says no boundary, a longer one than LIMIT_BOUNDARY, or is too deep. */
bool boundaries_push(struct boundaries *, slice type_body, bool digest);

/* The level that a line, without its end, delimits; depth, where it does not. *closes: it has no more parts. */
size_t boundaries_find(const struct boundaries *, slice line, bool *closes);

void boundaries_free(struct boundaries *);

#endif
