#include <errno.h>
#include <sys/uio.h>

#include "split.h"

static struct iovec pieces[64];
static int count, file;
static void (*broken)(void);

void gather_into(int fd, void (*when_broken)(void))
{
	file = fd;
	broken = when_broken;
}

void gather_text(slice bytes)
{
	struct iovec *last = count ? &pieces[count - 1] : NULL;

	if (file < 0)
		return;
	if (last && (const char *)last->iov_base + last->iov_len == bytes.p) {
		last->iov_len += bytes.n;
		return;
	}
	if (count == (int)(sizeof pieces / sizeof *pieces))
		gather_settle();
	pieces[count++] = (struct iovec){ (void *)bytes.p, bytes.n };
}

void gather_settle(void)
{
	struct iovec *at = pieces, *end = pieces + count;

	count = 0;
	while (at < end) {
		ssize_t n = writev(file, at, (int)(end - at));

		if (n < 0 && errno != EINTR) {
			broken();
			file = -1;
			return;
		}
		for (; n > 0 && at < end && (size_t)n >= at->iov_len; at++)
			n -= (ssize_t)at->iov_len;
		if (n > 0) {
			at->iov_base = (char *)at->iov_base + n;
			at->iov_len -= (size_t)n;
		}
	}
}
