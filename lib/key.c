#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base64.h"
#include "der.h"
#include "key.h"
#include "limit.h"

enum { ED25519_BYTES = 32 };

const char *const key_kinds[] = { [KEY_RSA] = "rsa", [KEY_ED25519] = "ed25519" };

static const slice identifiers[] = {
	[KEY_RSA] = SLICE("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"),      /* RFC 8017 appendix A.1 */
	[KEY_ED25519] = SLICE("\x2b\x65\x70"),                          /* RFC 8410 §3 */
};

/* The numbers of an RSA key in the order in which RFC 8017 appendix A.1 has them: the first two are the public key. */
static const char *const rsa_numbers[] = { OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
	OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
	OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };

enum { RSA_PUBLIC = 2, RSA_PRIVATE = sizeof rsa_numbers / sizeof *rsa_numbers };

static const unsigned char *bytes_of(slice s)
{
	return (const unsigned char *)s.p;
}

static unsigned bits_of(slice number)
{
	unsigned bits = (unsigned)number.n * 8;

	for (unsigned char mask = 0x80; number.n && !(number.p[0] & mask) && mask; mask >>= 1)
		bits--;
	return bits;
}

static bool make_rsa(struct key *k, const slice *numbers, size_t count)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *number[RSA_PRIVATE];
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params;

	for (size_t i = 0; i < count; i++) {
		number[i] = BN_bin2bn(bytes_of(numbers[i]), (int)numbers[i].n, NULL);
		if (!number[i] || !build || !OSSL_PARAM_BLD_push_BN(build, rsa_numbers[i], number[i]))
			mem_end();
	}
	params = OSSL_PARAM_BLD_to_param(build);
	if (!params || !context || EVP_PKEY_fromdata_init(context) <= 0)
		mem_end();
	if (EVP_PKEY_fromdata(context, &pkey, count == RSA_PUBLIC ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, params) > 0)
		k->pkey = pkey;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	for (size_t i = 0; i < count; i++)
		BN_clear_free(number[i]);
	EVP_PKEY_CTX_free(context);
	return k->pkey;
}

/* Exponents are 65537 or 3; long ones would have us compute as long as the signer. */
static enum key_status read_rsa(struct key *k, slice numbers, size_t count)
{
	slice number[RSA_PRIVATE] = { { NULL, 0 } };

	for (size_t i = 0; i < count; i++)
		if (!der_number(&numbers, &number[i]))
			return KEY_MALFORMED;
	if (numbers.n || number[1].n > 8 || !(number[0].p[number[0].n - 1] & 1))
		return KEY_MALFORMED;
	k->bits = bits_of(number[0]);
	if (k->bits < LIMIT_RSA_LEAST)
		return KEY_WEAK;
	if (k->bits > LIMIT_RSA_MOST)
		return KEY_LARGE;
	return make_rsa(k, number, count) ? KEY_OK : KEY_MALFORMED;
}

static enum key_status read_rsa_public(struct key *k, slice bytes)
{
	slice numbers;

	if (!der_take(&bytes, DER_SEQUENCE, &numbers) || bytes.n)
		return KEY_MALFORMED;
	return read_rsa(k, numbers, RSA_PUBLIC);
}

static enum key_status read_ed25519_public(struct key *k, slice bytes)
{
	k->bits = 8 * ED25519_BYTES;
	if (bytes.n != ED25519_BYTES)
		return KEY_MALFORMED;
	k->pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes_of(bytes), bytes.n);
	return k->pkey ? KEY_OK : KEY_MALFORMED;
}

/* AlgorithmIdentifier: whether it is of this kind; what parameters it has does not matter. */
static bool is_identifier(slice *rest, enum key_kind kind)
{
	slice both, oid;

	return der_take(rest, DER_SEQUENCE, &both) && der_take(&both, DER_OID, &oid) && slice_same(oid, identifiers[kind]);
}

/* What is in a SubjectPublicKeyInfo (RFC 5280 §4.1); else the bytes as they are. */
static slice unwrapped(slice bytes, enum key_kind kind)
{
	slice rest = bytes, in, key;

	if (der_take(&rest, DER_SEQUENCE, &in) && rest.n == 0 && is_identifier(&in, kind) && der_bits(&in, &key) && in.n == 0)
		return key;
	return bytes;
}

enum key_status key_public(struct key *k, enum key_kind kind, slice bytes)
{
	sha256_algorithm();
	*k = (struct key){ .kind = kind };
	bytes = unwrapped(bytes, kind);
	return kind == KEY_RSA ? read_rsa_public(k, bytes) : read_ed25519_public(k, bytes);
}

/* RSAPrivateKey (RFC 8017 appendix A.1.2) */
static enum key_status read_rsa_private(struct key *k, slice bytes)
{
	slice numbers, version;

	k->kind = KEY_RSA;
	if (!der_take(&bytes, DER_SEQUENCE, &numbers) || bytes.n || !der_take(&numbers, DER_INTEGER, &version))
		return KEY_MALFORMED;
	return read_rsa(k, numbers, RSA_PRIVATE);
}

/* CurvePrivateKey (RFC 8410 §7) */
static enum key_status read_ed25519_private(struct key *k, slice bytes)
{
	slice seed;

	k->kind = KEY_ED25519;
	k->bits = 8 * ED25519_BYTES;
	if (!der_take(&bytes, DER_OCTETS, &seed) || seed.n != ED25519_BYTES)
		return KEY_MALFORMED;
	k->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, bytes_of(seed), seed.n);
	return k->pkey ? KEY_OK : KEY_MALFORMED;
}

/* PrivateKeyInfo (RFC 5958 §2) */
static enum key_status read_private(struct key *k, slice bytes)
{
	slice in, version, identifier, key;

	if (!der_take(&bytes, DER_SEQUENCE, &in) || !der_take(&in, DER_INTEGER, &version))
		return KEY_MALFORMED;
	identifier = in;
	if (is_identifier(&in, KEY_RSA) && der_take(&in, DER_OCTETS, &key))
		return read_rsa_private(k, key);
	if (is_identifier(&identifier, KEY_ED25519) && der_take(&identifier, DER_OCTETS, &key))
		return read_ed25519_private(k, key);
	return KEY_MALFORMED;
}

/* What stands between the lines `-----BEGIN label-----` and `-----END …` (RFC 7468), decoded. */
static bool decode_pem(slice pem, const char *label, buf *der)
{
	buf begin = { NULL, 0, 0 }, text = { NULL, 0, 0 };
	bool inside = false;
	slice line;

	buf_print(&begin, "-----BEGIN %s-----", label);
	while (slice_cut(&pem, '\n', &line)) {
		line = slice_trim(line);
		if (inside && slice_starts(line, "-----END "))
			break;
		if (inside)
			buf_addslice(&text, line);
		inside |= slice_same(line, buf_slice(&begin));
	}
	base64_decode_add(der, buf_slice(&text));
	OPENSSL_cleanse(text.p, text.n);
	buf_free(&begin), buf_free(&text);
	return inside;
}

enum key_status key_private(struct key *k, slice pem)
{
	enum key_status status = KEY_MALFORMED;
	buf der = { NULL, 0, 0 };

	sha256_algorithm();
	*k = (struct key){ .bits = 0 };
	if (decode_pem(pem, "PRIVATE KEY", &der))
		status = read_private(k, buf_slice(&der));
	else if (decode_pem(pem, "RSA PRIVATE KEY", &der))
		status = read_rsa_private(k, buf_slice(&der));
	OPENSSL_cleanse(der.p, der.n);
	buf_free(&der);
	return status;
}

void key_generate(struct key *k, enum key_kind kind)
{
	sha256_algorithm();
	*k = (struct key){ .kind = kind, .bits = kind == KEY_RSA ? LIMIT_RSA_OURS : 8 * ED25519_BYTES };
	k->pkey = kind == KEY_RSA ? EVP_RSA_gen(LIMIT_RSA_OURS) : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (!k->pkey)
		mem_end();
}

void key_free(struct key *k)
{
	EVP_PKEY_CTX_free(k->signer);
	EVP_PKEY_CTX_free(k->verifier);
	EVP_PKEY_free(k->pkey);
	*k = (struct key){ .pkey = NULL };
}

void key_add_private(const struct key *k, buf *pem)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text;
	long n;

	if (!out || PEM_write_bio_PKCS8PrivateKey(out, k->pkey, NULL, NULL, 0, NULL, NULL) <= 0)
		mem_end();
	n = BIO_get_mem_data(out, &text);
	buf_add(pem, text, (size_t)n);
	BIO_free(out);
}

void key_add_public(const struct key *k, buf *bytes)
{
	unsigned char *der = NULL;
	size_t raw = ED25519_BYTES;
	int n;

	if (k->kind == KEY_ED25519) {
		if (EVP_PKEY_get_raw_public_key(k->pkey, (unsigned char *)buf_reserve(bytes, raw), &raw) <= 0)
			mem_end();
		bytes->n += raw;
		return;
	}
	n = i2d_PUBKEY(k->pkey, &der);
	if (n <= 0)
		mem_end();
	buf_add(bytes, der, (size_t)n);
	OPENSSL_free(der);
}

static EVP_PKEY_CTX *rsa_context(const struct key *k, int begin(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);

	if (!context || begin(context) <= 0 || EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) <= 0
	    || EVP_PKEY_CTX_set_signature_md(context, sha256_algorithm()) <= 0)
		mem_end();
	return context;
}

static bool sign_ed25519(const struct key *k, const unsigned char *hash, unsigned char *to, size_t *n)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good;

	if (!context || EVP_DigestSignInit(context, NULL, NULL, NULL, k->pkey) <= 0)
		mem_end();
	good = EVP_DigestSign(context, to, n, hash, SHA256_BYTES) > 0;
	EVP_MD_CTX_free(context);
	return good;
}

static bool sign_rsa(struct key *k, const unsigned char *hash, unsigned char *to, size_t *n)
{
	if (!k->signer)
		k->signer = rsa_context(k, EVP_PKEY_sign_init);
	return EVP_PKEY_sign(k->signer, to, n, hash, SHA256_BYTES) > 0;
}

bool key_sign(struct key *k, const unsigned char hash[SHA256_BYTES], buf *signature)
{
	size_t n = LIMIT_RSA_MOST / 8;
	unsigned char *to = (unsigned char *)buf_reserve(signature, n);

	if (k->kind == KEY_RSA ? !sign_rsa(k, hash, to, &n) : !sign_ed25519(k, hash, to, &n))
		return false;
	signature->n += n;
	return true;
}

static bool verify_ed25519(const struct key *k, const unsigned char *hash, slice signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good;

	if (!context || EVP_DigestVerifyInit(context, NULL, NULL, NULL, k->pkey) <= 0)
		mem_end();
	good = EVP_DigestVerify(context, bytes_of(signature), signature.n, hash, SHA256_BYTES) > 0;
	EVP_MD_CTX_free(context);
	return good;
}

bool key_verifies(struct key *k, const unsigned char hash[SHA256_BYTES], slice signature)
{
	if (k->kind == KEY_ED25519)
		return verify_ed25519(k, hash, signature);
	if (!k->verifier)
		k->verifier = rsa_context(k, EVP_PKEY_verify_init);
	return EVP_PKEY_verify(k->verifier, bytes_of(signature), signature.n, hash, SHA256_BYTES) > 0;
}
