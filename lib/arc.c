#include <stdlib.h>

#include "arc.h"
#include "dkim-canon.h"

const char *const arc_names[] = { [ARC_NONE] = "none", [ARC_PASS] = "pass", [ARC_FAIL] = "fail", [ARC_AGAIN] = "fail" };

enum { RESULTS, MESSAGE, SEAL, FIELDS };

static void decide(struct arc *a, enum arc_result result, const char *why)
{
	a->result = result;
	a->why = why;
}

/* The value of i=, which results have as their first word; 0 where there is none. */
static size_t instance(const struct field *f)
{
	slice rest = f->body;
	struct tag t;

	while (tag_next(&rest, &t))
		if (slice_is(t.name, "i")) {
			long long i = slice_number(t.value);

			return i > 0 && i <= LIMIT_ARC_SETS ? (size_t)i : 0;
		}
	return 0;
}

static int kind_of(const struct field *f)
{
	static const char *const names[] = { [RESULTS] = "ARC-Authentication-Results", [MESSAGE] = "ARC-Message-Signature",
		[SEAL] = "ARC-Seal" };

	for (int kind = RESULTS; kind < FIELDS; kind++)
		if (field_is(f, names[kind]))
			return kind;
	return -1;
}

/* Whether each of the fields there says of which set it is. */
static bool collect(struct arc *a)
{
	const struct dkim_fields *fields = &a->verify->fields;

	for (size_t row = 0; row < fields->count; row++) {
		const struct field *f = &fields->row[row].field;
		int kind = kind_of(f);
		size_t i = kind < 0 ? 0 : instance(f);

		if (kind < 0)
			continue;
		if (i == 0)
			return false;
		if (i > a->count) {
			a->set = mem_grow(a->set, i, sizeof *a->set);
			memset(a->set + a->count, 0, (i - a->count) * sizeof *a->set);
			a->count = i;
		}
		a->set[i - 1].field[kind] = *f;
		a->set[i - 1].seen[kind]++;
	}
	return true;
}

static bool is_whole(const struct arc_set *set)
{
	return set->seen[RESULTS] == 1 && set->seen[MESSAGE] == 1 && set->seen[SEAL] == 1;
}

/* NULL, or what is wrong with the form of a set (§5.2). */
static const char *read_set(struct arc *a, size_t i)
{
	struct arc_set *set = &a->set[i];
	const char *wrong;
	slice cv;

	if (!is_whole(set))
		return "a set that is not whole";
	wrong = dkim_signature_read(&set->signature, &set->field[SEAL], ARC_SEAL);
	if (wrong)
		return wrong;
	if (set->signature.sha1)
		return "rsa-sha1, which proves nothing (RFC 8301)";
	cv = tags_value(&set->signature.tags, "cv");
	a->ended |= slice_case_is(cv, "fail");
	return slice_case_is(cv, i ? "pass" : "none") ? NULL : "a set that says that the chain is broken (cv=)";
}

/* The signature of the message as the last who sealed it passed it on. */
static const char *read_message(struct arc *a)
{
	const struct field *f = &a->set[a->count - 1].field[MESSAGE];
	const char *wrong = dkim_signature_read(&a->message, f, ARC_MESSAGE);

	if (wrong)
		return wrong;
	if (a->message.sha1)
		return "rsa-sha1, which proves nothing (RFC 8301)";
	if (tags_find(&a->message.tags, "l"))
		return "only a part of the body is signed (l=)";
	return tag_lists(a->message.names, "arc-seal") ? "a signature over seals (h=)" : NULL;
}

static struct dkim_key *ask(struct arc *a, const struct dkim_signature *s)
{
	return dkim_keys_ask(a->verify->keys, s->selector, s->domain);
}

void arc_begin(struct arc *a, struct dkim_verify *v)
{
	const char *wrong = NULL;

	*a = (struct arc){ .verify = v };
	if (v->too_many)
		wrong = "a header of too many fields";
	else if (!collect(a))
		wrong = "a set without a number (i=)";
	if (!wrong && a->count == 0)
		return;
	for (size_t i = 0; i < a->count && !wrong; i++)
		wrong = read_set(a, i);
	wrong = wrong ? wrong : read_message(a);
	if (wrong) {
		decide(a, ARC_FAIL, wrong);
		return;
	}
	dkim_verify_want_body(v, a->message.relaxed_body);
	a->key = ask(a, &a->message);
	for (size_t i = 0; i < a->count; i++)
		a->set[i].key = ask(a, &a->set[i].signature);
}

void arc_add_sets(const struct arc *a, size_t count, buf *to)
{
	for (size_t i = 0; i < count; i++)
		for (int kind = RESULTS; kind < FIELDS; kind++)
			dkim_canon_field(to, a->set[i].field[kind].whole, true);
}

static void hash_seal(const struct arc *a, size_t i, unsigned char hash[SHA256_BYTES])
{
	const struct arc_set *set = &a->set[i];
	buf text = { NULL, 0, 0 };

	arc_add_sets(a, i, &text);
	dkim_canon_field(&text, set->field[RESULTS].whole, true);
	dkim_canon_field(&text, set->field[MESSAGE].whole, true);
	dkim_signature_add_unsigned(&set->signature, &text);
	sha256_of(buf_slice(&text), hash);
	buf_free(&text);
}

/* Whether a signature is of this hash by its key; else that is decided. */
static bool is_good(struct arc *a, struct dkim_key *key, const struct dkim_signature *s, const unsigned char *hash,
    const char *changed)
{
	if (!key)
		decide(a, ARC_FAIL, "a domain or selector that is none (d=, s=)");
	else if (key->result != DKIM_PASS)
		decide(a, key->result == DKIM_TEMPERROR ? ARC_AGAIN : ARC_FAIL, key->why.p);
	else if (key->key.kind != s->kind)
		decide(a, ARC_FAIL, "a key of another kind (k=)");
	else if (!key_verifies(&key->key, hash, buf_slice(&s->value)))
		decide(a, ARC_FAIL, changed);
	return a->result == ARC_NONE;
}

/* All were asked for, and each has to be answered before it may go. */
static void wait_for_keys(struct arc *a)
{
	if (a->key)
		dkim_keys_wait(a->verify->keys, a->key);
	for (size_t i = 0; i < a->count; i++)
		if (a->set[i].key)
			dkim_keys_wait(a->verify->keys, a->set[i].key);
}

void arc_end(struct arc *a)
{
	unsigned char hash[SHA256_BYTES];

	if (a->count == 0 || a->result != ARC_NONE)
		return;
	wait_for_keys(a);
	if (memcmp(a->verify->hash[a->message.relaxed_body], a->message.body_hash, SHA256_BYTES) != 0) {
		decide(a, ARC_FAIL, "the body was changed after it was sealed");
		return;
	}
	dkim_signature_hash(&a->message, &a->verify->fields, hash);
	if (!is_good(a, a->key, &a->message, hash, "the header was changed after it was sealed"))
		return;
	for (size_t i = a->count; i-- > 0;) {
		hash_seal(a, i, hash);
		if (!is_good(a, a->set[i].key, &a->set[i].signature, hash, "a seal is broken"))
			return;
	}
	decide(a, ARC_PASS, NULL);
}

void arc_free(struct arc *a)
{
	for (size_t i = 0; i < a->count; i++)
		dkim_signature_free(&a->set[i].signature);
	dkim_signature_free(&a->message);
	free(a->set);
}

void arc_add_result(const struct arc *a, struct authres *to)
{
	buf comment = { NULL, 0, 0 };

	if (a->count)
		buf_print(&comment, "i=%zu", a->count);
	authres_result(to, "arc", arc_names[a->result], comment.n ? comment.p : "");
	if (a->why)
		authres_property(to, "reason", slice_of(a->why));
	buf_free(&comment);
}
