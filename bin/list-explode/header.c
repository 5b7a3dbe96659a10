/* The header as subscribers get it. */
#include <string.h>

#include "explode.h"
#include "limit.h"
#include "masthead.h"
#include "words.h"

/* What another list said, what asks readers for receipts, and what our own way here left. */
static bool is_dropped(const struct posting *p, const struct field *f)
{
	static const char *const dropped[] = {
		"Return-Path", "Return-Receipt-To", "Disposition-Notification-To", "X-Confirm-Reading-To", "Precedence",
		"Errors-To", "Bcc",
	};

	if (slice_case_starts(f->name, "List-"))
		return true;
	for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
		if (field_is(f, dropped[i]))
			return true;
	if (field_is(f, "To") && masthead_has_to(&p->list))
		return true;
	return field_is(f, "Reply-To") && strcmp(p->list.reply_to, "list") == 0;
}

static bool has_prefix(slice subject, const char *prefix)
{
	buf text = { NULL, 0, 0 };
	bool has;

	words_decode(&text, subject);
	has = memmem(text.p, text.n, prefix, strlen(prefix)) != NULL;
	buf_free(&text);
	return has;
}

/* The prefix stands once, however often the subject is answered. */
static void add_subject(const struct posting *p, const struct field *f, buf *to)
{
	buf text = { NULL, 0, 0 };

	if (!p->list.prefix[0] || f->body.n > LIMIT_PREFIXED || has_prefix(f->body, p->list.prefix)) {
		buf_addslice(to, f->whole);
		return;
	}
	buf_print(&text, "Subject: %s ", p->list.prefix);
	words_decode(&text, f->body);
	if (head_compose(to, buf_slice(&text)))
		buf_addslice(to, f->whole);
	buf_free(&text);
}

void rewrite_header(const struct posting *p, buf *to)
{
	slice rest = buf_slice(&p->fields);
	bool subject = false;
	struct field f;

	while (head_next(&rest, &f)) {
		if (is_dropped(p, &f))
			continue;
		if (field_is(&f, "Subject") && !subject) {
			add_subject(p, &f, to);
			subject = true;
		} else {
			buf_addslice(to, f.whole);
		}
	}
	if (to->n && to->p[to->n - 1] != '\n')
		buf_addchar(to, '\n');
	if (!subject && p->list.prefix[0])
		buf_print(to, "Subject: %s\n", p->list.prefix);
	masthead_add_fields(to, &p->list);
}
