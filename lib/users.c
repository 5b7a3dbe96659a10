#include <crypt.h>
#include <nettle/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "fail.h"
#include "limit.h"
#include "private.h"
#include "users.h"

/* More than RFC 7677 §4 asks for, and half of what takes a phone a tenth of a second. */
enum { ITERATIONS = 20000, SALT_SIZE = 16 };

static const char scheme[] = "{SCRAM-SHA-256}";

bool users_takes(slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (ascii_control(name.p[i]) || name.p[i] == ' ' || name.p[i] == ':')
			return false;
	return name.n > 0 && name.n <= LIMIT_ADDRESS && name.p[0] != '#';
}

/* The next line that has a user: 1, 0 at the end, -1 one that is none. */
static int next_line(slice *rest, int *number, slice *user, slice *secret)
{
	slice line;

	while (slice_cut(rest, '\n', &line)) {
		*number += 1;
		line = slice_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		*user = slice_upto(line, slice_find(line, ':'));
		*secret = slice_from(line, user->n + 1);
		return users_takes(*user) && secret->n && slice_find(*secret, '\0') == secret->n ? 1 : -1;
	}
	return 0;
}

static bool read_verifier(slice secret, struct sasl_verifier *v)
{
	return slice_starts(secret, scheme) && sasl_verifier_read(slice_from(secret, sizeof scheme - 1), v);
}

int users_read(struct users *u, const char *path, buf *why)
{
	size_t lines = 0, verifiers = 0;
	slice rest, user, secret;
	struct sasl_verifier v;
	int number = 0, got;

	*u = (struct users){ .verifiers = false };
	if (private_read(path, 027, &u->text, why))
		return -1;
	for (rest = buf_slice(&u->text); (got = next_line(&rest, &number, &user, &secret)) > 0; lines++) {
		if (read_verifier(secret, &v))
			verifiers++;
		else if (secret.p[0] == '{')
			got = -1;
		if (got < 0)
			break;
	}
	if (got < 0) {
		buf_print(why, "%s: line %d: not `user:hash'", path, number);
		return -1;
	}
	u->verifiers = lines > 0 && verifiers == lines;
	return 0;
}

void users_wipe(struct users *u)
{
	buf_wipe(&u->text);
}

/* The user's secret, and whether it is his; else that of the first line, empty where there is none. */
static bool find(const struct users *u, slice user, slice *secret)
{
	slice rest = buf_slice(&u->text), name, text;
	bool found = false;
	int number = 0;

	*secret = (slice){ "", 0 };
	while (next_line(&rest, &number, &name, &text) > 0)
		if (slice_same(name, user) && !found) {
			*secret = text;
			found = true;
		} else if (secret->n == 0) {
			*secret = text;
		}
	return found;
}

/* In a time that does not tell where they differ. */
static bool equal(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;
	unsigned char differs = 0;

	for (size_t i = 0; i < n; i++)
		differs |= p[i] ^ q[i];
	return differs == 0;
}

static bool fits_verifier(const struct sasl_verifier *v, slice password)
{
	struct sasl_verifier tried = *v;
	bool fits = sasl_verifier_make(&tried, password) == 0 && equal(tried.stored_key, v->stored_key, sizeof v->stored_key);

	explicit_bzero(&tried, sizeof tried);
	return fits;
}

/* crypt(3) says what is no hash by a text that begins with `*`, and so never equals one that locks a user out. */
static bool fits_hash(slice secret, slice password)
{
	static struct crypt_data data;
	char *hash = mem_text(secret), *text = mem_text(password);
	const char *made = crypt_r(text, hash, &data);
	bool fits = made && made[0] != '*' && strlen(made) == secret.n && equal(made, hash, secret.n);

	explicit_bzero(text, password.n);
	explicit_bzero(hash, secret.n);
	explicit_bzero(&data, sizeof data);
	free(text);
	free(hash);
	return fits;
}

int users_password(const struct users *u, slice user, slice password)
{
	struct sasl_verifier v;
	slice secret;
	bool known = find(u, user, &secret), fits;

	if (slice_find(password, '\0') < password.n)
		return 0;
	fits = read_verifier(secret, &v) ? fits_verifier(&v, password) : fits_hash(secret, password);
	return known && fits;
}

/* A salt for nobody that stays as it is, made of what only we know: the first verifier. */
static void stand_in(struct sasl_verifier *v, slice secret, slice user)
{
	struct hmac_sha256_ctx hmac;
	uint8_t made[SHA256_DIGEST_SIZE];

	hmac_sha256_set_key(&hmac, secret.n, (const uint8_t *)secret.p);
	hmac_sha256_update(&hmac, user.n, (const uint8_t *)user.p);
	hmac_sha256_digest(&hmac, sizeof made, made);
	memcpy(v->salt, made, v->salt_size < sizeof made ? v->salt_size : sizeof made);
	hmac_sha256_update(&hmac, sizeof made, made);
	hmac_sha256_digest(&hmac, sizeof v->stored_key, v->stored_key);
	explicit_bzero(&hmac, sizeof hmac);
}

int users_verifier(const struct users *u, slice user, struct sasl_verifier *v)
{
	slice secret;
	bool known = find(u, user, &secret);

	if (!read_verifier(secret, v))
		return -1;
	if (!known)
		stand_in(v, secret, user);
	return 0;
}

int users_add_verifier(buf *to, slice password)
{
	struct sasl_verifier v = { .iterations = ITERATIONS, .salt_size = SALT_SIZE };

	if (getrandom(v.salt, v.salt_size, 0) != SALT_SIZE)
		fail(EX_OSERR, "no randomness");
	if (password.n == 0 || sasl_verifier_make(&v, password))
		return -1;
	buf_addtext(to, scheme);
	sasl_verifier_add(to, &v);
	return 0;
}

int users_add_hash(buf *to, slice password)
{
	static struct crypt_data data;
	char setting[CRYPT_GENSALT_OUTPUT_SIZE], *text;
	const char *made;

	if (password.n == 0 || password.n >= CRYPT_MAX_PASSPHRASE_SIZE || slice_find(password, '\0') < password.n)
		return -1;
	if (!crypt_gensalt_rn(NULL, 0, NULL, 0, setting, sizeof setting))
		fail(EX_OSERR, "no randomness");
	text = mem_text(password);
	made = crypt_r(text, setting, &data);
	explicit_bzero(text, password.n);
	free(text);
	if (!made || made[0] == '*')
		return -1;
	buf_addtext(to, made);
	return 0;
}
