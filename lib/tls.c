#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "limit.h"
#include "network.h"
#include "tls.h"

struct tls_context {
	SSL_CTX *ssl;
};

/* A shorter handshake shows no certificate: what the first one proved is kept with it. */
struct tls_session {
	SSL_SESSION *ssl;
	enum tls_proof proof;
};

struct tls {
	struct channel channel; /* first: a channel of a tls is the tls */
	SSL *ssl;
	struct tls_session **session;
	enum tls_proof resumed; /* of the session that was given */
	struct reader *in;
	struct writer *out;
	bool broken;            /* nothing more may be said, not even goodbye */
};

/* What OpenSSL says of a failure: the first that it tells of, those behind only say where that led. Its queue is empty then. */
static void add_why(buf *why, const char *otherwise)
{
	unsigned long error = ERR_peek_error();
	const char *reason = ERR_SYSTEM_ERROR(error) ? strerror(ERR_GET_REASON(error)) : ERR_reason_error_string(error);

	buf_addtext(why, reason ? reason : otherwise);
	ERR_clear_error();
}

/*
 * By default OpenSSL reads the system's settings, which are not ours, names ciphers that TLS does not have, and tidies up as the
 * process ends: that costs as much as a handshake.
 */
static void begin_library(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ATEXIT, NULL);
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	ERR_clear_error();
}

/* That of a key: OpenSSL would ask for it at the terminal, or else standard input, where letters come from. */
static int no_password(char *password, int size, int writing, void *data)
{
	(void)password, (void)size, (void)writing, (void)data;
	ERR_raise(ERR_LIB_PEM, PEM_R_UNSUPPORTED_ENCRYPTION);
	return -1;
}

/* How the common part of both kinds of contexts fails: never but for memory. */
static struct tls_context *new_context(bool server)
{
	struct tls_context *c = mem_alloc(sizeof *c);

	begin_library();
	c->ssl = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	if (!c->ssl)
		mem_end();
	SSL_CTX_set_min_proto_version(c->ssl, TLS1_2_VERSION);
	SSL_CTX_set_default_passwd_cb(c->ssl, no_password);
	SSL_CTX_set_mode(c->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	/* Many close without a goodbye; SMTP has its own. */
	SSL_CTX_set_options(c->ssl, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	return c;
}

void tls_context_free(struct tls_context *c)
{
	if (c)
		SSL_CTX_free(c->ssl);
	free(c);
}

static struct tls_context *give_up(struct tls_context *c, buf *why, const char *file)
{
	buf_print(why, "%s: ", file);
	add_why(why, strerror(errno));
	tls_context_free(c);
	return NULL;
}

/* A chain and its key: which of the two files cannot be used, NULL for neither. */
static const char *use_certificate(SSL_CTX *ssl, const char *certificate, const char *key)
{
	if (SSL_CTX_use_certificate_chain_file(ssl, certificate) != 1)
		return certificate;
	return SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) == 1 ? NULL : key;
}

/* A folder is looked into only for what a chain needs; a file is read whole, which for the system's takes 30 ms. */
static bool use_authorities(SSL_CTX *ssl, const char *ca)
{
	struct stat st;

	if (!ca[0])
		return SSL_CTX_set_default_verify_dir(ssl) == 1;
	if (stat(ca, &st) == 0 && S_ISDIR(st.st_mode))
		return SSL_CTX_load_verify_dir(ssl, ca) == 1;
	return SSL_CTX_load_verify_file(ssl, ca) == 1;
}

/* OpenSSL's own place for it in a connection. */
static struct tls *of(const SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls *t = of(ssl);

	if (!t->session)
		return 0;
	tls_session_free(*t->session);
	*t->session = mem_alloc(sizeof **t->session);
	**t->session = (struct tls_session){ session, tls_proof(t) };
	return 1;
}

void tls_session_free(struct tls_session *session)
{
	if (session)
		SSL_SESSION_free(session->ssl);
	free(session);
}

struct tls_context *tls_for_clients(const char *ca, const char *certificate, const char *key, buf *why)
{
	struct tls_context *c = new_context(false);
	const char *wrong;

	if (!use_authorities(c->ssl, ca))
		return give_up(c, why, ca[0] ? ca : "the system's certificates");
	wrong = certificate ? use_certificate(c->ssl, certificate, key) : NULL;
	if (wrong)
		return give_up(c, why, wrong);
	SSL_CTX_set_session_cache_mode(c->ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(c->ssl, keep_session);
	SSL_CTX_dane_enable(c->ssl);
	return c;
}

/* A client's certificate tells who it is by its fingerprint: who signed it does not matter. */
static int take_any(int sound, X509_STORE_CTX *store)
{
	(void)sound;
	(void)store;
	return 1;
}

struct tls_context *tls_for_servers(const char *certificates, const char *keys, bool ask, buf *why)
{
	static const unsigned char name[] = "smtp-serve";
	struct tls_context *c = new_context(true);
	slice certificate, key, rest = slice_of(certificates), rest_of_keys = slice_of(keys);

	while (slice_word(&rest, &certificate)) {
		char *file = mem_text(certificate), *key_file = slice_word(&rest_of_keys, &key) ? mem_text(key) : mem_text(certificate);
		const char *wrong = use_certificate(c->ssl, file, key_file);

		if (wrong)
			c = give_up(c, why, wrong);
		free(file);
		free(key_file);
		if (!c)
			return NULL;
	}
	SSL_CTX_set_options(c->ssl, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_session_id_context(c->ssl, name, sizeof name - 1);
	if (ask)
		SSL_CTX_set_verify(c->ssl, SSL_VERIFY_PEER, take_any);
	return c;
}

/* read(2)'s or write(2)'s result for what OpenSSL says of a call. */
static ssize_t failure(struct tls *t, int result)
{
	int error = errno;

	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		errno = error ? error : ECONNRESET;
		break;
	default:
		errno = EPROTO;
	}
	t->broken = true;
	ERR_clear_error();
	return -1;
}

/* All that came, record by record: what OpenSSL kept back, poll(2) would not tell of. */
static ssize_t read_records(struct channel *channel, char *to, size_t most)
{
	struct tls *t = (struct tls *)channel;
	size_t got = 0;

	while (got < most) {
		int n = SSL_read(t->ssl, to + got, most - got > INT_MAX ? INT_MAX : (int)(most - got));

		if (n <= 0)
			return got ? (ssize_t)got : failure(t, n);
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static ssize_t write_records(struct channel *channel, slice bytes)
{
	struct tls *t = (struct tls *)channel;
	int n = SSL_write(t->ssl, bytes.p, bytes.n > INT_MAX ? INT_MAX : (int)bytes.n);

	return n > 0 ? n : failure(t, n);
}

static struct tls *new_connection(struct tls_context *c, int in, int out)
{
	struct tls *t = mem_alloc(sizeof *t);

	*t = (struct tls){ .channel = { read_records, write_records }, .ssl = SSL_new(c->ssl) };
	if (!t->ssl || !SSL_set_rfd(t->ssl, in) || !SSL_set_wfd(t->ssl, out))
		mem_end();
	SSL_set_app_data(t->ssl, t);
	return t;
}

static bool is_address(const char *host)
{
	struct address a;

	return address_read(slice_of(host), &a);
}

static void expect_names(SSL *ssl, const struct tls_wish *wish)
{
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (!is_address(wish->host))
		SSL_set_tlsext_host_name(ssl, wish->host);
	for (size_t i = 0; i < 2 && wish->name[i]; i++)
		if (is_address(wish->name[i]))
			X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), wish->name[i]);
		else
			SSL_add1_host(ssl, wish->name[i]);
}

/* What of the records OpenSSL cannot use counts for nothing. */
static void expect_tlsa(SSL *ssl, const struct tls_wish *wish)
{
	if (wish->tlsa_count == 0)
		return;
	SSL_dane_enable(ssl, wish->host);
	SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	for (size_t i = 0; i < wish->tlsa_count; i++) {
		const struct tlsa *r = &wish->tlsa[i];

		SSL_dane_tlsa_add(ssl, r->usage, r->selector, r->matching, (const unsigned char *)r->data.p, r->data.n);
	}
	ERR_clear_error();
}

struct tls *tls_client(struct tls_context *c, int fd, const struct tls_wish *wish, struct tls_session **session)
{
	struct tls *t = new_connection(c, fd, fd);

	SSL_set_connect_state(t->ssl);
	/* With weak keys, a connection to nobody in particular is better than one without TLS (RFC 7435); but they prove nothing. */
	SSL_set_security_level(t->ssl, wish->proof ? 2 : 0);
	X509_VERIFY_PARAM_set_auth_level(SSL_get0_param(t->ssl), 2);
	expect_tlsa(t->ssl, wish);
	expect_names(t->ssl, wish);
	t->session = session;
	if (*session && SSL_set_session(t->ssl, (*session)->ssl) == 1)
		t->resumed = (*session)->proof;
	return t;
}

struct tls *tls_server(struct tls_context *c, int in, int out)
{
	struct tls *t = new_connection(c, in, out);

	SSL_set_accept_state(t->ssl);
	return t;
}

int tls_handshake(struct tls *t, int64_t deadline, buf *why)
{
	for (;;) {
		int result, error;

		errno = 0;
		ERR_clear_error();
		result = SSL_do_handshake(t->ssl);
		if (result == 1)
			return 0;
		error = SSL_get_error(t->ssl, result);
		if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
			bool to_read = error == SSL_ERROR_WANT_READ;
			int fd = to_read ? SSL_get_rfd(t->ssl) : SSL_get_wfd(t->ssl);

			if (io_wait(fd, to_read ? POLLIN : POLLOUT, deadline) > 0)
				continue;
			buf_addtext(why, "timed out");
		} else {
			add_why(why, errno ? strerror(errno) : "connection closed");
		}
		t->broken = true;
		return -1;
	}
}

void tls_carry(struct tls *t, struct reader *in, struct writer *out)
{
	reader_restart(in);
	in->channel = out->channel = &t->channel;
	in->nonblocking = out->nonblocking = true;
	t->in = in;
	t->out = out;
}

enum tls_proof tls_proof(const struct tls *t)
{
	if (SSL_session_reused(t->ssl))
		return t->resumed;
	if (!SSL_get0_peer_certificate(t->ssl) || SSL_get_verify_result(t->ssl) != X509_V_OK)
		return TLS_NO_PROOF;
	return SSL_get0_dane_authority(t->ssl, NULL, NULL) >= 0 ? TLS_BY_DANE : TLS_BY_CA;
}

enum tls_flaw tls_flaw(const struct tls *t)
{
	switch (SSL_get_verify_result(t->ssl)) {
	case X509_V_OK:
		return SSL_get0_peer_certificate(t->ssl) ? TLS_SOUND : TLS_UNTRUSTED;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return TLS_EXPIRED;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return TLS_OTHER_NAME;
	default:
		return TLS_UNTRUSTED;
	}
}

const char *tls_flaw_text(const struct tls *t)
{
	if (!SSL_get0_peer_certificate(t->ssl))
		return "no certificate";
	return X509_verify_cert_error_string(SSL_get_verify_result(t->ssl));
}

const char *tls_version(const struct tls *t)
{
	return SSL_get_version(t->ssl);
}

const char *tls_cipher(const struct tls *t)
{
	return SSL_CIPHER_standard_name(SSL_get_current_cipher(t->ssl));
}

bool tls_fingerprint(const struct tls *t, buf *text)
{
	X509 *certificate = SSL_get0_peer_certificate(t->ssl);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n;

	if (!certificate || X509_digest(certificate, EVP_sha256(), digest, &n) != 1)
		return false;
	buf_addhex(text, digest, n);
	return true;
}

bool tls_binding(const struct tls *t, unsigned char binding[TLS_BINDING])
{
	static const char label[] = "EXPORTER-Channel-Binding";

	return SSL_version(t->ssl) >= TLS1_3_VERSION
	    && SSL_export_keying_material(t->ssl, binding, TLS_BINDING, label, sizeof label - 1, NULL, 0, 1) == 1;
}

void tls_close(struct tls *t)
{
	if (!t)
		return;
	if (!t->broken)
		SSL_shutdown(t->ssl);
	ERR_clear_error();
	if (t->in)
		t->in->channel = NULL;
	if (t->out)
		t->out->channel = NULL;
	SSL_free(t->ssl);
	free(t);
}
