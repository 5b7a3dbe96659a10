/*
 * leaf: what the bytes of a part mean, as a stream: decoded and, where it is text, in UTF-8.
 *
 *	leaf_begin, leaf_more (any number, the bytes in any cuts), leaf_finish, leaf_end
 */
#ifndef LEAF_H
#define LEAF_H

#include "charset.h"
#include "flowed.h"
#include "part.h"

struct leaf {
	struct transfer_decoder decoder;
	bool converts, unflows;
	struct charset charset;
	struct flowed flowed;
	buf converted, unflowed;
};

/* While the part begins. `raw`: text stays in the charset that it was sent in; `unflow`: paragraphs of format=flowed on one line. */
void leaf_begin(struct leaf *, const struct part *, bool raw, bool unflow);

/* What these bytes, or the end, add: valid until the next call. */
slice leaf_more(struct leaf *, slice bytes);
slice leaf_finish(struct leaf *);
void leaf_end(struct leaf *);           /* frees */

#endif
