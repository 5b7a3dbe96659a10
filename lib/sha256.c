#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "sha256.h"

/*
 * OpenSSL's configuration is not read: that takes longer than a signature, and may load what is no part of us. Its random
 * numbers, which RSA needs, come of a hash: by default they have it set up all ciphers that there are.
 */
const EVP_MD *sha256_algorithm(void)
{
	static EVP_MD *md;

	if (!md) {
		OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ATEXIT, NULL);
		RAND_set_DRBG_type(NULL, "HASH-DRBG", NULL, NULL, "SHA256");
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	}
	if (!md)
		mem_end();
	return md;
}

void sha256_begin(struct sha256 *h)
{
	h->state = EVP_MD_CTX_new();
	if (!h->state || EVP_DigestInit_ex2(h->state, sha256_algorithm(), NULL) <= 0)
		mem_end();
}

void sha256_more(struct sha256 *h, slice bytes)
{
	if (EVP_DigestUpdate(h->state, bytes.p, bytes.n) <= 0)
		mem_end();
}

void sha256_end(struct sha256 *h, unsigned char hash[SHA256_BYTES])
{
	if (EVP_DigestFinal_ex(h->state, hash, NULL) <= 0)
		mem_end();
	EVP_MD_CTX_free(h->state);
	h->state = NULL;
}

void sha256_fork(struct sha256 *h, const struct sha256 *from)
{
	h->state = EVP_MD_CTX_new();
	if (!h->state || EVP_MD_CTX_copy_ex(h->state, from->state) <= 0)
		mem_end();
}

void sha256_of(slice bytes, unsigned char hash[SHA256_BYTES])
{
	struct sha256 h;

	sha256_begin(&h);
	sha256_more(&h, bytes);
	sha256_end(&h, hash);
}
