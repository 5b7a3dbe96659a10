#include <stdlib.h>

#include "verify.h"

/* An edit that may have been made: a field is not what it was, or was not there. */
struct edit {
	size_t row;
	bool list;              /* it, and all others whose names begin so */
	buf field;              /* what it may have been; empty: it was added */
	const char *what;
};

#define LIST "List-"            /* lists add all such fields at once, and more than there may be edits (RFC 2369) */

enum { EDITS = 6 };             /* all sets of them are tried */

struct edits {
	const struct dkim_fields *fields;
	struct edit edit[EDITS];
	size_t count;
};

static struct edit *add(struct edits *e, size_t row, const char *what)
{
	struct edit *one = &e->edit[e->count++];

	*one = (struct edit){ .row = row, .what = what };
	return one;
}

static bool is_of(const struct edits *e, const struct edit *edit, size_t row)
{
	return edit->row == row || (edit->list && slice_case_starts(e->fields->row[row].field.name, LIST));
}

static void add_value(struct edit *e, slice name, slice value)
{
	buf_print(&e->field, "%.*s: %.*s\r\n", (int)name.n, name.p, (int)value.n, value.p);
}

static slice without_answer(slice subject)
{
	return slice_case_starts(subject, "Re:") ? slice_trim(slice_from(subject, 3)) : subject;
}

/* `[list] subject` and `Re: [list] subject` had no `[list] `. */
static void guess_subject(struct edits *e)
{
	size_t row = e->fields->count;
	const struct field *f = dkim_fields_above(e->fields, SLICE("Subject"), &row);
	slice subject, rest;
	struct edit *one;
	size_t close;

	if (!f)
		return;
	subject = slice_trim(f->body);
	rest = without_answer(subject);
	close = slice_find(rest, ']');
	if (rest.n == 0 || rest.p[0] != '[' || close == rest.n)
		return;
	one = add(e, row, "Subject was tagged");
	buf_print(&one->field, "%.*s: %s%.*s\r\n", (int)f->name.n, f->name.p, rest.p > subject.p ? "Re: " : "",
	    (int)(rest.n - close - 1), rest.p + close + 1);
}

/* Lists that put themselves into From keep what it was in another field. */
static void guess_author(struct edits *e)
{
	static const char *const kept[] = { "X-Original-From", "Original-From", "Reply-To" };
	size_t row = e->fields->count, at;
	const struct field *f = dkim_fields_above(e->fields, SLICE("From"), &row), *original = NULL;

	for (size_t i = 0; f && !original && i < sizeof kept / sizeof *kept; i++) {
		at = e->fields->count;
		original = dkim_fields_above(e->fields, slice_of(kept[i]), &at);
	}
	if (original)
		add_value(add(e, row, "From was replaced"), f->name, slice_trim(original->body));
}

static void guess_encoding(struct edits *e)
{
	size_t row = e->fields->count;
	const struct field *f = dkim_fields_above(e->fields, SLICE("Content-Transfer-Encoding"), &row);

	if (f && e->count < EDITS && !slice_case_is(slice_trim(f->body), "8bit"))
		add_value(add(e, row, "Content-Transfer-Encoding was changed"), f->name, SLICE("8bit"));
}

static void add_added(struct edits *e, size_t row)
{
	bool list = slice_case_starts(e->fields->row[row].field.name, LIST);

	add(e, row, list ? LIST " fields were added" : NULL)->list = list;
}

/* Those of which more are there than were signed to be, or as many: the uppermost may be new. */
static void guess_added(struct edits *e, slice names)
{
	slice all = names, name;

	while (e->count < EDITS && slice_cut(&names, ':', &name)) {
		size_t at = e->fields->count, row = at, there = 0, signed_for = 0;
		slice rest = all, other;
		bool said = false;

		while (slice_cut(&rest, ':', &other))
			signed_for += slice_case_same(slice_trim(other), slice_trim(name));
		while (dkim_fields_above(e->fields, slice_trim(name), &at)) {
			row = at;
			there++;
		}
		for (size_t i = 0; i < e->count; i++)
			said |= there && is_of(e, &e->edit[i], row);
		if (there && there == signed_for && !said)
			add_added(e, row);
	}
}

/* The fields as they were before the edits of a set. */
static bool is_good_without(const struct edits *e, unsigned set, struct dkim_check *c)
{
	struct dkim_fields f = { .row = mem_alloc((e->fields->count + 1) * sizeof *f.row) };
	unsigned char hash[SHA256_BYTES];

	for (size_t row = 0; row < e->fields->count; row++) {
		const struct edit *edit = NULL;

		for (size_t i = 0; i < e->count; i++)
			if (set >> i & 1 && is_of(e, &e->edit[i], row))
				edit = &e->edit[i];
		if (edit && edit->field.n == 0)
			continue;
		f.row[f.count] = e->fields->row[row];
		if (edit)
			f.row[f.count].field.whole = buf_slice(&edit->field);
		f.count++;
	}
	dkim_signature_hash(&c->signature, &f, hash);
	dkim_fields_free(&f);
	return key_verifies(&c->key->key, hash, buf_slice(&c->signature.value));
}

static void tell(const struct edits *e, unsigned set, buf *to)
{
	for (size_t i = 0; i < e->count; i++) {
		slice name = e->fields->row[e->edit[i].row].field.name;

		if (set >> i & 1 && e->edit[i].what)
			add_edit(to, "%s", e->edit[i].what);
		else if (set >> i & 1)
			add_edit(to, "%.*s was added", (int)name.n, name.p);
	}
}

static int size(unsigned set)
{
	return __builtin_popcount(set);
}

static void explain(const struct dkim_fields *fields, struct dkim_check *c, buf *to)
{
	struct edits e = { .fields = fields };
	unsigned found = 0;
	bool good = false;

	guess_subject(&e);
	guess_author(&e);
	guess_encoding(&e);
	guess_added(&e, c->signature.names);
	for (unsigned set = 0; set < 1U << e.count; set++) {
		if ((good && size(set) >= size(found)) || !is_good_without(&e, set, c))
			continue;
		good = true;
		found = set;
	}
	tell(&e, found, to);
	for (size_t i = 0; i < e.count; i++)
		buf_free(&e.edit[i].field);
}

/* Those that say what the body is, or those that do not. */
static void add_rows(struct dkim_fields *to, const struct dkim_fields *from, bool content)
{
	for (size_t row = 0; row < from->count && to->count < LIMIT_FIELDS; row++)
		if (slice_case_starts(from->row[row].field.name, "Content-") == content)
			to->row[to->count++] = from->row[row];
}

/* Of the fields as they were before the body was made a part, into whose header those went that say what it is. */
static void explain_wrapped(const struct message *m, struct dkim_check *c, buf *to)
{
	struct dkim_fields part, f = { .row = mem_alloc(LIMIT_FIELDS * sizeof *f.row) };

	dkim_fields_begin(&part, buf_slice(&m->part));
	add_rows(&f, &m->verify.fields, false);
	add_rows(&f, &part, true);
	explain(&f, c, to);
	dkim_fields_free(&part);
	dkim_fields_free(&f);
}

void explain_header(struct message *m)
{
	struct dkim_verify *v = &m->verify;

	for (size_t i = 0; i < v->count; i++) {
		if (!v->check[i].header_differs)
			continue;
		if (m->wrapped[i])
			explain_wrapped(m, &v->check[i], &m->edits[i]);
		else
			explain(&v->fields, &v->check[i], &m->edits[i]);
	}
}
