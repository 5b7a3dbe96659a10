#include <stdlib.h>

#include "base64.h"
#include "clock.h"
#include "dkim-keys.h"
#include "domain.h"
#include "limit.h"
#include "tag.h"

const char *const dkim_names[] = { [DKIM_NONE] = "none", [DKIM_PASS] = "pass", [DKIM_FAIL] = "fail", [DKIM_POLICY] = "policy",
	[DKIM_NEUTRAL] = "neutral", [DKIM_TEMPERROR] = "temperror", [DKIM_PERMERROR] = "permerror" };

static void is_worth(struct dkim_key *k, enum dkim_result result, const char *why)
{
	k->result = result;
	buf_clear(&k->why);
	buf_addtext(&k->why, why);
}

static void read_bytes(struct dkim_key *k, enum key_kind kind, slice p)
{
	buf bytes = { NULL, 0, 0 };

	base64_decode_add(&bytes, p);
	switch (key_public(&k->key, kind, buf_slice(&bytes))) {
	case KEY_OK:
		k->result = DKIM_PASS;
		break;
	case KEY_MALFORMED:
		is_worth(k, DKIM_PERMERROR, "the key is malformed");
		break;
	case KEY_WEAK:
		is_worth(k, DKIM_POLICY, "an RSA key");
		buf_print(&k->why, " of %u bits, which proves nothing (RFC 8301)", k->key.bits);
		break;
	case KEY_LARGE:
		is_worth(k, DKIM_POLICY, "an RSA key");
		buf_print(&k->why, " of %u bits, more than we compute with", k->key.bits);
		break;
	}
	buf_free(&bytes);
}

bool dkim_key_read(struct dkim_key *k, slice record)
{
	const struct tag *p, *version, *kind, *hashes, *services;
	struct tags tags;
	bool rsa;

	if (tags_read(&tags, record))
		return false;
	version = tags_find(&tags, "v");
	p = tags_find(&tags, "p");
	if (!p || (version && (version != tags.tag || !slice_is(version->value, "DKIM1"))))
		return false;
	kind = tags_find(&tags, "k");
	hashes = tags_find(&tags, "h");
	services = tags_find(&tags, "s");
	rsa = !kind || slice_is(kind->value, key_kinds[KEY_RSA]);
	k->testing = tag_lists(tags_value(&tags, "t"), "y");
	k->exact = tag_lists(tags_value(&tags, "t"), "s");
	if (p->value.n == 0)
		is_worth(k, DKIM_PERMERROR, "the key was revoked");
	else if (!rsa && !slice_is(kind->value, key_kinds[KEY_ED25519]))
		is_worth(k, DKIM_PERMERROR, "a key of an unknown kind (k=)");
	else if (hashes && !tag_lists(hashes->value, "sha256"))
		is_worth(k, DKIM_PERMERROR, "a key that is not for SHA-256 (h=)");
	else if (services && !tag_lists(services->value, "*") && !tag_lists(services->value, "email"))
		is_worth(k, DKIM_PERMERROR, "a key that is not for mail (s=)");
	else
		read_bytes(k, rsa ? KEY_RSA : KEY_ED25519, p->value);
	return true;
}

/* Of several records, of which none should be, the first that is a key counts. */
static void read_records(void *context, struct dns_answer *answer)
{
	struct dkim_key *k = context;
	buf text = { NULL, 0, 0 };
	bool found = false;
	ns_rr r;

	k->done = true;
	if (answer->status == DNS_AGAIN) {
		is_worth(k, DKIM_TEMPERROR, "DNS look-up of ");
		buf_print(&k->why, "%s: %s", k->name, answer->why);
		return;
	}
	while (answer->status == DNS_OK && !found && dns_record(answer, &r)) {
		buf_clear(&text);
		found = dns_text(&r, &text) && dkim_key_read(k, buf_slice(&text));
	}
	if (!found) {
		is_worth(k, DKIM_PERMERROR, "no key at ");
		buf_addtext(&k->why, k->name);
	}
	buf_free(&text);
}

static struct dkim_key *find(const struct dkim_keys *keys, slice name)
{
	for (struct dkim_key *k = keys->first; k; k = k->next)
		if (slice_is(name, k->name))
			return k;
	return NULL;
}

static struct dkim_key *ask(struct dkim_keys *keys, slice name)
{
	struct dkim_key *k = mem_alloc(sizeof *k);

	*k = (struct dkim_key){ .name = mem_text(name), .asked = clock_ms(), .next = keys->first };
	keys->first = k;
	keys->count++;
	dns_ask(keys->dns, k->name, ns_t_txt, read_records, k);
	return k;
}

struct dkim_key *dkim_keys_ask(struct dkim_keys *keys, slice selector, slice domain)
{
	buf name = { NULL, 0, 0 };
	struct dkim_key *k = NULL;

	buf_print(&name, "%.*s._domainkey.%.*s", (int)selector.n, selector.p, (int)domain.n, domain.p);
	k = find(keys, buf_slice(&name));
	if (!k) {
		buf ascii = { NULL, 0, 0 };

		if (domain_ascii(buf_slice(&name), &ascii) == 0)
			k = find(keys, buf_slice(&ascii));
		if (!k && ascii.n)
			k = ask(keys, buf_slice(&ascii));
		buf_free(&ascii);
	}
	buf_free(&name);
	return k;
}

void dkim_keys_wait(struct dkim_keys *keys, const struct dkim_key *k)
{
	dns_wait(keys->dns, &k->done);
}

static void key_forget(struct dkim_key *k)
{
	key_free(&k->key);
	buf_free(&k->why);
	free(k->name);
	free(k);
}

void dkim_keys_trim(struct dkim_keys *keys)
{
	int64_t oldest = clock_ms() - LIMIT_KEY_TIME * 1000;
	bool all = keys->count > LIMIT_KEYS;

	for (struct dkim_key **at = &keys->first, *k; (k = *at);)
		if (all || k->result == DKIM_TEMPERROR || k->asked < oldest) {
			*at = k->next;
			keys->count--;
			key_forget(k);
		} else {
			at = &k->next;
		}
}

void dkim_keys_free(struct dkim_keys *keys)
{
	struct dkim_key *k;

	while ((k = keys->first)) {
		keys->first = k->next;
		key_forget(k);
	}
}
