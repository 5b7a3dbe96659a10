/* cookie: against openssl, and what is no cookie. */
#include "cookie.h"
#include "tap.h"

#define KEY "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
#define LASTING "857351721c03415d"
#define DATED "adb448ac431bd18b"
#define DERIVED "eed99e3123a050487964ed5734ffe938c1fa55b61d8b29a10f9d40c3ace62c3b"

static void wrong(const char *text, slice key)
{
	slice about;
	time_t made;

	ok(!cookie_read(slice_of(text), key, &about, &made), text);
}

static void right(const char *text, slice key, const char *want, time_t when)
{
	slice about;
	time_t made = -1;

	ok(cookie_read(slice_of(text), key, &about, &made), text);
	same(about, want, want);
	ok(made == when, "its time");
}

static void comes_back(slice key, slice about, time_t when)
{
	buf text = { NULL, 0, 0 };

	ok((when ? cookie_add_dated(&text, key, about, when) : cookie_add_lasting(&text, key, about)) == 0, about.p);
	right(text.p, key, about.p, when);
	for (size_t i = 0; i < text.n; i++) {
		char was = text.p[i];

		text.p[i] = was == '1' ? '2' : '1';
		wrong(text.p, key);
		text.p[i] = was;
	}
	buf_free(&text);
}

int main(void)
{
	slice key = SLICE(KEY), other = SLICE("1b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	buf text = { NULL, 0, 0 }, secret = { NULL, 0, 0 };

	/* openssl dgst -sha256 -mac HMAC -macopt hexkey:0b... of `.bob=example.com`, of `6b05c033.bob=example.com`, of `one-click` */
	ok(cookie_add_lasting(&text, key, SLICE("Bob=example.com")) == 0, "made");
	same(buf_slice(&text), LASTING "-Bob=example.com", "without a time");
	right(LASTING "-bOB=eXample.com", key, "bOB=eXample.com", 0);
	right("6B05C033." DATED "-bob=example.com", key, "bob=example.com", 0x6b05c033);
	buf_clear(&text);
	ok(cookie_add_key(&text, key, SLICE("one-click")) == 0, "made");
	same(buf_slice(&text), DERIVED, "a key for one purpose");

	comes_back(key, SLICE("bob-x=example.com"), 0);
	comes_back(key, SLICE(""), 1);
	comes_back(key, SLICE("ID"), 1795000000);
	wrong(LASTING "-bob=example.com", other);
	wrong(LASTING "-bob=example.com", SLICE(""));
	wrong(DATED "-bob=example.com", key);
	wrong("6b05c034." DATED "-bob=example.com", key);
	wrong(LASTING, key);
	wrong("", key);
	wrong("-", key);
	wrong(".", key);
	wrong(LASTING "00-bob=example.com", key);

	cookie_add_secret(&secret);
	ok(secret.n == 64, "a secret");
	ok(cookie_add_lasting(&text, slice_upto(buf_slice(&secret), 63), SLICE("x")) < 0, "63 digits are no key");
	ok(cookie_add_key(&text, SLICE("secret"), SLICE("x")) < 0, "nor are letters");
	buf_free(&text);
	buf_free(&secret);
	return tap_done();
}
