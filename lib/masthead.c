#include <string.h>

#include "head.h"
#include "masthead.h"

int masthead_begin(struct letter *letter, const struct conf *c, const struct list *l)
{
	bool verp = strcmp(l->verp, "yes") == 0;
	buf sender = { NULL, 0, 0 };
	int status;

	list_add_address(&sender, l, verp ? "-bounce-=" : "-bounce");
	status = letter_begin(letter, c, buf_slice(&sender), verp ? SLICE("verp") : SLICE(""));
	buf_free(&sender);
	return status;
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

static void add_link(buf *to, const struct list *l, const char *name, const char *suffix, const char *query)
{
	buf_print(to, "%s: <mailto:", name);
	list_add_address(to, l, suffix);
	buf_print(to, "%s>\n", query);
}

void masthead_add_fields(buf *to, const struct list *l)
{
	add_id(to, l);
	add_link(to, l, "List-Post", "", "");
	add_link(to, l, "List-Owner", "-owner", "");
	add_link(to, l, "List-Unsubscribe", "-owner", "?subject=unsubscribe");
	if (l->archive[0])
		buf_print(to, "List-Archive: <%s>\n", l->archive);
	buf_addtext(to, "Precedence: list\n");
	if (strcmp(l->reply_to, "list") == 0) {
		buf_addtext(to, "Reply-To: ");
		list_add_address(to, l, "");
		buf_addchar(to, '\n');
	}
}
