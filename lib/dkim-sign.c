#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/crypto.h>

#include "base64.h"
#include "dkim-canon.h"
#include "dkim-sign.h"
#include "dkim-signature.h"
#include "domain.h"
#include "limit.h"
#include "private.h"

enum { WIDTH = 76 };

/* `always`: also where there is none. The others are for lists and relays to add. */
static const struct usual {
	const char *name;
	bool always;
} usual[] = {
	{ "From", true }, { "To", true }, { "Cc", true }, { "Subject", true }, { "Content-Type", true },
	{ "Content-Transfer-Encoding", true }, { "MIME-Version", true },
	{ "Date", false }, { "Message-ID", false }, { "Sender", false }, { "Reply-To", false }, { "In-Reply-To", false },
	{ "References", false }, { "List-Id", false }, { "List-Help", false }, { "List-Subscribe", false }, { "List-Post", false },
	{ "List-Owner", false }, { "List-Archive", false },
	/* Receivers act on these two alone, if they are signed (RFC 8058 §4). */
	{ "List-Unsubscribe", false }, { "List-Unsubscribe-Post", false },
};

void dkim_sign_usual(buf *to, const struct dkim_fields *fields)
{
	size_t left = LIMIT_SIGNED;

	for (const struct usual *u = usual; u < usual + sizeof usual / sizeof *usual; u++) {
		size_t at = fields->count, times = 0;

		while (dkim_fields_above(fields, slice_of(u->name), &at))
			times++;
		for (times += times || u->always; times && left; times--, left--)
			buf_print(to, "%s%s", to->n ? ":" : "", u->name);
	}
}

bool dkim_signer_key(struct dkim_signer *s, const char *file, buf *why)
{
	enum key_status status;
	buf pem = { NULL, 0, 0 };

	if (private_read(file, S_IRWXO, &pem, why))
		return false;
	status = key_private(&s->key, buf_slice(&pem));
	OPENSSL_cleanse(pem.p, pem.n);
	buf_free(&pem);
	if (status == KEY_MALFORMED)
		buf_print(why, "%s: not a private key in PEM, not encrypted, RSA or Ed25519", file);
	else if (status == KEY_LARGE)
		buf_print(why, "%s: an RSA key of more than %d bits", file, LIMIT_RSA_MOST);
	else if (s->key.kind == KEY_RSA && s->key.bits < LIMIT_RSA_OURS)
		buf_print(why, "%s: an RSA key of fewer than %d bits", file, LIMIT_RSA_OURS);
	return !why->n;
}

const char *dkim_signer_names(struct dkim_signer *s, slice domain, slice selector)
{
	buf ascii = { NULL, 0, 0 };

	*s = (struct dkim_signer){ .domain = NULL };
	if (domain_ascii(domain, &ascii))
		return "not a domain";
	s->domain = mem_text(buf_slice(&ascii));
	buf_free(&ascii);
	if (!dkim_is_selector(selector))
		return "not a selector";
	s->selector = mem_text(selector);
	return NULL;
}

void dkim_signer_free(struct dkim_signer *s)
{
	key_free(&s->key);
	free(s->domain);
	free(s->selector);
}

static void new_line(buf *to, const struct dkim_how *how)
{
	buf_addtext(to, how->line_end);
	buf_addchar(to, '\t');
}

static void add_names(buf *to, slice names, const struct dkim_how *how)
{
	size_t line = to->n;
	slice name;

	buf_addtext(to, "h=");
	while (slice_cut(&names, ':', &name)) {
		if (to->n - line + name.n > WIDTH - 8) {
			new_line(to, how);
			line = to->n;
		}
		buf_addslice(to, name);
		buf_addchar(to, names.p ? ':' : ';');
	}
}

static void add_base64(buf *to, slice bytes, const struct dkim_how *how)
{
	buf text = { NULL, 0, 0 };

	base64_add(&text, bytes);
	for (slice rest = buf_slice(&text), line; rest.n; rest = slice_from(rest, line.n)) {
		line = slice_upto(rest, rest.p == text.p ? WIDTH - 10 : WIDTH - 8);
		if (rest.p > text.p)
			new_line(to, how);
		buf_addslice(to, line);
	}
	buf_free(&text);
}

static slice hash_slice(const unsigned char hash[SHA256_BYTES])
{
	return (slice){ (const char *)hash, SHA256_BYTES };
}

/* All up to the value of b=. */
static void add_tags(buf *to, const struct dkim_signer *s, slice names, const unsigned char body_hash[], const struct dkim_how *how)
{
	buf_print(to, "%s a=%s-sha256; c=relaxed/relaxed;", how->begin ? how->begin : "DKIM-Signature: v=1;", key_kinds[s->key.kind]);
	new_line(to, how);
	buf_print(to, "d=%s; s=%s; t=%lld;", s->domain, s->selector, how->now);
	if (how->lifetime)
		buf_print(to, " x=%lld;", how->now + how->lifetime);
	new_line(to, how);
	add_names(to, names, how);
	new_line(to, how);
	buf_addtext(to, "bh=");
	base64_add(to, hash_slice(body_hash));
	buf_addchar(to, ';');
	new_line(to, how);
	buf_addtext(to, "b=");
}

int dkim_sign_field(buf *to, size_t start, struct dkim_signer *s, buf *text, const struct dkim_how *how)
{
	unsigned char hash[SHA256_BYTES];
	buf value = { NULL, 0, 0 };
	bool good;

	dkim_canon_field(text, slice_from(buf_slice(to), start), true);
	text->n -= 2;
	sha256_of(buf_slice(text), hash);
	good = key_sign(&s->key, hash, &value);
	add_base64(to, buf_slice(&value), how);
	buf_addtext(to, how->line_end);
	buf_free(&value);
	return good ? 0 : -1;
}

int dkim_sign(buf *to, struct dkim_signer *s, const struct dkim_fields *fields, const unsigned char body_hash[],
    const struct dkim_how *how)
{
	buf names = { NULL, 0, 0 }, text = { NULL, 0, 0 };
	size_t start = to->n;
	int status;

	if (how->names.n)
		buf_addslice(&names, how->names);
	else
		dkim_sign_usual(&names, fields);
	add_tags(to, s, buf_slice(&names), body_hash, how);
	dkim_fields_add(fields, buf_slice(&names), (slice){ NULL, 0 }, true, &text);
	status = dkim_sign_field(to, start, s, &text, how);
	buf_free(&names), buf_free(&text);
	return status;
}
