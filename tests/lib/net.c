/* net: how a server is named, and how places are called. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "net.h"
#include "tap.h"

static void split(const char *text, const char *host, unsigned short port)
{
	unsigned short got_port;
	slice got;

	ok(net_split(slice_of(text), &got, &got_port) == 0 && slice_is(got, host) && got_port == port, text);
}

static void no_split(const char *text)
{
	unsigned short port;
	slice host;

	ok(net_split(slice_of(text), &host, &port) == -1, text);
}

static struct net_address place(const char *text, unsigned short port)
{
	struct address address;

	address_read(slice_of(text), &address);
	return net_address(&address, port);
}

/* A listening socket on loopback; its backlog filled, so that it lets callers wait, or not. */
static int listening(unsigned short *port)
{
	struct net_address a = place("127.0.0.1", 0);
	socklen_t length = sizeof a.to;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&a.to, a.length) || listen(fd, 5) || getsockname(fd, (struct sockaddr *)&a.to, &length))
		abort();
	*port = ntohs(((struct sockaddr_in *)&a.to)->sin_port);
	return fd;
}

static void calls(void)
{
	unsigned short port, closed_port;
	int server = listening(&port), closed = listening(&closed_port), fd;
	struct net_address two[2];
	int64_t begun;
	size_t which;

	close(closed);
	two[0] = place("127.0.0.1", closed_port);
	two[1] = place("127.0.0.1", port);
	fd = net_connect(two, 2, 1000, &which);
	ok(fd >= 0 && which == 1 && two[0].dead && !two[1].dead, "the second place, where the first refuses");
	ok((fcntl(fd, F_GETFL) & O_NONBLOCK) && (fcntl(fd, F_GETFD) & FD_CLOEXEC), "as promised");
	close(fd);
	two[1].dead = true;
	fd = net_connect(two, 2, 1000, &which);
	ok(fd == -1 && which == 2, "dead places are not called");
	two[0] = place("127.0.0.1", closed_port);
	fd = net_connect(two, 1, 1000, &which);
	ok(fd == -1 && errno == ECONNREFUSED, "why it failed");

	/* TEST-NET-1 would be a place that keeps silent, but tests talk to loopback alone: a full backlog does, too. */
	closed = listening(&closed_port);
	listen(closed, 0);
	two[0] = place("127.0.0.1", closed_port);
	close(net_connect(two, 1, 1000, &which));
	two[0] = place("127.0.0.1", closed_port);
	two[1] = place("127.0.0.1", port);
	for (int i = 0; i < 3; i++) {
		struct net_address filler = place("127.0.0.1", closed_port);

		close(net_connect(&filler, 1, 50, &which));
	}
	begun = clock_ms();
	fd = net_connect(two, 2, 5000, &which);
	ok(fd >= 0, "one of both answers");
	ok(clock_ms() - begun < 1000, "and a silent one costs a quarter of a second");
	close(fd);
	close(closed);
	close(server);
}

int main(void)
{
	split("host.example", "host.example", 0);
	split("host.example:25", "host.example", 25);
	split("127.0.0.1:2525", "127.0.0.1", 2525);
	split("[127.0.0.1]:65535", "[127.0.0.1]", 65535);
	split("[::1]", "[::1]", 0);
	split("[::1]:25", "[::1]", 25);
	split("[IPv6:::1]:25", "[IPv6:::1]", 25);
	split("2001:db8::1", "2001:db8::1", 0);
	no_split("");
	no_split("host:");
	no_split("host:0");
	no_split("host:65536");
	no_split("host:smtp");
	no_split(":25");
	calls();
	return tap_done();
}
