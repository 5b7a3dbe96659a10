/*
 * dkim: the examples of RFC 6376 and RFC 8463; and one byte of a signed message changed, added or left out, everywhere: where
 * the canonical form stays it passes, else it fails.
 */
#include <stdlib.h>

#include "clock.h"
#include "dkim-sign.h"
#include "dkim-verify.h"
#include "plainly.h"
#include "tap.h"

/* A key as DNS would have told it. */
static void publish(struct dkim_keys *keys, const char *name, const char *record)
{
	struct dkim_key *k = mem_alloc(sizeof *k);

	*k = (struct dkim_key){ .done = true, .name = mem_text(slice_of(name)), .asked = clock_ms(), .next = keys->first };
	if (!dkim_key_read(k, slice_of(record)))
		k->result = DKIM_PERMERROR;
	keys->first = k;
}

/* The results of all signatures. */
static void verify(struct dkim_keys *keys, slice message, buf *results)
{
	slice fields = message, body = message;
	struct dkim_verify v;
	struct field f;

	while (head_next(&body, &f))
		;
	fields.n = (size_t)(body.p - message.p);
	if (slice_starts(body, "\r\n"))
		body = slice_from(body, 2);
	else if (slice_starts(body, "\n"))
		body = slice_from(body, 1);
	dkim_verify_begin(&v, keys, fields);
	dkim_verify_body(&v, body);
	dkim_verify_end(&v);
	for (size_t i = 0; i < v.count; i++)
		buf_print(results, "%s%s", i ? " " : "", dkim_names[v.check[i].result]);
	dkim_verify_free(&v);
	dkim_keys_trim(keys);
}

static void example(struct dkim_keys *keys, const char *message, const char *want, const char *name)
{
	buf got = { NULL, 0, 0 };

	verify(keys, slice_of(message), &got);
	same(buf_slice(&got), want, name);
	buf_free(&got);
}

#define DINNER \
	"From: Joe SixPack <joe@football.example.com>\n" \
	"To: Suzie Q <suzie@shopping.example.net>\n" \
	"Subject: Is dinner ready?\n" \
	"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\n" \
	"Message-ID: <20030712040037.46341.5F8J@football.example.com>\n" \
	"\n"

static const char rfc6376[] =
	"DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\n"
	"      c=simple/simple; q=dns/txt; i=joe@football.example.com;\n"
	"      h=Received : From : To : Subject : Date : Message-ID;\n"
	"      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n"
	"      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\n"
	"      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\n"
	"      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\n"
	"      4bmp/YzhwvcubU4=;\n"
	"Received: from client1.football.example.com  [192.0.2.1]\n"
	"      by submitserver.example.com with SUBMISSION;\n"
	"      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\n"
	DINNER "Hi.\n\nWe lost the game. Are you hungry yet?\n\nJoe.\n";

static const char rfc8463[] =
	"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\n"
	" d=football.example.com; i=@football.example.com;\n"
	" q=dns/txt; s=brisbane; t=1528637909; h=from : to :\n"
	" subject : date : message-id : from : subject : date;\n"
	" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n"
	" b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\n"
	" Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\n"
	"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\n"
	" d=football.example.com; i=@football.example.com;\n"
	" q=dns/txt; s=test; t=1528637909; h=from : to : subject :\n"
	" date : message-id : from : subject : date;\n"
	" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n"
	" b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\n"
	" DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\n"
	" dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\n"
	DINNER "Hi.\n\nWe lost the game.  Are you hungry yet?\n\nJoe.\n";

static const char football_rsa[] = "v=DKIM1; k=rsa; p="
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
	"DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

/* The same without what SubjectPublicKeyInfo puts around it. */
static const char football_bare[] = "v=DKIM1; p="
	"MIGJAoGBAOQeU5CgFPNZGIazlXo2k/eJ1jpaTTxrmqF1HrDLlt04pvaMtCJj8nXoliLRC/H9vJjMI1vdb3XLcW60AIN/PBD8EL97/y4GwJH7LPUvGP48vqUe"
	"+owqszesbiGy1PlCO8c70/OjFnJVgvMF87YR4Lcincb7aSvI5MgpP6X8rjDdAgMBAAE=";

static const char football_ed25519[] = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
static const char football_info[] = "v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

static void football(const char *rsa, const char *ed25519, const char *want, const char *name)
{
	struct dkim_keys keys = { .count = 0 };

	publish(&keys, "test._domainkey.football.example.com", rsa);
	publish(&keys, "brisbane._domainkey.football.example.com", ed25519);
	example(&keys, rfc8463, want, name);
	dkim_keys_free(&keys);
}

static void examples(void)
{
	struct dkim_keys keys = { .count = 0 };

	publish(&keys, "brisbane._domainkey.example.com", "v=DKIM1; p="
	    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v"
	    "/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB");
	example(&keys, rfc6376, "pass", "RFC 6376 appendix A");
	keys.first->exact = true;
	example(&keys, rfc6376, "permerror", "t=s: i= has to be the very domain");
	dkim_keys_free(&keys);

	football(football_rsa, football_ed25519, "pass pass", "RFC 8463 appendix A");
	football(football_bare, football_info, "pass pass", "keys in their other forms");
	football(football_ed25519, football_rsa, "permerror permerror", "keys of the other kind");
	football("v=DKIM1; p=", "v=DKIM2; k=ed25519; p=x", "permerror permerror", "a key that was revoked, and none");
	football("v=DKIM1; h=sha1; p=x", "v=DKIM1; s=tlsrpt; p=x", "permerror permerror", "keys for other purposes");
	football("p=AAAA", "k=ed25519; p=AAAA", "permerror permerror", "keys that are malformed");
	football("p=MDwwDQYJKoZIhvcNAQEBBQADKwAwKAIhAK1bTzPxu9Zlj2xhTEJ0Jn2WDlmYrsxnyTWzGxuQbHnPAgMBAAE=", football_ed25519, "pass policy",
	    "an RSA key of 256 bits");
}

/* What is signed of a message that was signed by us, as a person would put it together; then b=, without its folds. */
static void plain_message(buf *to, slice message)
{
	static const char *const names[] = { "from", "from", "subject", "subject", "to" };
	struct field fields[32];
	size_t count = 0, signature = 0, skip;
	bool taken[32] = { false };
	slice rest, line;
	buf unsigned_field = { NULL, 0, 0 };

	while (count < 32 && head_next(&message, &fields[count]))
		count++;
	while (signature < count && !field_is(&fields[signature], "DKIM-Signature"))
		signature++;
	if (signature == count) {
		buf_addtext(to, "no signature");
		return;
	}
	for (size_t n = 0; n < sizeof names / sizeof *names; n++)
		for (size_t i = count; i-- > 0;)
			if (!taken[i] && field_is(&fields[i], names[n])) {
				taken[i] = true;
				plain_field(to, fields[i].whole);
				break;
			}
	for (skip = fields[signature].whole.n; skip > 2 && memcmp(fields[signature].whole.p + skip - 2, "b=", 2) != 0; skip--)
		;
	plain_field(&unsigned_field, slice_upto(fields[signature].whole, skip));
	buf_addslice(to, buf_slice(&unsigned_field));
	for (rest = slice_from(fields[signature].whole, skip); slice_cut(&rest, '\n', &line);) {
		line = slice_trim(line); /* a CR within it is no fold */
		for (size_t i = 0; i < line.n; i++)
			if (line.p[i] != ' ' && line.p[i] != '\t')
				buf_addchar(to, line.p[i]);
	}
	buf_addtext(to, "\nbody:");
	plain_body(to, head_ends(slice_upto(message, slice_find(message, '\n') + 1)) ? slice_from(message, slice_find(message, '\n') + 1) : message, true);
	buf_free(&unsigned_field);
}

static const char letter[] =
	"Received: by here\n"
	"From: Alice  <alice@example.test>\n"
	"X-Not-Signed: x\n"
	"Subject: Dinner \n\t is ready\n"
	"To: bob\n"
	"\n"
	"Hi  Bob, \n"
	"\n"
	"..\n"
	"it is\tlate, and it is cold outside\n"
	"\n"
	"\n";

static void sign_letter(buf *signed_letter)
{
	struct dkim_signer signer = { .domain = mem_text(SLICE("example.test")), .selector = mem_text(SLICE("s")) };
	struct dkim_how how = { .names = SLICE("From:From:Subject:Subject:To"), .now = 1795811595, .line_end = "\n" };
	slice text = slice_of(letter);
	unsigned char hash[SHA256_BYTES];
	struct dkim_fields fields;
	struct dkim_body body;

	key_private(&signer.key, SLICE("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
	    "-----END PRIVATE KEY-----\n"));
	dkim_fields_begin(&fields, text);
	dkim_body_begin(&body, true);
	dkim_body_more(&body, slice_of(strstr(letter, "\n\n") + 2));
	dkim_body_end(&body, hash);
	dkim_sign(signed_letter, &signer, &fields, hash, &how);
	buf_addslice(signed_letter, text);
	dkim_fields_free(&fields);
	dkim_signer_free(&signer);
}

struct mutants {
	struct dkim_keys keys;
	buf original;           /* what is signed */
	size_t passed, failed, wrong;
};

static void try(struct mutants *m, slice message, size_t at, const char *how)
{
	buf plain = { NULL, 0, 0 }, result = { NULL, 0, 0 };
	bool same_form, passes;

	plain_message(&plain, message);
	verify(&m->keys, message, &result);
	same_form = slice_same(buf_slice(&plain), buf_slice(&m->original));
	passes = slice_is(buf_slice(&result), "pass");
	*(passes ? &m->passed : &m->failed) += 1;
	if (passes != same_form && m->wrong++ < 5)
		printf("# byte %zu, %s: %.*s\n", at, how, (int)result.n, result.n ? result.p : "");
	buf_free(&plain), buf_free(&result);
}

static void mutate(void)
{
	static const char others[] = { '\0', ' ', '\t', '\n', '\r', 'x', ';', ':', '=', '\377' };
	struct mutants m = { .wrong = 0 };
	buf message = { NULL, 0, 0 }, mutant = { NULL, 0, 0 }, why = { NULL, 0, 0 };

	m.keys.dns = dns_open("127.0.0.1:9", 1000, &why);       /* where nobody answers, for the other domains that come up */
	publish(&m.keys, "s._domainkey.example.test", football_ed25519);
	sign_letter(&message);
	plain_message(&m.original, buf_slice(&message));
	try(&m, buf_slice(&message), 0, "as it is");
	ok(m.passed == 1 && m.wrong == 0, "our own signature");
	for (size_t i = 0; i < message.n; i++) {
		slice before = { message.p, i }, after = slice_from(buf_slice(&message), i + 1);

		for (size_t k = 0; k <= 2 * sizeof others + 1; k++) {
			buf_clear(&mutant);
			buf_addslice(&mutant, before);
			if (k < sizeof others)
				buf_addchar(&mutant, others[k]);
			else if (k < 2 * sizeof others)
				buf_add(&mutant, (char[]){ message.p[i], others[k - sizeof others] }, 2);
			else if (k == 2 * sizeof others)
				buf_addchar(&mutant, message.p[i] ^ ' ');
			buf_addslice(&mutant, after);
			try(&m, buf_slice(&mutant), i, "changed");
		}
	}
	ok(m.wrong == 0, "one byte anywhere: passes where the canonical form stays, else fails");
	ok(m.passed > 300 && m.failed > 3000, "both happened");
	printf("# %zu passed, %zu failed\n", m.passed, m.failed);
	dkim_keys_free(&m.keys);
	dns_close(m.keys.dns);
	buf_free(&message), buf_free(&mutant), buf_free(&m.original);
}

int main(void)
{
	examples();
	mutate();
	return tap_done();
}
