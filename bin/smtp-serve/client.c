#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "limit.h"
#include "serve.h"

/* What getpeername or getsockname says: whether it is a TCP connection. */
static bool end_of_tcp(int fd, int (*name_of)(int, struct sockaddr *, socklen_t *), struct address *a)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } name = { .any.sa_family = AF_UNSPEC };
	socklen_t size = sizeof name;

	if (name_of(fd, &name.any, &size))
		return false;
	if (name.any.sa_family == AF_INET6) {
		memcpy(a->byte, &name.v6.sin6_addr, sizeof a->byte);
		return true;
	}
	if (name.any.sa_family != AF_INET)
		return false;
	memcpy(a->byte, mapped, sizeof mapped);
	memcpy(a->byte + sizeof mapped, &name.v4.sin_addr, 4);
	return true;
}

bool client_address(int connection, struct address *a)
{
	return end_of_tcp(connection, getpeername, a);
}

static bool from_environment(const char *variable, struct address *a)
{
	const char *text = getenv(variable);

	return text && address_read(slice_of(text), a);
}

/* A name that may stand in a Received field as it is. */
static bool is_host_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

	return n > 0 && name[n] == '\0' && n <= LIMIT_DOMAIN;
}

static bool is_trusted(const struct conf *conf, const struct client *c)
{
	slice word;
	int listed = network_listed(conf->relay_from, &c->address, &word);

	if (listed < 0)
		fail(EX_CONFIG, "relay-from: `%.*s': not a network", (int)word.n, word.p);
	return c->known && listed;
}

void client_find(struct client *c, const struct conf *conf)
{
	struct address told;
	const char *name;
	bool v6 = from_environment("TCP6REMOTEIP", &told), by_tcp;

	*c = (struct client){ .known = false };
	by_tcp = client_address(STDIN_FILENO, &c->address);
	c->called = end_of_tcp(STDIN_FILENO, getsockname, &c->here) || from_environment(v6 ? "TCP6LOCALIP" : "TCPLOCALIP", &c->here);
	if (v6 || from_environment("TCPREMOTEIP", &told)) {
		if (!by_tcp)
			c->address = told;
		c->known = true;
		name = getenv(v6 ? "TCP6REMOTEHOST" : "TCPREMOTEHOST");
		if (name && is_host_name(name) && memcmp(&c->address, &told, sizeof told) == 0)
			c->name = mem_text(slice_of(name));
	}
	c->known = c->known || by_tcp;
	if (c->known)
		address_text(&c->address, c->text);
	c->trusted = is_trusted(conf, c);
	c->speaks_first = by_tcp && poll(&(struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN }, 1, 0) > 0;
}
