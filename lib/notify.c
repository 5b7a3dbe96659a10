#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "chance.h"
#include "clock.h"
#include "fail.h"
#include "head.h"
#include "letter.h"
#include "limit.h"
#include "notify.h"
#include "runner.h"

static void add_address_field(buf *to, const char *name, slice address)
{
	if (address.n)
		buf_print(to, "%s: <%.*s>\n", name, (int)address.n, address.p);
}

static void add_envelope_fields(buf *to, const struct conf *c, const struct list *l, const struct notification *n, const char *id)
{
	buf owner = { NULL, 0, 0 };

	list_add_address(&owner, l, "-owner");
	buf_addtext(to, "Date: ");
	clock_add_date(to, clock_now());
	buf_print(to, "\nMessage-ID: <%s@%s>\n", id, c->hostname);
	add_address_field(to, "From", buf_slice(&owner));
	add_address_field(to, "To", n->to.n ? n->to : buf_slice(&owner));
	add_address_field(to, "Reply-To", n->reply_to);
	head_add_references(to, n->answered);
	buf_print(to, "Auto-Submitted: %s\n", n->answered.n ? "auto-replied" : "auto-generated");
	buf_free(&owner);
}

/* What stands above the text: its subject. */
static void add_text_fields(buf *to, slice *text)
{
	slice line;

	while (slice_cut(text, '\n', &line) && slice_trim(line).n)
		if (head_compose(to, slice_trim(line)))
			warn("a text of the list: `%.*s': no field", (int)slice_upto(line, LIMIT_SAID).n, line.p);
}

static void add_type(buf *to, slice text)
{
	bool ascii = slice_is_ascii(text);

	buf_print(to, "Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: %s\n\n", ascii ? "us-ascii" : "utf-8",
	    ascii ? "7bit" : "8bit");
}

static int write_enclosed(struct letter *letter, int fd)
{
	struct reader in;
	slice bytes;
	int got = lseek(fd, 0, SEEK_SET) ? -1 : 1;

	reader_open(&in, fd);
	while (got > 0 && (got = reader_some(&in, LIMIT_STREAM, &bytes)) > 0)
		if (letter_write(letter, bytes))
			got = -1;
	reader_close(&in);
	return got;
}

static int write_mixed(struct letter *letter, const struct notification *n, buf *head, slice text)
{
	buf end = { NULL, 0, 0 }, boundary = { NULL, 0, 0 };
	int status;

	chance_add(&boundary);
	buf_print(head, "Content-Type: multipart/mixed; boundary=\"%s\"\n\n--%s\n", boundary.p, boundary.p);
	add_type(head, text);
	buf_addslice(head, text);
	buf_print(head, "\n--%s\nContent-Type: message/rfc822\nContent-Disposition: inline\n\n", boundary.p);
	buf_print(&end, "\n--%s--\n", boundary.p);
	status = letter_write(letter, buf_slice(head)) || write_enclosed(letter, n->enclosed) || letter_write(letter, buf_slice(&end));
	buf_free(&end);
	buf_free(&boundary);
	return status ? -1 : 0;
}

static int write_single(struct letter *letter, buf *head, slice text)
{
	add_type(head, text);
	return letter_write(letter, buf_slice(head)) || letter_write(letter, text) ? -1 : 0;
}

static int write_message(struct letter *letter, const struct conf *c, const struct list *l, const struct notification *n)
{
	buf text = { NULL, 0, 0 }, head = { NULL, 0, 0 };
	int status = texts_add(l, n->text, n->values, &text);
	slice rest = buf_slice(&text);

	add_envelope_fields(&head, c, l, n, letter->id);
	add_text_fields(&head, &rest);
	buf_addtext(&head, "MIME-Version: 1.0\n");
	if (status == 0)
		status = n->enclosed >= 0 ? write_mixed(letter, n, &head, rest) : write_single(letter, &head, rest);
	buf_free(&text);
	buf_free(&head);
	return status;
}

static int add_member(void *letter, const struct member *m)
{
	return letter_recipient(letter, m->address) && errno != EINVAL ? -1 : 0;
}

static int post(struct letter *letter, const struct conf *c, const struct list *l, const struct notification *n)
{
	if (letter_begin_own(letter, c, n->sender, SLICE("")))
		return -1;
	if (n->to.n ? letter_recipient(letter, n->to) : list_members(l, n->members, add_member, letter))
		return -1;
	if (letter->recipients == 0) {
		letter_abandon(letter);
		return 0;
	}
	return write_message(letter, c, l, n) || letter_commit(letter) ? -1 : 0;
}

int notify(const struct conf *c, const struct list *l, const struct notification *n)
{
	struct letter letter;

	if (post(&letter, c, l, n)) {
		letter_abandon(&letter);
		return -1;
	}
	if (letter.recipients == 0)
		return 0;
	log_line("list=%s id=%s status=queued text=%s recipient=%.*s", l->name, letter.id, n->text, (int)n->to.n, n->to.p);
	runner_deliver(c, slice_of(letter.id));
	return 0;
}
