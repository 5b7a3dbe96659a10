#include "tag.h"

bool tag_next(slice *rest, struct tag *t)
{
	slice whole;
	size_t n;

	if (!slice_cut(rest, ';', &whole))
		return false;
	n = slice_find(whole, '=');
	t->equals = n < whole.n;
	t->name = slice_trim(slice_upto(whole, n));
	t->written = slice_from(whole, n + 1);
	t->value = slice_trim(t->written);
	return true;
}

bool tag_record(slice record, const char *version, const char *name, slice *value)
{
	struct tag t;

	*value = (slice){ NULL, 0 };
	if (!tag_next(&record, &t) || !slice_is(t.name, "v") || !slice_is(t.value, version) || !record.p)
		return false;
	while (!value->p && tag_next(&record, &t))
		if (slice_is(t.name, name))
			*value = t.value;
	return true;
}

/* ALPHA *(ALPHA / DIGIT / "_") */
static bool is_name(slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_letter(s.p[i]) && (i == 0 || (!ascii_digit(s.p[i]) && s.p[i] != '_')))
			return false;
	return s.n > 0;
}

static bool is_value(slice s)
{
	for (const char *p = s.p; s.n--; p++)
		if ((unsigned char)*p < ' ' ? *p != '\t' && *p != '\r' && *p != '\n' : *p == 127)
			return false;
	return true;
}

const struct tag *tags_find(const struct tags *tags, const char *name)
{
	for (size_t i = 0; i < tags->count; i++)
		if (slice_is(tags->tag[i].name, name))
			return &tags->tag[i];
	return NULL;
}

static bool is_said(const struct tags *tags, slice name)
{
	for (size_t i = 0; i < tags->count; i++)
		if (slice_same(tags->tag[i].name, name))
			return true;
	return false;
}

/* Behind the last semicolon nothing has to stand. */
static bool is_end(const struct tag *t, slice rest)
{
	return !rest.p && !t->equals && t->name.n == 0;
}

int tags_read(struct tags *tags, slice list)
{
	struct tag t;

	tags->count = 0;
	while (tag_next(&list, &t)) {
		if (is_end(&t, list))
			break;
		if (!t.equals || !is_name(t.name) || !is_value(t.written) || is_said(tags, t.name) || tags->count == LIMIT_TAGS)
			return -1;
		tags->tag[tags->count++] = t;
	}
	return 0;
}

slice tags_value(const struct tags *tags, const char *name)
{
	const struct tag *t = tags_find(tags, name);

	return t ? t->value : (slice){ NULL, 0 };
}

bool tag_lists(slice list, const char *word)
{
	slice one;

	while (slice_cut(&list, ':', &one))
		if (slice_case_is(slice_trim(one), word))
			return true;
	return false;
}
