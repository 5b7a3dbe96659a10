#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "domain.h"
#include "fail.h"
#include "inject.h"
#include "letter.h"
#include "local.h"

static bool is_utf8(slice address)
{
	for (size_t i = 0; i < address.n; i++)
		if ((unsigned char)address.p[i] >= 128)
			return true;
	return false;
}

/* One of the names of this Pennypost. */
static bool is_ours(const struct conf *c, slice domain)
{
	return domain_same(domain, slice_of(c->hostname)) || domain_same(domain, slice_of(c->domain))
	    || conf_local(c, domain);
}

/* `masquerade` is a domain, or one address for all. */
bool masquerades(const struct conf *c, slice address, buf *shown)
{
	slice domain = addr_domain(address);

	if (!c->masquerade[0] || (domain.n && !is_ours(c, domain)))
		return false;
	buf_clear(shown);
	if (!strchr(c->masquerade, '@')) {
		buf_addslice(shown, addr_local(address));
		buf_addchar(shown, '@');
	}
	buf_addtext(shown, c->masquerade);
	return !slice_same(buf_slice(shown), address);
}

/* The first of local-domains, or NULL where nothing is local. */
static const char *here(const struct conf *c)
{
	static char *first;
	slice rest = slice_of(c->local_domains), word;

	if (conf_local(c, slice_of(c->hostname)))
		return c->hostname;
	if (!first && slice_word(&rest, &word))
		first = mem_text(word);
	return first;
}

const char *recipient_domain(const struct conf *c, slice local_part)
{
	struct local who;
	buf why = { NULL, 0, 0 };
	bool known;

	if (conf_local(c, slice_of(c->domain)) || !here(c))
		return c->domain;
	known = local_find(&who, c, local_part, &why) || who.kind != LOCAL_NOBODY;
	local_free(&who);
	buf_free(&why);
	return known ? here(c) : c->domain;
}

static void qualify(buf *address, const char *domain)
{
	buf_addchar(address, '@');
	buf_addtext(address, domain);
}

static void set_from_login(struct envelope *e)
{
	addr_add_local(&e->sender, slice_of(author_login()));
	qualify(&e->sender, e->conf->domain);
}

/* A sender is one mailbox, whatever its form. */
static void set_given(struct envelope *e, const char *given)
{
	struct addr_list list = addr_list(slice_of(given));
	struct addr a = { 0 };

	if (addr_next(&list, &a) != 1)
		fail(EX_DATAERR, "sender `%s': not an address", given);
	buf_addslice(&e->sender, buf_slice(&a.address));
	if (a.bare)
		qualify(&e->sender, e->conf->domain);
	e->null_sender = e->sender.n == 0;
	if (addr_next(&list, &a) != 0)
		fail(EX_DATAERR, "sender `%s': more than one address", given);
	addr_free(&a);
}

void envelope_set_sender(struct envelope *e, const char *given)
{
	buf shown = { NULL, 0, 0 };

	if (!given)
		set_from_login(e);
	else if (slice_trim(slice_of(given)).n)
		set_given(e, given);
	else
		e->null_sender = true;
	if (!e->null_sender && masquerades(e->conf, buf_slice(&e->sender), &shown)) {
		explain("sender %s shown as %s: masquerade", e->sender.p, shown.p);
		buf_clear(&e->sender);
		buf_addslice(&e->sender, buf_slice(&shown));
	}
	e->utf8 |= is_utf8(buf_slice(&e->sender));
	buf_free(&shown);
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Domains are the same in any spelling; of local parts only their host can say. */
static bool is_new(struct envelope *e, slice address)
{
	buf labels = { NULL, 0, 0 }, whole = { NULL, 0, 0 };
	slice domain = domain_plain(addr_domain(address), &labels);
	char **found, *key;
	bool new;

	buf_addslice(&whole, addr_local(address));
	buf_addchar(&whole, '@');
	buf_addlower(&whole, domain);
	buf_free(&labels);
	key = whole.p;
	found = tsearch(key, &e->known, compare);
	new = found && *found == key;
	if (!found)
		fail(EX_OSERR, "out of memory");
	if (!new)
		free(key);
	return new;
}

static void add_mailbox(struct envelope *e, struct addr *a, const char *where)
{
	slice text = a->whole;

	if (a->bare) {
		const char *domain = recipient_domain(e->conf, buf_slice(&a->address));

		explain("recipient %s stands for %s@%s", a->address.p, a->address.p, domain);
		qualify(&a->address, domain);
	}
	if (!letter_takes(buf_slice(&a->address)))
		fail(EX_DATAERR, "%s: `%.*s': not an address", where, (int)text.n, text.p);
	if (!is_new(e, buf_slice(&a->address)))
		return;
	e->utf8 |= is_utf8(buf_slice(&a->address));
	buf_addslice(&e->recipients, buf_slice(&a->address));
	buf_addtext(&e->recipients, e->notify);
	buf_addchar(&e->recipients, '\n');
}

void envelope_add(struct envelope *e, slice text, const char *where)
{
	struct addr_list list = addr_list(text);
	struct addr a = { 0 };
	int got;

	while ((got = addr_next(&list, &a)) != 0) {
		if (got < 0 || a.address.n == 0)
			fail(EX_DATAERR, "%s: `%.*s': not an address", where, (int)a.whole.n, a.whole.p);
		add_mailbox(e, &a, where);
	}
	addr_free(&a);
}
