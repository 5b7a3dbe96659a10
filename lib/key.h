/*
 * key: the keys of signatures: RSA (RFC 8017, with SHA-256) and Ed25519 (RFC 8032), from the forms in which they are kept.
 *
 * What is read here is the form; OpenSSL computes.
 */
#ifndef KEY_H
#define KEY_H

#include "buf.h"
#include "sha256.h"

enum key_kind { KEY_RSA, KEY_ED25519 };

extern const char *const key_kinds[];   /* "rsa", "ed25519", as k= of RFC 6376 and 8463 has them */

struct key {
	enum key_kind kind;
	unsigned bits;          /* of the modulus; 256 */
	void *pkey;             /* owned; NULL where it was not made */
	void *signer, *verifier;        /* made at the first use */
};

/* KEY_WEAK, KEY_LARGE: RSA of fewer bits than LIMIT_RSA_LEAST, or more than LIMIT_RSA_MOST, which is not made. */
enum key_status { KEY_OK, KEY_MALFORMED, KEY_WEAK, KEY_LARGE };

/* A public key as p= of a record has it, decoded: a SubjectPublicKeyInfo; for RSA also an RSAPublicKey; for Ed25519 also 32 bytes. */
enum key_status key_public(struct key *, enum key_kind, slice bytes);

/* A private key as a PEM file has it (PKCS #8, or PKCS #1 for RSA), not encrypted. */
enum key_status key_private(struct key *, slice pem);

/* A new private key; of RSA with LIMIT_RSA_OURS bits. */
void key_generate(struct key *, enum key_kind);

void key_free(struct key *);

/* Appends a private key as PEM, PKCS #8; and what p= says of it: a SubjectPublicKeyInfo, of Ed25519 the 32 bytes. */
void key_add_private(const struct key *, buf *pem);
void key_add_public(const struct key *, buf *bytes);

/* Appends the signature of a hash: false where the numbers of the private key do not belong together. */
bool key_sign(struct key *, const unsigned char hash[SHA256_BYTES], buf *signature);
bool key_verifies(struct key *, const unsigned char hash[SHA256_BYTES], slice signature);

#endif
