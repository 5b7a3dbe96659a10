/*
 * network: IP addresses and the networks that hold them (RFC 4291, RFC 4632).
 *
 * An address is 16 bytes in network order; IPv4 is kept as IPv4-mapped IPv6
 * (::ffff:a.b.c.d), so that a peer is the same whichever way it came.
 */
#ifndef NETWORK_H
#define NETWORK_H

#include "buf.h"

enum { NETWORK_TEXT = 46 };     /* the longest address as text, with its NUL */

struct address { unsigned char byte[16]; };

struct network {
	struct address address;
	unsigned bits;          /* of the 128 */
};

/* `192.0.2.1`, `2001:db8::1`: whether it is one. */
bool address_read(slice text, struct address *);
bool address_is_v4(const struct address *);
void address_text(const struct address *, char text[NETWORK_TEXT]);

/* As a domain in an address or a Received field has it: `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3). */
void address_add_literal(buf *to, const struct address *);
bool address_read_literal(slice domain, struct address *);

/* `192.0.2.0/24`, `2001:db8::/32`, or an address alone; brackets around the address are allowed. */
bool network_read(slice text, struct network *);
bool network_holds(const struct network *, const struct address *);

/* Whether one of the networks of a list (words) holds the address: 1, 0; -1 and the first word that is no network. */
int network_listed(const char *list, const struct address *, slice *wrong);

#endif
