#include <errno.h>
#include <string.h>

#include "confirm.h"
#include "fail.h"
#include "head.h"
#include "limit.h"
#include "masthead.h"
#include "personal.h"

/* The key of the link in each letter; false where all letters are the same. */
static bool add_link_key(buf *key, const struct list *l)
{
	return strcmp(l->verp, "yes") == 0 && confirm_add_key(key, l, CONFIRM_LINK) == 0;
}

/* RFC 2369 §3.2, RFC 8058 §3. `link` is what stands behind `news-unsubscribe`, and in the URL. */
static void add_unsubscribe(buf *to, const struct list *l, const char *link)
{
	buf suffix = { NULL, 0, 0 };

	buf_print(&suffix, "-unsubscribe%s%s", link[0] ? "-" : "", link);
	buf_addtext(to, "List-Unsubscribe: ");
	if (l->unsubscribe[0] && link[0])
		buf_print(to, "<%s?%s/%s>, ", l->unsubscribe, l->name, link);
	buf_addtext(to, "<mailto:");
	list_add_address(to, l, suffix.p);
	buf_addchar(to, '>');
	buf_free(&suffix);
}

static void add_options(buf *options, const struct list *l)
{
	buf key = { NULL, 0, 0 }, field = { NULL, 0, 0 };

	buf_addtext(options, strcmp(l->verp, "yes") == 0 ? "verp" : "");
	if (add_link_key(&key, l)) {
		personal_add_key(options, buf_slice(&key));
		add_unsubscribe(&field, l, "{link}");
		personal_add_field(options, buf_slice(&field));
		if (strcmp(l->to, "subscriber") == 0)
			personal_add_field(options, SLICE("To: <{address}>"));
	}
	buf_free(&key);
	buf_free(&field);
}

int masthead_begin(struct letter *letter, const struct conf *c, const struct list *l)
{
	buf sender = { NULL, 0, 0 }, options = { NULL, 0, 0 };
	int status;

	list_add_address(&sender, l, strcmp(l->verp, "yes") == 0 ? "-bounce-=" : "-bounce");
	add_options(&options, l);
	status = letter_begin_own(letter, c, buf_slice(&sender), buf_slice(&options));
	buf_free(&sender);
	buf_free(&options);
	return status;
}

int masthead_recipient(struct letter *letter, const struct member *m)
{
	if (letter_recipient(letter, m->address) == 0)
		return 0;
	if (errno != EINVAL)
		return -1;
	warn("subscribers: `%.*s': not an address", (int)slice_upto(m->address, LIMIT_ADDRESS).n, m->address.p);
	return 0;
}

bool masthead_has_to(const struct list *l)
{
	buf key = { NULL, 0, 0 };
	bool has = strcmp(l->to, "subscriber") == 0 && add_link_key(&key, l);

	buf_free(&key);
	return has;
}

static void add_id(buf *to, const struct list *l)
{
	buf id = { NULL, 0, 0 };

	buf_addtext(&id, "List-Id: ");
	if (l->description[0]) {
		head_add_phrase(&id, slice_of(l->description));
		buf_addchar(&id, ' ');
	}
	list_add_id(&id, l);
	buf_addslice(to, buf_slice(&id));
	buf_addchar(to, '\n');
	buf_free(&id);
}

static void add_link(buf *to, const struct list *l, const char *name, const char *suffix)
{
	buf_print(to, "%s: <mailto:", name);
	list_add_address(to, l, suffix);
	buf_addtext(to, ">\n");
}

/* Where each letter has a link of its own, it goes above the message. */
static void add_unsubscribe_fields(buf *to, const struct list *l)
{
	buf key = { NULL, 0, 0 };
	bool own = add_link_key(&key, l);

	if (!own) {
		add_unsubscribe(to, l, "");
		buf_addchar(to, '\n');
	} else if (l->unsubscribe[0]) {
		buf_addtext(to, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n");
	}
	buf_free(&key);
}

void masthead_add_fields(buf *to, const struct list *l)
{
	add_id(to, l);
	add_link(to, l, "List-Post", "");
	add_link(to, l, "List-Help", "-help");
	add_link(to, l, "List-Owner", "-owner");
	add_link(to, l, "List-Subscribe", "-subscribe");
	add_unsubscribe_fields(to, l);
	if (l->archive[0])
		buf_print(to, "List-Archive: <%s>\n", l->archive);
	buf_addtext(to, "Precedence: list\n");
	if (strcmp(l->reply_to, "list") == 0) {
		buf_addtext(to, "Reply-To: ");
		list_add_address(to, l, "");
		buf_addchar(to, '\n');
	}
}
