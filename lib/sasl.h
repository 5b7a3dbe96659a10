/*
 * sasl: the exchange in which a client proves who it is (RFC 4422), both its halves.
 *
 *	client = sasl_client(sasl_choose(offered, kind, bound), &credentials);
 *	first = sasl_client_first(mechanism) ? sasl_step(client, nothing, &reply) : …
 *	while it goes on: sasl_step(client, challenge, &reply)
 *
 * Texts are base64 as they stand in the lines of a protocol, at most LIMIT_SASL bytes; what is longer, or no base64,
 * is SASL_MALFORMED. PLAIN (RFC 4616), LOGIN, XOAUTH2 and OAUTHBEARER (RFC 7628) are our own; SCRAM (RFC 5802, RFC 7677,
 * RFC 9266) and CRAM-MD5 (RFC 2195) are libgsasl's. Passwords and tokens are wiped before their memory is freed, as far as it is ours.
 */
#ifndef SASL_H
#define SASL_H

#include "mechanism.h"

enum sasl_status {
	SASL_GOES_ON,           /* the reply is to be sent, and an answer to it awaited */
	SASL_DONE,              /* as a client: the reply is the last, and the server has proven itself where it can; as a server: nothing more is to be sent */
	SASL_REFUSED,           /* not the right password; as a client: the server does not know it, or asks for what we do not do */
	SASL_MALFORMED,
	SASL_LATER,             /* as a server: it cannot be told now */
};

struct sasl;

/* All of it is copied. */
struct sasl_credentials {
	slice user;
	slice secret;           /* a password, or a token */
	bool oauth;             /* it is a token */
	slice host;             /* the server's name, and its port, 0 where it is not known: for OAUTHBEARER */
	unsigned short port;
	slice binding;          /* tls-exporter of the connection (RFC 9266), in base64, for -PLUS; empty: none */
};

/* NULL where the credentials cannot be said in the mechanism: a NUL in them, or a control character in a token. */
struct sasl *sasl_client(unsigned mechanism, const struct sasl_credentials *);

/* What a SCRAM server keeps of a password (RFC 5802 §3): nobody can be the client with it. SHA-256. */
struct sasl_verifier {
	unsigned iterations;    /* at most LIMIT_ITERATIONS */
	unsigned char salt[64];
	size_t salt_size;
	unsigned char stored_key[32], server_key[32];
};

/* From a password and iterations and salt that are set: 0, -1 where it is no text that SASLprep (RFC 4013) takes. */
int sasl_verifier_make(struct sasl_verifier *, slice password);

/* `iterations,salt,StoredKey,ServerKey`, all but the first in base64: whether it is one. */
bool sasl_verifier_read(slice text, struct sasl_verifier *);
void sasl_verifier_add(buf *to, const struct sasl_verifier *);

/* Who knows the passwords. Each is asked at most once in an exchange. */
struct sasl_judge {
	int (*password)(void *of, slice user, slice password);          /* 1 it is the right one, 0, -1 it cannot be told now */
	int (*verifier)(void *of, slice user, struct sasl_verifier *);  /* 0; also of nobody, whom nothing fits; -1 */
	void *of;
};

/* PLAIN, LOGIN, SCRAM-SHA-256, SCRAM-SHA-256-PLUS; NULL for others. The judge must outlive it. */
struct sasl *sasl_server(unsigned mechanism, const struct sasl_judge *, slice binding);

/* What the other side said, or nothing (p NULL) if it said nothing yet; *reply is set to what is to be sent. */
enum sasl_status sasl_step(struct sasl *, slice text, buf *reply);

/* As a server: who the client says it is, once that is known. */
slice sasl_user(const struct sasl *);
void sasl_free(struct sasl *);

#endif
