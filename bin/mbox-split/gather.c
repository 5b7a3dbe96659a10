#include <errno.h>
#include <sys/uio.h>

#include "split.h"

static struct iovec pieces[64];
static int count;

void gather(slice bytes, int (*full)(void))
{
	struct iovec *last = count ? &pieces[count - 1] : NULL;

	if (last && (const char *)last->iov_base + last->iov_len == bytes.p) {
		last->iov_len += bytes.n;
		return;
	}
	if (count == (int)(sizeof pieces / sizeof *pieces))
		full();
	pieces[count++] = (struct iovec){ (void *)bytes.p, bytes.n };
}

int gather_write(int fd)
{
	struct iovec *at = pieces, *end = pieces + count;

	count = 0;
	while (at < end) {
		ssize_t n = writev(fd, at, (int)(end - at));

		if (n < 0 && errno != EINTR)
			return -1;
		for (; n > 0 && at < end && (size_t)n >= at->iov_len; at++)
			n -= (ssize_t)at->iov_len;
		if (n > 0) {
			at->iov_base = (char *)at->iov_base + n;
			at->iov_len -= (size_t)n;
		}
	}
	return 0;
}
