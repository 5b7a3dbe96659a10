/* From becomes the list's where the author's domain would have others refuse what a list made of its letter. */
#include <string.h>

#include "addr.h"
#include "charset.h"
#include "explode.h"
#include "fail.h"
#include "limit.h"
#include "policy.h"
#include "words.h"

/* Whether it asks for that, or nobody can tell: what is refused by all who check bounces for all who are subscribed. */
static bool domain_objects(const struct posting *p, struct dns *dns, slice domain)
{
	buf why = { NULL, 0, 0 };
	enum dmarc_policy asked;
	bool unknown = policy_find(dns, domain, &asked, &why) < 0;

	if (unknown)
		log_line("list=%s status=munged reason=\"%s\"", p->list.name, why.p);
	buf_free(&why);
	return unknown || asked != DMARC_NONE;
}

static bool one_objects(const struct posting *p, struct dns *dns, slice from)
{
	struct addr_list list = addr_list(from);
	struct addr a = { .bare = false };
	bool objects = false;
	int got, authors = 0;

	while (!objects && (got = addr_next(&list, &a)) != 0)
		if (got > 0)
			objects = ++authors > LIMIT_AUTHORS || domain_objects(p, dns, addr_domain(buf_slice(&a.address)));
	addr_free(&a);
	return objects;
}

static bool is_munged(const struct posting *p, slice from)
{
	buf why = { NULL, 0, 0 };
	struct dns *dns;
	bool munged;

	if (strcmp(p->list.munge, "auto") != 0)
		return strcmp(p->list.munge, "always") == 0;
	dns = dns_open(p->conf.resolver, LIMIT_POLICY_TIME, &why);
	if (!dns)
		fail(EX_CONFIG, "%s", why.p);
	munged = one_objects(p, dns, from);
	dns_close(dns);
	return munged;
}

/* What the author is called, for people to read; what looks like an address would be taken for the sender's, and is no name. */
static void add_name(buf *to, const struct addr *a)
{
	buf plain = { NULL, 0, 0 }, name = { NULL, 0, 0 };
	size_t n = 0, next;
	slice text;

	addr_add_unquoted(&plain, a->name.n ? a->name : a->comment);
	words_decode(&name, buf_slice(&plain));
	if (name.n == 0 || slice_find(buf_slice(&name), '@') < name.n) {
		buf_clear(&plain), buf_clear(&name);
		addr_add_unquoted(&plain, addr_local(buf_slice(&a->address)));
		words_plain(&name, buf_slice(&plain));
		name.n = slice_find(buf_slice(&name), '@');
	}
	for (text = buf_slice(&name); n < text.n && n + (next = utf8_character(slice_from(text, n))) <= LIMIT_DISPLAY_NAME; n += next)
		;
	buf_addslice(to, slice_trim(slice_upto(text, n)));
	buf_free(&plain), buf_free(&name);
}

/* The first author via the list. */
static void add_from(const struct posting *p, slice from, buf *to)
{
	struct addr_list list = addr_list(from);
	struct addr a = { .bare = false };
	buf name = { NULL, 0, 0 };
	int got;

	while ((got = addr_next(&list, &a)) < 0)
		;
	if (got > 0)
		add_name(&name, &a);
	buf_print(&name, "%svia %s", name.n ? " " : "", p->list.name);
	buf_addtext(to, "From: ");
	head_add_phrase(to, buf_slice(&name));
	buf_addtext(to, "\n <");
	list_add_address(to, &p->list, "");
	buf_addtext(to, ">\n");
	addr_free(&a), buf_free(&name);
}

/* Whether a field body holds this address; an empty one is any. */
static bool holds(slice body, slice address)
{
	struct addr_list list = addr_list(body);
	struct addr a = { .bare = false };
	bool found = false;
	int got;

	while (!found && (got = addr_next(&list, &a)) != 0)
		found = got > 0 && a.address.n && (!address.n || slice_case_same(buf_slice(&a.address), address));
	addr_free(&a);
	return found;
}

static bool any_holds(slice fields, const char *name, slice address)
{
	struct field f;

	while (head_find_next(&fields, name, &f))
		if (holds(f.body, address))
			return true;
	return false;
}

static bool is_recipient(slice fields, slice address)
{
	return any_holds(fields, "To", address) || any_holds(fields, "Cc", address);
}

/* Appends the authors as they were written; to Cc, but for those who get the answer anyway. */
static void add_authors(buf *to, slice from, slice fields, bool to_cc)
{
	struct addr_list list = addr_list(from);
	struct addr a = { .bare = false };
	int got, authors = 0;

	while (authors < LIMIT_AUTHORS && (got = addr_next(&list, &a)) != 0) {
		if (got < 0 || !a.address.n || (to_cc && is_recipient(fields, buf_slice(&a.address))))
			continue;
		if (authors++)
			buf_addtext(to, ",\n ");
		buf_addslice(to, a.whole);
	}
	addr_free(&a);
}

static void add_field(buf *to, const char *name, const buf *authors, slice body)
{
	buf_print(to, "%s: ", name);
	buf_addslice(to, buf_slice(authors));
	body = slice_trim(body);
	if (body.n)
		buf_addtext(to, ",\n ");
	buf_addslice(to, body);
	buf_addchar(to, '\n');
}

/*
 * The author must be in reach though From is the list's: in Reply-To, where answers go to authors who did not say where else;
 * or else in Cc, since Reply-To is the list's.
 */
static void rewrite(const struct posting *p, slice from, slice fields, buf *to)
{
	bool to_cc = strcmp(p->list.reply_to, "list") == 0, first = true, reply_to = !to_cc && any_holds(fields, "Reply-To", SLICE(""));
	slice rest = fields;
	buf authors = { NULL, 0, 0 };
	struct field f;

	if (!reply_to)
		add_authors(&authors, from, fields, to_cc);
	while (head_next(&rest, &f)) {
		if (field_is(&f, "From")) {
			buf_addtext(to, "X-Original-");
			buf_addslice(to, f.whole);
			if (first)
				add_from(p, from, to);
			first = false;
		} else if (field_is(&f, "Cc") && to_cc && authors.n) {
			add_field(to, "Cc", &authors, f.body);
			buf_clear(&authors);
		} else if (field_is(&f, "Reply-To") && !to_cc) {
			if (reply_to && holds(f.body, SLICE("")))
				buf_addslice(to, f.whole);
			reply_to &= !holds(f.body, SLICE(""));
		} else if (!field_is(&f, "Sender") && !field_is(&f, "X-Original-From")) {
			buf_addslice(to, f.whole);
		}
	}
	if (authors.n)
		add_field(to, to_cc ? "Cc" : "Reply-To", &authors, SLICE(""));
	buf_free(&authors);
}

void munge_header(const struct posting *p, buf *header)
{
	buf munged = { NULL, 0, 0 };
	struct field from;

	if (!head_find(buf_slice(header), "From", &from) || !is_munged(p, from.body))
		return;
	rewrite(p, from.body, buf_slice(header), &munged);
	buf_free(header);
	*header = munged;
}
