/* sasl: whatever a client says, it is let in only by the judge; whatever a server says, the client comes to an end. */
#include <stdint.h>
#include <stdlib.h>

#include "base64.h"
#include "sasl.h"

static bool let_in;

static void check(bool good)
{
	if (!good)
		abort();
}

static int judge_password(void *of, slice user, slice password)
{
	(void)of;
	check(user.n > 0 && slice_find(user, '\0') == user.n && slice_find(password, '\0') == password.n);
	let_in = slice_is(user, "tim") && slice_is(password, "tea");
	return let_in;
}

static int judge_verifier(void *of, slice user, struct sasl_verifier *v)
{
	(void)of;
	check(user.n > 0);
	*v = (struct sasl_verifier){ .iterations = 1, .salt = "salt", .salt_size = 4 };
	return 0;
}

static const struct sasl_judge judge = { judge_password, judge_verifier, NULL };

/* A line is said as it is, or, behind `:`, in base64. */
static slice said(slice line, buf *coded)
{
	buf_clear(coded);
	if (!slice_starts(line, ":"))
		return line;
	buf_addtext(coded, "");
	base64_add(coded, slice_from(line, 1));
	return buf_slice(coded);
}

static void serve(unsigned mechanism, slice rest)
{
	struct sasl *s = sasl_server(mechanism, &judge, (slice){ "", 0 });
	enum sasl_status status = SASL_GOES_ON;
	buf coded = { NULL, 0, 0 }, reply = { NULL, 0, 0 };
	slice line;

	let_in = false;
	while (s && status == SASL_GOES_ON && slice_cut(&rest, '\n', &line))
		status = sasl_step(s, said(line, &coded), &reply);
	check(status != SASL_DONE || (let_in && slice_is(sasl_user(s), "tim")));
	sasl_free(s);
	buf_free(&coded), buf_free(&reply);
}

static void ask(unsigned mechanism, slice rest)
{
	struct sasl_credentials c = { .user = SLICE("tim"), .secret = SLICE("tea"), .host = SLICE("here.example"),
		.oauth = (mechanism & (SASL_XOAUTH2 | SASL_OAUTHBEARER)) != 0, .binding = SLICE("YmluZA==") };
	struct sasl *s = sasl_client(mechanism, &c);
	enum sasl_status status = SASL_GOES_ON;
	buf coded = { NULL, 0, 0 }, reply = { NULL, 0, 0 };
	slice line;

	if (sasl_client_first(mechanism))
		status = sasl_step(s, (slice){ NULL, 0 }, &reply);
	for (int i = 0; (status == SASL_GOES_ON || status == SASL_DONE) && slice_cut(&rest, '\n', &line); i++) {
		check(i < 4);
		status = sasl_step(s, said(line, &coded), &reply);
	}
	sasl_free(s);
	buf_free(&coded), buf_free(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice rest = { (const char *)p, n }, name;
	struct sasl_verifier v;
	unsigned mechanism;
	buf again = { NULL, 0, 0 };

	if (n > 4096)
		return 0;
	if (sasl_verifier_read(rest, &v)) {
		sasl_verifier_add(&again, &v);
		check(sasl_verifier_read(buf_slice(&again), &v));
	}
	buf_free(&again);
	if (!slice_cut(&rest, '\n', &name) || !(mechanism = sasl_mechanism(name)) || !rest.p)
		return 0;
	serve(mechanism, rest);
	ask(mechanism, rest);
	return 0;
}
