#include <stdlib.h>
#include <time.h>

#include "dkim-verify.h"

static void decide(struct dkim_check *c, enum dkim_result result, const char *why)
{
	c->result = result;
	c->why = why;
}

/* Without regard to its key and its hashes. */
static void read_signature(struct dkim_check *c, const struct field *f)
{
	const char *wrong = dkim_signature_read(&c->signature, f, DKIM_MESSAGE);

	if (wrong)
		decide(c, DKIM_NEUTRAL, wrong);
	else if (c->signature.sha1)
		decide(c, DKIM_POLICY, "rsa-sha1, which proves nothing (RFC 8301)");
	else if (tags_find(&c->signature.tags, "l"))
		decide(c, DKIM_POLICY, "only a part of the body is signed (l=)");
	else if (c->signature.expires >= 0 && c->signature.expires < time(NULL))
		decide(c, DKIM_POLICY, "it has expired (x=)");
}

/* DKIM_NONE is a signature about which nothing is decided yet. */
static bool is_open(const struct dkim_check *c)
{
	return c->result == DKIM_NONE;
}

void dkim_verify_want_body(struct dkim_verify *v, bool relaxed)
{
	if (!v->hashing[relaxed])
		dkim_body_begin(&v->body[relaxed], relaxed);
	v->hashing[relaxed] = true;
}

static void begin_check(struct dkim_verify *v, struct dkim_check *c)
{
	c->key = dkim_keys_ask(v->keys, c->signature.selector, c->signature.domain);
	if (!c->key) {
		decide(c, DKIM_NEUTRAL, "a domain or selector that is none (d=, s=)");
		return;
	}
	dkim_verify_want_body(v, c->signature.relaxed_body);
}

void dkim_verify_begin(struct dkim_verify *v, struct dkim_keys *keys, slice fields)
{
	struct field f;

	*v = (struct dkim_verify){ .keys = keys };
	v->too_many = dkim_fields_begin(&v->fields, fields) != 0;
	while (!v->more && head_find_next(&fields, "DKIM-Signature", &f)) {
		struct dkim_check *c;

		v->more = v->count == LIMIT_SIGNATURES;
		if (v->more)
			break;
		v->check = mem_grow(v->check, v->count + 1, sizeof *v->check);
		c = &v->check[v->count++];
		*c = (struct dkim_check){ .result = DKIM_NONE };
		read_signature(c, &f);
		if (is_open(c) && v->too_many)
			decide(c, DKIM_PERMERROR, "a header of too many fields");
		if (is_open(c))
			begin_check(v, c);
	}
}

void dkim_verify_body(struct dkim_verify *v, slice bytes)
{
	for (size_t i = 0; i < 2; i++)
		if (v->hashing[i])
			dkim_body_more(&v->body[i], bytes);
}

bool dkim_verify_wants_body(const struct dkim_verify *v)
{
	return v->hashing[0] || v->hashing[1];
}

/* Whether the key is one for this signature, and good. */
static bool takes_key(struct dkim_check *c)
{
	const struct dkim_signature *s = &c->signature;

	if (c->key->result != DKIM_PASS)
		decide(c, c->key->result, c->key->why.p);
	else if (c->key->key.kind != s->kind)
		decide(c, DKIM_PERMERROR, "a key of another kind (k=)");
	else if (c->key->exact && !slice_case_same(dkim_signature_identity(s), s->domain))
		decide(c, DKIM_PERMERROR, "the key is not for subdomains (t=s)");
	return is_open(c);
}

static void compare(struct dkim_verify *v, struct dkim_check *c)
{
	unsigned char hash[SHA256_BYTES];

	dkim_signature_hash(&c->signature, &v->fields, hash);
	c->header_differs = !key_verifies(&c->key->key, hash, buf_slice(&c->signature.value));
	c->body_differs = memcmp(v->hash[c->signature.relaxed_body], c->signature.body_hash, SHA256_BYTES) != 0;
	if (c->header_differs)
		decide(c, DKIM_FAIL, c->body_differs ? "header and body were changed" : "the header was changed");
	else if (c->body_differs)
		decide(c, DKIM_FAIL, "the body was changed");
	else
		decide(c, DKIM_PASS, NULL);
}

void dkim_verify_end(struct dkim_verify *v)
{
	for (size_t i = 0; i < 2; i++)
		if (v->hashing[i])
			dkim_body_end(&v->body[i], v->hash[i]);
	for (size_t i = 0; i < v->count; i++) {
		struct dkim_check *c = &v->check[i];

		if (!is_open(c))
			continue;
		dkim_keys_wait(v->keys, c->key);
		if (takes_key(c))
			compare(v, c);
	}
}

void dkim_verify_free(struct dkim_verify *v)
{
	for (size_t i = 0; i < v->count; i++)
		dkim_signature_free(&v->check[i].signature);
	free(v->check);
	dkim_fields_free(&v->fields);
}

const char *dkim_check_algorithm(const struct dkim_check *c)
{
	static const char *const known[] = { "rsa-sha256", "ed25519-sha256", "rsa-sha1" };
	slice a = tags_value(&c->signature.tags, "a");

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_is(a, known[i]))
			return known[i];
	return "";
}

static void add_comment(const struct dkim_check *c, buf *to)
{
	if (c->key && c->key->key.bits)
		buf_print(to, "%u-bit key", c->key->key.bits);
	if (c->key && c->key->testing)
		buf_print(to, "%sthe domain is testing", to->n ? ", " : "");
}

/* Each property once, and only where the signature says it. */
static void add_result(const struct dkim_check *c, struct authres *a)
{
	static const struct { const char *tag, *property; } properties[] = { { "d", "header.d" }, { "s", "header.s" },
		{ "i", "header.i" } };
	const char *algorithm = dkim_check_algorithm(c);
	buf comment = { NULL, 0, 0 };

	add_comment(c, &comment);
	authres_result(a, "dkim", dkim_names[c->result], comment.n ? comment.p : "");
	if (c->why)
		authres_property(a, "reason", slice_of(c->why));
	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
		slice value = tags_value(&c->signature.tags, properties[i].tag);

		if (value.n)
			authres_property(a, properties[i].property, value);
	}
	if (algorithm[0])
		authres_property(a, "header.a", slice_of(algorithm));
	if (c->signature.value.n)
		authres_property(a, "header.b", slice_upto(tags_value(&c->signature.tags, "b"), 8));
	buf_free(&comment);
}

void dkim_verify_add_results(const struct dkim_verify *v, struct authres *a)
{
	for (size_t i = 0; i < v->count; i++)
		add_result(&v->check[i], a);
	if (v->count == 0)
		authres_result(a, "dkim", "none", "");
}
