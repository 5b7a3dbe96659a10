/*
 * net: connections to other machines and to Unix sockets.
 *
 * What net_connect and net_unix give is connected, O_NONBLOCK and closed on exec.
 */
#ifndef NET_H
#define NET_H

#include <stdint.h>
#include <sys/socket.h>

#include "network.h"

struct net_address {
	struct sockaddr_storage to;
	socklen_t length;
	bool dead;              /* was tried in vain, or is not to be tried */
};

struct net_address net_address(const struct address *, unsigned short port);
struct address net_bytes(const struct net_address *);

/* Splits `host`, `host:port`, `[host]`, `[host]:port`, where an IPv6 address may stand bare: 0, -1. Port 0: none given. */
int net_split(slice text, slice *host, unsigned short *port);

/*
 * Connects to the first of the addresses that answers, in their order: the next is
 * called when the last one failed or has kept silent for a quarter of a second
 * (RFC 8305 §5), each for at most `patience` ms. Those that failed are marked dead. The
 * descriptor, and which it was; or -1 and errno of the last failure.
 */
int net_connect(struct net_address *, size_t count, int64_t patience, size_t *which);

/* Connects to a Unix stream socket: a descriptor, or -1 and errno. */
int net_unix(slice path, int64_t patience);

#endif
