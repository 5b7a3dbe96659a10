#include "base64.h"
#include "dkim-canon.h"
#include "dkim-signature.h"
#include "domain.h"
#include "limit.h"

/* Base64 with folds in it, at whose lines it is cut, and at blanks; whatever else is none of its digits makes it worthless. */
static bool decode(slice value, buf *to)
{
	struct base64_decoder d = { .begun = false };
	slice line, word, piece;

	while (slice_cut(&value, '\n', &line))
		for (line = slice_trim(line); slice_cut(&line, ' ', &word);)
			while (slice_cut(&word, '\t', &piece))
				base64_decode(&d, piece, to);
	base64_decode_finish(&d, to);
	return d.wrong < 0 && to->n;
}

static const char *read_algorithm(struct dkim_signature *s)
{
	slice a = tags_value(&s->tags, "a");

	s->kind = slice_is(a, "ed25519-sha256") ? KEY_ED25519 : KEY_RSA;
	s->sha1 = slice_is(a, "rsa-sha1");
	if (s->kind == KEY_ED25519 || s->sha1 || slice_is(a, "rsa-sha256"))
		return NULL;
	return a.n ? "an unknown algorithm (a=)" : "no algorithm (a=)";
}

/* `header` or `header/body`; the body is simple where it is not said (§3.5). */
static const char *read_canonicalization(struct dkim_signature *s)
{
	const struct tag *c = tags_find(&s->tags, "c");
	slice header = c ? c->value : SLICE("simple/simple"), body = SLICE("simple");
	size_t n = slice_find(header, '/');

	if (n < header.n)
		body = slice_from(header, n + 1);
	header = slice_upto(header, n);
	s->relaxed_header = slice_is(header, "relaxed");
	s->relaxed_body = slice_is(body, "relaxed");
	if ((s->relaxed_header || slice_is(header, "simple")) && (s->relaxed_body || slice_is(body, "simple")))
		return NULL;
	return "an unknown canonicalization (c=)";
}

static const char *read_names(struct dkim_signature *s)
{
	size_t count = 0;
	slice rest, name;

	s->names = tags_value(&s->tags, "h");
	for (rest = s->names; slice_cut(&rest, ':', &name); count++)
		if (count == LIMIT_SIGNED)
			return "too many fields (h=)";
	if (!tag_lists(s->names, "from"))
		return s->names.n ? "From is not signed (h=)" : "no fields (h=)";
	return NULL;
}

static const char *read_body_hash(struct dkim_signature *s)
{
	buf hash = { NULL, 0, 0 };
	bool good;

	good = decode(tags_value(&s->tags, "bh"), &hash) && hash.n == (s->sha1 ? 20 : SHA256_BYTES);
	if (good)
		memcpy(s->body_hash, hash.p, hash.n);
	buf_free(&hash);
	return good ? NULL : "no hash of the body (bh=)";
}

static const char *read_time(struct dkim_signature *s)
{
	const struct tag *t = tags_find(&s->tags, "t"), *x = tags_find(&s->tags, "x");

	s->expires = x ? slice_number(x->value) : -1;
	if ((t && slice_number(t->value) < 0) || (x && s->expires < 0))
		return "a time that is none (t=, x=)";
	if (t && x && s->expires < slice_number(t->value))
		return "it expires before it was made (t=, x=)";
	return NULL;
}

slice dkim_signature_identity(const struct dkim_signature *s)
{
	slice i = tags_value(&s->tags, "i");
	size_t at = i.n;

	while (at && i.p[at - 1] != '@')
		at--;
	return at ? slice_from(i, at) : s->domain;
}

/* i= is of the domain or one below it (§3.5). */
static bool is_identity(const struct dkim_signature *s)
{
	slice identity = dkim_signature_identity(s), end;

	if (!tags_find(&s->tags, "i"))
		return true;
	end = slice_from(identity, identity.n > s->domain.n ? identity.n - s->domain.n : 0);
	return slice_find(tags_value(&s->tags, "i"), '@') < tags_value(&s->tags, "i").n && slice_case_same(end, s->domain)
	    && (end.n == identity.n || end.p[-1] == '.');
}

static const char *read_place(struct dkim_signature *s, enum dkim_form form)
{
	slice version = tags_value(&s->tags, "v"), methods = tags_value(&s->tags, "q");

	if (form == DKIM_MESSAGE ? !slice_is(version, "1") : version.p != NULL)
		return "a version that is not 1 (v=)";
	if (!s->domain.n || !s->selector.n)
		return "no domain or no selector (d=, s=)";
	if (methods.p && !tag_lists(methods, "dns/txt"))
		return "a key that is not in DNS (q=)";
	return form != DKIM_MESSAGE || is_identity(s) ? NULL : "an identity that is not of the domain (i=)";
}

/* A seal is over fields that are known, in their relaxed form (RFC 8617 §5.1.1). */
static const char *read_seal(struct dkim_signature *s)
{
	s->relaxed_header = true;
	return tags_find(&s->tags, "h") ? "a seal that names fields (h=)" : NULL;
}

const char *dkim_signature_read(struct dkim_signature *s, const struct field *f, enum dkim_form form)
{
	const char *wrong = NULL;

	*s = (struct dkim_signature){ .whole = f->whole, .expires = -1 };
	if (tags_read(&s->tags, f->body))
		wrong = "not a list of tags";
	s->domain = tags_value(&s->tags, "d");
	s->selector = tags_value(&s->tags, "s");
	wrong = wrong ? wrong : read_place(s, form);
	wrong = wrong ? wrong : read_algorithm(s);
	wrong = wrong ? wrong : form == ARC_SEAL ? read_seal(s) : read_canonicalization(s);
	wrong = wrong || form == ARC_SEAL ? wrong : read_names(s);
	wrong = wrong ? wrong : read_time(s);
	if (!wrong && !decode(tags_value(&s->tags, "b"), &s->value))
		wrong = "no signature (b=)";
	return wrong || form == ARC_SEAL ? wrong : read_body_hash(s);
}

void dkim_signature_free(struct dkim_signature *s)
{
	buf_free(&s->value);
}

void dkim_signature_add_unsigned(const struct dkim_signature *s, buf *to)
{
	slice value = tags_find(&s->tags, "b")->written;
	size_t n = (size_t)(value.p - s->whole.p);
	buf field = { NULL, 0, 0 };

	buf_addslice(&field, slice_upto(s->whole, n));
	buf_addslice(&field, slice_from(s->whole, n + value.n));
	dkim_canon_field(to, buf_slice(&field), s->relaxed_header);
	to->n -= 2;
	buf_free(&field);
}

void dkim_signature_hash(const struct dkim_signature *s, const struct dkim_fields *fields, unsigned char hash[SHA256_BYTES])
{
	buf text = { NULL, 0, 0 };

	dkim_fields_add(fields, s->names, s->whole, s->relaxed_header, &text);
	dkim_signature_add_unsigned(s, &text);
	sha256_of(buf_slice(&text), hash);
	buf_free(&text);
}

bool dkim_is_selector(slice selector)
{
	buf name = { NULL, 0, 0 };
	bool valid;

	buf_print(&name, "%.*s._domainkey.x", (int)selector.n, selector.p);
	valid = domain_valid(buf_slice(&name));
	buf_free(&name);
	return valid;
}
