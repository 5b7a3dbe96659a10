#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "io.h"
#include "net.h"

enum { HEAD_START = 250 };      /* ms, RFC 8305 §8 */

struct net_address net_address(const struct address *address, unsigned short port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct net_address to = { .length = 0 };

	if (address_is_v4(address)) {
		memcpy(&v4.sin_addr, address->byte + 12, 4);
		memcpy(&to.to, &v4, sizeof v4);
		to.length = sizeof v4;
	} else {
		memcpy(&v6.sin6_addr, address->byte, 16);
		memcpy(&to.to, &v6, sizeof v6);
		to.length = sizeof v6;
	}
	return to;
}

struct address net_bytes(const struct net_address *from)
{
	struct address to = { .byte = { [10] = 0xff, [11] = 0xff } };

	if (from->to.ss_family == AF_INET)
		memcpy(to.byte + 12, &((const struct sockaddr_in *)&from->to)->sin_addr, 4);
	else
		memcpy(to.byte, &((const struct sockaddr_in6 *)&from->to)->sin6_addr, 16);
	return to;
}

int net_split(slice text, slice *host, unsigned short *port)
{
	size_t bracket = slice_find(text, ']'), colon;
	slice rest = text, digits;
	long long number;

	if (text.n && text.p[0] == '[' && bracket < text.n)
		rest = slice_from(text, bracket + 1);
	colon = slice_find(rest, ':');
	digits = slice_from(rest, colon + 1);
	*port = 0;
	if (colon == rest.n || slice_find(digits, ':') < digits.n) {
		*host = text;
		return text.n ? 0 : -1;
	}
	*host = slice_upto(text, text.n - digits.n - 1);
	number = slice_number(digits);
	*port = (unsigned short)number;
	return number < 1 || number > 65535 || host->n == 0 ? -1 : 0;
}

/* A call that was begun: a descriptor, or -1. */
static int begin(const struct net_address *address)
{
	int fd = socket(address->to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1, error;

	if (fd < 0)
		return -1;
	/* We gather what belongs together ourselves; Nagle's wait for more would cost a round trip. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(fd, (const struct sockaddr *)&address->to, address->length) == 0 || errno == EINPROGRESS)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

struct race {
	struct net_address *address;
	size_t count;
	struct pollfd *fds;     /* of each address; -1 where it is not being called */
	int64_t *until;
	size_t running;
	size_t next;
	int64_t next_at;
	int error;
};

static void drop(struct race *r, size_t i, int error)
{
	if (r->fds[i].fd >= 0) {
		close(r->fds[i].fd);
		r->running--;
	}
	r->fds[i].fd = -1;
	r->address[i].dead = true;
	r->error = error;
}

static void call_next(struct race *r, int64_t now, int64_t patience)
{
	while (r->next < r->count && (r->running == 0 || now >= r->next_at)) {
		size_t i = r->next++;

		if (r->address[i].dead)
			continue;
		r->fds[i].fd = begin(&r->address[i]);
		if (r->fds[i].fd < 0) {
			drop(r, i, errno);
			continue;
		}
		r->until[i] = now + patience;
		r->next_at = now + HEAD_START;
		r->running++;
	}
}

static int64_t next_event(const struct race *r)
{
	int64_t at = r->next < r->count ? r->next_at : INT64_MAX;

	for (size_t i = 0; i < r->next; i++)
		if (r->fds[i].fd >= 0 && r->until[i] < at)
			at = r->until[i];
	return at;
}

/* Whoever answered, or r->count. */
static size_t winner(struct race *r, int64_t now)
{
	for (size_t i = 0; i < r->next; i++) {
		int error = 0;
		socklen_t size = sizeof error;

		if (r->fds[i].fd < 0)
			continue;
		if (r->fds[i].revents == 0) {
			if (now >= r->until[i])
				drop(r, i, ETIMEDOUT);
			continue;
		}
		getsockopt(r->fds[i].fd, SOL_SOCKET, SO_ERROR, &error, &size);
		if (error == 0)
			return i;
		drop(r, i, error);
	}
	return r->count;
}

static size_t run_race(struct race *r, int64_t patience)
{
	for (;;) {
		int64_t now = clock_ms(), at;
		size_t first;

		call_next(r, now, patience);
		if (r->running == 0)
			return r->count;
		at = next_event(r);
		if (poll(r->fds, r->count, at > now ? (int)(at - now) : 0) < 0 && errno != EINTR)
			return r->count;
		first = winner(r, clock_ms());
		if (first < r->count)
			return first;
	}
}

int net_connect(struct net_address *address, size_t count, int64_t patience, size_t *which)
{
	struct race r = { .address = address, .count = count, .error = EHOSTUNREACH };
	int fd = -1;

	r.fds = mem_alloc(count * sizeof *r.fds);
	r.until = mem_alloc(count * sizeof *r.until);
	for (size_t i = 0; i < count; i++)
		r.fds[i] = (struct pollfd){ .fd = -1, .events = POLLOUT };
	*which = run_race(&r, patience);
	for (size_t i = 0; i < count; i++)
		if (i == *which)
			fd = r.fds[i].fd;
		else if (r.fds[i].fd >= 0)
			close(r.fds[i].fd);
	free(r.fds);
	free(r.until);
	errno = r.error;
	return fd;
}

int net_unix(slice path, int64_t patience)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int64_t deadline = clock_ms() + patience;
	int fd, error;

	if (path.n >= sizeof to.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to.sun_path, path.p, path.n);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	/* EAGAIN: its backlog is full (unix(7)). */
	while (connect(fd, (struct sockaddr *)&to, sizeof to)) {
		error = errno == EAGAIN && clock_ms() > deadline ? ETIMEDOUT : errno;
		if (error == EAGAIN) {
			poll(NULL, 0, 20);
			continue;
		}
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}
