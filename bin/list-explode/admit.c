/* Which messages a list takes, and of whom. */
#include <errno.h>
#include <string.h>

#include "addr.h"
#include "author.h"
#include "authres.h"
#include "explode.h"

static bool says(const struct posting *p, const char *name, const char *word)
{
	slice rest = buf_slice(&p->fields);
	struct field f;

	while (head_find_next(&rest, name, &f))
		if (slice_case_starts(slice_trim(f.body), word))
			return true;
	return false;
}

/* Who answers these answers a machine, and all subscribers (RFC 3834). */
static bool is_automatic(const struct posting *p)
{
	return (p->sender && !p->sender[0]) || says(p, "Auto-Submitted", "auto-replied") || says(p, "Precedence", "junk")
	    || says(p, "X-Autoreply", "yes");
}

/* The field of the delivery to us is the first; another is there if a list that is subscribed to us sends it round. */
static bool was_delivered_here(const struct posting *p)
{
	slice rest = buf_slice(&p->fields);
	size_t count = 0;
	struct field f;

	while (head_find_next(&rest, "Delivered-To", &f))
		count += addr_same(slice_trim(f.body), slice_of(p->list.address));
	return count > 1;
}

static bool has_our_id(const struct posting *p)
{
	slice rest = buf_slice(&p->fields);
	buf id = { NULL, 0, 0 };
	bool found = false;
	struct field f;

	list_add_id(&id, &p->list);
	while (!found && head_find_next(&rest, "List-Id", &f))
		found = memmem(f.body.p, f.body.n, id.p, id.n) != NULL;
	buf_free(&id);
	return found;
}

/* Our own host saw that the domain of From did not send it (RFC 8601, RFC 7489 §3.1). */
static bool is_forged(const struct posting *p)
{
	slice fields = buf_slice(&p->fields);
	buf result = { NULL, 0, 0 }, said = { NULL, 0, 0 };
	bool forged = false;
	struct field f;

	while (head_find_next(&fields, "Authentication-Results", &f))
		for (slice rest = authres_results(f.body); authres_is(&f, p->conf.hostname) && authres_next(&rest, &result);) {
			buf_clear(&said);
			forged |= authres_says(buf_slice(&result), "dmarc", &said) && slice_case_is(buf_slice(&said), "fail");
		}
	buf_free(&result), buf_free(&said);
	return forged;
}

static int may_post(struct posting *p, slice author)
{
	int found;

	if (is_forged(p))
		return 0;
	if (strcmp(p->list.post, "open") == 0)
		return 1;
	found = list_has(&p->list, "moderators", author);
	if (found == 0)
		found = list_has(&p->list, "owners", author);
	if (found == 0 && strcmp(p->list.post, "subscribers") == 0)
		found = list_has(&p->list, "subscribers", author);
	return found;
}

static enum admission admit_author(struct posting *p)
{
	buf address = { NULL, 0, 0 };
	int found;

	author_of(buf_slice(&p->fields), &address);
	found = address.n ? may_post(p, buf_slice(&address)) : 0;
	if (found == 0)
		buf_print(&p->why, "%s may not post to %s", address.n ? address.p : "who is not one author", p->list.address);
	buf_free(&address);
	return found > 0 ? ADMIT_POST : found < 0 ? ADMIT_ERROR : ADMIT_NOBODY;
}

enum admission admit(struct posting *p)
{
	if (has_our_id(p) || was_delivered_here(p)) {
		buf_print(&p->why, "was on %s before", p->list.address);
		return ADMIT_LOOP;
	}
	if (is_automatic(p)) {
		buf_addtext(&p->why, "an automatic answer");
		return ADMIT_DROP;
	}
	return p->approved ? ADMIT_POST : admit_author(p);
}
