#include <limits.h>
#include <zlib.h>

#include "gzip.h"

enum { GZIP = 16 };             /* added to the size of the window: with the header of gzip */

int gzip_add(buf *to, slice bytes)
{
	z_stream z = { .next_in = (z_const Bytef *)bytes.p, .avail_in = (uInt)bytes.n };
	size_t most;
	int done;

	if (bytes.n > UINT_MAX || deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return -1;
	most = deflateBound(&z, bytes.n);
	z.next_out = (Bytef *)buf_reserve(to, most);
	z.avail_out = (uInt)most;
	done = deflate(&z, Z_FINISH);
	to->n += z.total_out;
	buf_reserve(to, 1);
	to->p[to->n] = '\0';
	deflateEnd(&z);
	return done == Z_STREAM_END ? 0 : -1;
}
