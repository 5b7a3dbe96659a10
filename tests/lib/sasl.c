/* sasl: the examples of RFC 4616, 2195 and 7628; both halves with each other; what a hostile half says. */
#include <stdio.h>

#include "base64.h"
#include "sasl.h"
#include "tap.h"

static const struct sasl_credentials tim = { .user = { "tim", 3 }, .secret = { "tanstaaftanstaaf", 16 } };

static const slice nothing = { NULL, 0 };

static void first_words(unsigned mechanism, const struct sasl_credentials *c, const char *want)
{
	struct sasl *s = sasl_client(mechanism, c);
	buf reply = { NULL, 0, 0 };

	ok(sasl_client_first(mechanism) && sasl_step(s, nothing, &reply) == SASL_DONE, sasl_name(mechanism));
	same(buf_slice(&reply), want, sasl_name(mechanism));
	ok(sasl_step(s, SLICE(""), &reply) == (c->oauth ? SASL_DONE : SASL_REFUSED), "a challenge more");
	ok(sasl_step(s, SLICE(""), &reply) == SASL_REFUSED, "and one more");
	sasl_free(s);
	buf_free(&reply);
}

static void challenged(unsigned mechanism, const struct sasl_credentials *c, slice challenge, enum sasl_status status, const char *want)
{
	struct sasl *s = sasl_client(mechanism, c);
	buf reply = { NULL, 0, 0 };

	ok(!sasl_client_first(mechanism) && sasl_step(s, challenge, &reply) == status, sasl_name(mechanism));
	same(buf_slice(&reply), want, sasl_name(mechanism));
	sasl_free(s);
	buf_free(&reply);
}

/* The server's knowledge: tim, by his password or his verifier. */
static struct sasl_verifier kept = { .iterations = 4096, .salt = "salt", .salt_size = 4 };

static int password_of(void *of, slice user, slice password)
{
	(void)of;
	return slice_is(user, "later") ? -1 : slice_is(user, "tim") && slice_is(password, "tanstaaftanstaaf");
}

static int verifier_of(void *of, slice user, struct sasl_verifier *v)
{
	(void)of;
	*v = kept;
	if (!slice_is(user, "tim"))
		v->stored_key[0] ^= 1;
	return slice_is(user, "later") ? -1 : 0;
}

static const struct sasl_judge judge = { password_of, verifier_of, NULL };

/* An exchange to its end: what the server makes of it, or the client where that refuses. */
static enum sasl_status exchange(unsigned mechanism, const struct sasl_credentials *c, slice binding)
{
	struct sasl *client = sasl_client(mechanism, c), *server = sasl_server(mechanism, &judge, binding);
	enum sasl_status theirs = SASL_GOES_ON, ours = SASL_GOES_ON;
	buf said = { NULL, 0, 0 }, reply = { NULL, 0, 0 };

	if (sasl_client_first(mechanism)) {
		ours = sasl_step(client, nothing, &reply);
		theirs = sasl_step(server, buf_slice(&reply), &said);
	} else {
		theirs = sasl_step(server, nothing, &said);
	}
	while (theirs == SASL_GOES_ON && ours != SASL_REFUSED && ours != SASL_MALFORMED) {
		ours = sasl_step(client, buf_slice(&said), &reply);
		if (ours == SASL_GOES_ON || ours == SASL_DONE)
			theirs = sasl_step(server, buf_slice(&reply), &said);
	}
	if (theirs == SASL_DONE)
		same(sasl_user(server), "tim", "who it is");
	sasl_free(client);
	sasl_free(server);
	buf_free(&said), buf_free(&reply);
	return theirs != SASL_GOES_ON ? theirs : ours;
}

static void both(unsigned mechanism)
{
	struct sasl_credentials wrong = tim, nobody = tim, later = tim;

	wrong.secret = SLICE("tanstaaftanstaaF");
	nobody.user = SLICE("tom");
	later.user = SLICE("later");
	ok(exchange(mechanism, &tim, nothing) == SASL_DONE, sasl_name(mechanism));
	ok(exchange(mechanism, &wrong, nothing) == SASL_REFUSED, "a wrong password");
	ok(exchange(mechanism, &nobody, nothing) == SASL_REFUSED, "nobody");
	ok(exchange(mechanism, &later, nothing) == SASL_LATER, "it cannot be told");
}

static void server_is_told(unsigned mechanism, slice text, enum sasl_status status)
{
	struct sasl *s = sasl_server(mechanism, &judge, nothing);
	buf coded = { NULL, 0, 0 }, reply = { NULL, 0, 0 };

	buf_addtext(&coded, "");
	base64_add(&coded, text);
	ok(sasl_step(s, buf_slice(&coded), &reply) == status, sasl_name(mechanism));
	sasl_free(s);
	buf_free(&coded), buf_free(&reply);
}

/* `offered` of a password, a token, with a channel to bind to: the name. */
static void chosen(const char *offered, bool oauth, bool bound, const char *want)
{
	same(slice_of(sasl_name(sasl_choose(sasl_mechanisms(slice_of(offered)), oauth, bound))), want, offered);
}

static void bound_elsewhere(void)
{
	struct sasl_credentials c = tim;

	c.binding = SLICE("YmluZGluZw==");
	ok(exchange(SASL_SCRAM_SHA_256, &c, nothing) == SASL_DONE, "a server that binds to none");
	ok(exchange(SASL_SCRAM_SHA_256_PLUS, &c, c.binding) == SASL_DONE, "bound to this channel");
	ok(exchange(SASL_SCRAM_SHA_256_PLUS, &c, SLICE("YmluZGluZ2U=")) == SASL_REFUSED, "bound to another");
}

/* A client that could bind, and was told that we cannot: somebody took -PLUS out of our offer (RFC 5802 §6). */
static void downgraded(void)
{
	struct sasl *s = sasl_server(SASL_SCRAM_SHA_256, &judge, SLICE("YmluZGluZw=="));
	buf coded = { NULL, 0, 0 }, reply = { NULL, 0, 0 };

	base64_add(&coded, SLICE("y,,n=tim,r=abcdef"));
	ok(sasl_step(s, buf_slice(&coded), &reply) == SASL_REFUSED, "y");
	sasl_free(s);
	buf_free(&coded), buf_free(&reply);
}

static void verifiers(void)
{
	/* As gsasl --mkpasswd has it of `pencil'. */
	static const char text[] = "4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
		"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
	struct sasl_verifier v;
	buf again = { NULL, 0, 0 };

	ok(sasl_verifier_read(slice_of(text), &v), "a verifier");
	sasl_verifier_add(&again, &v);
	same(buf_slice(&again), text, "written again");
	memset(v.stored_key, 0, sizeof v.stored_key);
	ok(sasl_verifier_make(&v, SLICE("pencil")) == 0, "made");
	buf_clear(&again);
	sasl_verifier_add(&again, &v);
	same(buf_slice(&again), text, "made again");
	ok(sasl_verifier_make(&v, SLICE("pen\0cil")) && sasl_verifier_make(&v, SLICE("\x7f")), "no passwords");
	ok(!sasl_verifier_read(SLICE(""), &v) && !sasl_verifier_read(SLICE("4096,c2FsdA==,,"), &v)
	    && !sasl_verifier_read(SLICE("0,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
		"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="), &v), "no verifiers");
	buf_free(&again);
}

static void hostile_servers(void)
{
	struct sasl *s = sasl_client(SASL_SCRAM_SHA_256, &tim);
	buf reply = { NULL, 0, 0 }, said = { NULL, 0, 0 }, coded = { NULL, 0, 0 };

	sasl_step(s, nothing, &reply);
	base64_decode_add(&said, buf_slice(&reply));
	ok(slice_starts(buf_slice(&said), "n,,n=tim,r="), said.p);
	buf_reserve(&said, 200);
	memmove(said.p, said.p + 9, said.n - 9);
	said.n -= 9;
	buf_addtext(&said, "abc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000");
	base64_add(&coded, buf_slice(&said));
	ok(sasl_step(s, buf_slice(&coded), &reply) == SASL_REFUSED, "more work than we do for anybody");
	sasl_free(s);
	s = sasl_client(SASL_CRAM_MD5, &tim);
	ok(sasl_step(s, SLICE("no base64!"), &reply) == SASL_MALFORMED, "no base64");
	sasl_free(s);
	buf_free(&said), buf_free(&reply), buf_free(&coded);
}

int main(void)
{
	struct sasl_credentials token = { .user = SLICE("user@example.com"), .oauth = true, .host = SLICE("server.example.com"),
		.port = 143, .secret = SLICE("vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==") };
	struct sasl_credentials bad = token;

	first_words(SASL_PLAIN, &tim, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
	first_words(SASL_OAUTHBEARER, &token, "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcm"
		"VyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2c9PQEB");
	token.user = SLICE("someuser@example.com");
	token.secret = SLICE("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg");
	first_words(SASL_XOAUTH2, &token, "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJo"
		"ZG1semRHRXVZMjl0Q2cBAQ==");
	challenged(SASL_CRAM_MD5, &tim, SLICE("PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"), SASL_DONE,
	    "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw");
	challenged(SASL_LOGIN, &tim, SLICE("VXNlcm5hbWU6"), SASL_GOES_ON, "dGlt");
	bad.secret = SLICE("a\1host=elsewhere");
	ok(!sasl_client(SASL_OAUTHBEARER, &bad), "a token with control characters");

	chosen("PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2", false, false, "SCRAM-SHA-256");
	chosen("scram-sha-256-plus scram-sha-256", false, true, "SCRAM-SHA-256-PLUS");
	chosen("SCRAM-SHA-256-PLUS SCRAM-SHA-1", false, false, "SCRAM-SHA-1");
	chosen("LOGIN PLAIN GSSAPI", false, true, "PLAIN");
	chosen("LOGIN PLAIN XOAUTH2", true, true, "XOAUTH2");
	chosen("GSSAPI EXTERNAL", false, true, "");

	ok(sasl_verifier_make(&kept, tim.secret) == 0, "the verifier of tim");
	both(SASL_PLAIN);
	both(SASL_LOGIN);
	both(SASL_SCRAM_SHA_256);
	bound_elsewhere();
	downgraded();
	ok(!sasl_server(SASL_CRAM_MD5, &judge, nothing), "no server of CRAM-MD5");
	server_is_told(SASL_PLAIN, SLICE("tim\0tim\0tanstaaftanstaaf"), SASL_DONE);
	server_is_told(SASL_PLAIN, SLICE("tom\0tim\0tanstaaftanstaaf"), SASL_REFUSED);
	server_is_told(SASL_PLAIN, SLICE("\0\0tanstaaftanstaaf"), SASL_REFUSED);
	server_is_told(SASL_PLAIN, SLICE("tim tanstaaftanstaaf"), SASL_MALFORMED);
	server_is_told(SASL_PLAIN, SLICE("\0tim\0tanstaaftanstaaf\0"), SASL_REFUSED);
	server_is_told(SASL_PLAIN, SLICE(""), SASL_MALFORMED);
	server_is_told(SASL_LOGIN, SLICE(""), SASL_MALFORMED);
	server_is_told(SASL_SCRAM_SHA_256, SLICE(""), SASL_MALFORMED);
	server_is_told(SASL_SCRAM_SHA_256, SLICE("n,,n=tim"), SASL_MALFORMED);
	server_is_told(SASL_SCRAM_SHA_256, SLICE("n,,n=tim,r=abc"), SASL_GOES_ON);
	hostile_servers();
	verifiers();
	return tap_done();
}
