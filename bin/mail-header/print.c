#include <string.h>

#include "addr.h"
#include "clock.h"
#include "date.h"
#include "fail.h"
#include "header.h"
#include "limit.h"
#include "messages.h"
#include "words.h"

/* The line that is being made. It is a record of fields, escaped, or one value as it is. */
struct line {
	const struct request *request;
	slice message;
	bool record;
	size_t values;          /* in the column */
	buf text, value;
};

static void add(struct line *l, slice value)
{
	if (l->record)
		buf_addfield(&l->text, value);
	else
		buf_addslice(&l->text, value);
}

static void begin_value(struct line *l)
{
	if (l->request->columns) {
		if (l->values++)
			buf_addtext(&l->text, ", ");
	} else if (l->request->several) {
		add(l, l->message);
		buf_addchar(&l->text, '\t');
	}
	buf_clear(&l->value);
}

/* Lines go out one by one: a header may hold more of them than memory. */
static void end_value(struct line *l)
{
	if (l->request->columns)
		return;
	buf_addchar(&l->text, '\n');
	writer_put(&io_out, buf_slice(&l->text));
	buf_clear(&l->text);
}

/* What is said as a name: a phrase, or the comment of addresses in the old style. */
static void add_display_name(struct line *l, const struct addr *a)
{
	buf plain = { NULL, 0, 0 };

	addr_add_unquoted(&plain, a->name.n ? a->name : a->comment);
	words_decode(&l->value, buf_slice(&plain));
	buf_free(&plain);
}

static void add_address(struct line *l, const struct addr *a, slice group)
{
	begin_value(l);
	words_plain(&l->value, buf_slice(&a->address));
	add(l, buf_slice(&l->value));
	if (l->request->addresses > 1) {
		buf_clear(&l->value);
		add_display_name(l, a);
		buf_addchar(&l->text, '\t');
		add(l, buf_slice(&l->value));
		buf_clear(&l->value);
		words_decode(&l->value, group);
		buf_addchar(&l->text, '\t');
		add(l, buf_slice(&l->value));
	}
	end_value(l);
}

static void add_addresses(struct line *l, slice body)
{
	struct addr_list list = addr_list(body);
	struct addr a = { .bare = false };
	int got;

	while ((got = addr_next(&list, &a)) != 0)
		if (got > 0 && a.spec.n)
			add_address(l, &a, list.group);
	addr_free(&a);
}

/* A date of a Received stands behind its last `;`. */
static bool add_date(buf *to, slice body)
{
	const char *semicolon = body.n ? memrchr(body.p, ';', body.n) : NULL;
	time_t when;

	if (semicolon)
		body = slice_from(body, (size_t)(semicolon + 1 - body.p));
	if (!date_read(body, &when))
		return false;
	clock_add_stamp(to, when);
	return true;
}

static void add_text(struct line *l, slice body)
{
	begin_value(l);
	if (l->request->raw)
		head_unfold(&l->value, body);
	else if (!l->request->dates || !add_date(&l->value, body))
		words_decode(&l->value, body);
	add(l, buf_slice(&l->value));
	end_value(l);
}

/* By the last word of its name: From, Reply-To, Resent-Cc, X-Original-To; In-Reply-To is of messages. */
static bool holds_addresses(slice name)
{
	static const char *const words[] = { "From", "To", "Cc", "Bcc", "Sender", "Path", "Recipient" };
	const char *dash = memrchr(name.p, '-', name.n);
	slice last = dash ? slice_from(name, (size_t)(dash + 1 - name.p)) : name;

	if (slice_case_is(name, "In-Reply-To"))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_case_is(last, words[i]))
			return true;
	return false;
}

static void add_field(struct line *l, const struct field *f)
{
	if (l->request->addresses && holds_addresses(f->name))
		add_addresses(l, f->body);
	else
		add_text(l, f->body);
}

static void add_fields(struct line *l, const char *name, slice fields)
{
	struct field f;

	while (head_find_next(&fields, name, &f))
		add_field(l, &f);
}

/* Where the fields of each name begin: in one pass, for nearly all there are stand once. */
static void find_columns(const struct request *r, slice fields, struct column *columns)
{
	struct field f;

	for (size_t i = 0; i < r->count; i++)
		columns[i] = (struct column){ .count = 0 };
	while (head_next(&fields, &f))
		for (size_t i = 0; i < r->count; i++)
			if (field_is(&f, r->names[i]) && columns[i].count++ == 0)
				columns[i].first = f;
}

static void add_columns(struct line *l, slice fields)
{
	const struct request *r = l->request;

	find_columns(r, fields, r->columns);
	if (r->several)
		add(l, l->message);
	for (size_t i = 0; i < r->count; i++) {
		if (i || r->several)
			buf_addchar(&l->text, '\t');
		l->values = 0;
		if (r->columns[i].count == 1)
			add_field(l, &r->columns[i].first);
		else
			add_fields(l, r->names[i], fields);
	}
	buf_addchar(&l->text, '\n');
	writer_put(&io_out, buf_slice(&l->text));
}

int print_fields(void *request, const char *name, struct reader *in)
{
	static buf separator, fields;   /* of one message after the other */
	const struct request *r = request;
	struct line l = { .request = r, .message = messages_operand(name), .record = r->columns || r->several || r->addresses > 1 };
	int status;

	in->portion = LIMIT_HEADER_READ;
	status = messages_header(name, in, &separator, &fields);
	if (status == EX_IOERR)
		return status;
	if (r->columns)
		add_columns(&l, buf_slice(&fields));
	else
		for (size_t i = 0; i < r->count; i++)
			add_fields(&l, r->names[i], buf_slice(&fields));
	buf_free(&l.text);
	buf_free(&l.value);
	return status;
}
