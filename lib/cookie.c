#include <errno.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <string.h>
#include <sys/random.h>

#include "cookie.h"
#include "fail.h"

enum { SECRET = 32, KEPT = 8 };         /* bytes of a secret or key, and of a MAC in a cookie */

static bool read_hex(slice text, uint8_t *bytes, size_t n)
{
	if (text.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = ascii_hex(text.p[2 * i]), low = ascii_hex(text.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool digest(uint8_t mac[SHA256_DIGEST_SIZE], slice key, slice text)
{
	uint8_t secret[SECRET];
	struct hmac_sha256_ctx hmac;

	if (!read_hex(key, secret, sizeof secret))
		return false;
	hmac_sha256_set_key(&hmac, sizeof secret, secret);
	hmac_sha256_update(&hmac, text.n, (const uint8_t *)text.p);
	hmac_sha256_digest(&hmac, SHA256_DIGEST_SIZE, mac);
	return true;
}

void cookie_add_secret(buf *to)
{
	uint8_t secret[SECRET];

	if (getrandom(secret, sizeof secret, 0) != sizeof secret)
		fail(EX_OSERR, "no random bytes: %s", strerror(errno));
	buf_addhex(to, secret, sizeof secret);
}

int cookie_add_key(buf *key, slice secret, slice purpose)
{
	uint8_t mac[SHA256_DIGEST_SIZE];

	if (!digest(mac, secret, purpose))
		return -1;
	buf_addhex(key, mac, sizeof mac);
	return 0;
}

/* Of `date.about`, in lower case. */
static bool digest_dated(uint8_t mac[SHA256_DIGEST_SIZE], slice key, slice date, slice about)
{
	buf text = { NULL, 0, 0 };
	bool made;

	buf_addlower(&text, date);
	buf_addchar(&text, '.');
	buf_addlower(&text, about);
	made = digest(mac, key, buf_slice(&text));
	buf_free(&text);
	return made;
}

static int add(buf *to, slice key, slice date, slice about)
{
	uint8_t mac[SHA256_DIGEST_SIZE];

	if (!digest_dated(mac, key, date, about))
		return -1;
	buf_addslice(to, date);
	buf_addtext(to, date.n ? "." : "");
	buf_addhex(to, mac, KEPT);
	buf_addchar(to, '-');
	buf_addslice(to, about);
	return 0;
}

int cookie_add_lasting(buf *to, slice key, slice about)
{
	return add(to, key, SLICE(""), about);
}

int cookie_add_dated(buf *to, slice key, slice about, time_t when)
{
	buf date = { NULL, 0, 0 };
	int status;

	buf_print(&date, "%llx", (unsigned long long)when);
	status = add(to, key, buf_slice(&date), about);
	buf_free(&date);
	return status;
}

/* What was signed is a time, if we did. */
static time_t read_date(slice digits)
{
	time_t date = 0;

	for (size_t i = 0; i < digits.n; i++)
		date = date << 4 | (ascii_hex(digits.p[i]) & 15);
	return date;
}

bool cookie_read(slice text, slice key, slice *about, time_t *made)
{
	uint8_t mac[SHA256_DIGEST_SIZE], said[KEPT];
	slice cookie = slice_upto(text, slice_find(text, '-')), date = slice_upto(cookie, slice_find(cookie, '.'));

	*about = slice_from(text, cookie.n + 1);
	if (date.n == cookie.n)
		date.n = 0;
	else
		cookie = slice_from(cookie, date.n + 1);
	if (!read_hex(cookie, said, sizeof said) || !digest_dated(mac, key, date, *about) || !memeql_sec(mac, said, KEPT))
		return false;
	*made = read_date(date);
	return true;
}
