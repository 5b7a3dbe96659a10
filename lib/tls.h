/*
 * tls: connections that nobody on the way can read or change (TLS 1.2 and later, by OpenSSL; RFC 8446, 5246).
 *
 *	struct tls *t = tls_client(context, fd, &wish, &session);
 *
 *	if (tls_handshake(t, deadline, &why) == 0)
 *		tls_carry(t, &in, &out);
 *	…
 *	tls_close(t);
 *
 * The descriptors have to be O_NONBLOCK. Nothing here waits but tls_handshake.
 */
#ifndef TLS_H
#define TLS_H

#include <stdint.h>

#include "io.h"

struct tls_context;     /* settings that connections share */
struct tls;             /* one connection */
struct tls_session;     /* what lets the next connection to the same server do with a shorter handshake */

/* A TLSA record (RFC 6698 §2.1). */
struct tlsa {
	unsigned char usage, selector, matching;
	slice data;
};

/* How sure it is that the peer is who we think. */
enum tls_proof {
	TLS_NO_PROOF,
	TLS_BY_CA,              /* an authority that we trust says that it has one of the names */
	TLS_BY_DANE,            /* the TLSA records do (RFC 7672) */
};

/* Why there is no proof: what RFC 8460 §4.3.2 tells apart. */
enum tls_flaw { TLS_SOUND, TLS_UNTRUSTED, TLS_EXPIRED, TLS_OTHER_NAME };

/* What a client wants of a server. All is borrowed, until tls_handshake is done. */
struct tls_wish {
	const char *host;       /* the name that is called (RFC 6066 §3), in A-labels; or an address, which is not sent */
	const char *name[2];    /* one of which its certificate has to have; NULL: none, or no second one */
	const struct tlsa *tlsa; /* usages 2 and 3; where one can be used, they alone count (RFC 7672 §3.1) */
	size_t tlsa_count;
	bool proof;             /* the caller will insist on a proof: what is weak ends the handshake, else it is only no proof (level 2) */
};

/*
 * For clients. ca: a file of certificates or a folder with hashed names; empty: the system's. The certificate and its key, files
 * in PEM, are shown to servers that ask; NULL: none. NULL, and why.
 */
struct tls_context *tls_for_clients(const char *ca, const char *certificate, const char *key, buf *why);

/*
 * For servers: the chain and key in files in PEM; each may name several, split at blanks, one pair for each algorithm. Clients
 * are asked for a certificate where `ask`, and none is refused. NULL, and why.
 */
struct tls_context *tls_for_servers(const char *certificates, const char *keys, bool ask, buf *why);
void tls_context_free(struct tls_context *);

/*
 * *session, NULL at first, is where the session is kept of which the next connection to the same server, with the same wish, may
 * be given the address; freed by tls_session_free.
 */
struct tls *tls_client(struct tls_context *, int fd, const struct tls_wish *, struct tls_session **session);
void tls_session_free(struct tls_session *);
struct tls *tls_server(struct tls_context *, int in, int out);

/* 0; -1 and why, also past the deadline. That there is no proof is no failure. */
int tls_handshake(struct tls *, int64_t deadline, buf *why);

/*
 * From now on the streams go through TLS; what was read ahead of the handshake is thrown away, for anybody may have
 * put it there (CVE-2011-0411). They go back to their descriptors with tls_close.
 */
void tls_carry(struct tls *, struct reader *, struct writer *);

/* After the handshake: */
enum tls_proof tls_proof(const struct tls *);
enum tls_flaw tls_flaw(const struct tls *);
const char *tls_flaw_text(const struct tls *);  /* in words; borrowed */
const char *tls_version(const struct tls *);    /* `TLSv1.3` */
const char *tls_cipher(const struct tls *);     /* as IANA calls it: `TLS_AES_256_GCM_SHA384` */

/* SHA-256 of the certificate that the peer showed, in lower-case hexadecimal; false where it showed none. */
bool tls_fingerprint(const struct tls *, buf *);

enum { TLS_BINDING = 32 };

/* The channel binding `tls-exporter` (RFC 9266); false where there is none, before TLS 1.3. */
bool tls_binding(const struct tls *, unsigned char binding[TLS_BINDING]);

/* Says goodbye, without waiting, and frees it; leaves the descriptors open. NULL is fine. */
void tls_close(struct tls *);

#endif
