#include "domain.h"
#include "limit.h"
#include "sts.h"
#include "tag.h"

enum { ID = 32 };

const char *const sts_modes[] = { [STS_NONE] = "none", [STS_TESTING] = "testing", [STS_ENFORCE] = "enforce" };

static bool id_valid(slice id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!ascii_letter(id.p[i]) && !ascii_digit(id.p[i]))
			return false;
	return id.n > 0 && id.n <= ID;
}

bool sts_record(slice record, slice *id)
{
	bool is = tag_record(record, "STSv1", "id", id);

	if (!id_valid(*id))
		*id = (slice){ NULL, 0 };
	return is;
}

/* `key: value`; a line without colon is all key. */
static bool take_line(slice *rest, slice *key, slice *value)
{
	slice line;
	size_t n;

	if (!slice_cut(rest, '\n', &line))
		return false;
	n = slice_find(line, ':');
	*key = slice_trim(slice_upto(line, n));
	*value = slice_trim(slice_from(line, n + 1));
	return true;
}

bool sts_next_exchange(slice *rest, slice *pattern)
{
	slice key;

	while (take_line(rest, &key, pattern))
		if (slice_is(key, "mx"))
			return true;
	return false;
}

static bool take_mode(slice value, enum sts_mode *mode)
{
	for (enum sts_mode i = STS_NONE; i <= STS_ENFORCE; i++)
		if (slice_is(value, sts_modes[i])) {
			*mode = i;
			return true;
		}
	return false;
}

/* The first line with this key, or nothing. */
static slice find(slice text, const char *name)
{
	slice key, value;

	while (take_line(&text, &key, &value))
		if (slice_is(key, name))
			return value;
	return (slice){ NULL, 0 };
}

const char *sts_read(struct sts *s, slice text)
{
	slice rest = text, pattern;

	*s = (struct sts){ .text = text, .max_age = slice_number(find(text, "max_age")) };
	if (text.n > LIMIT_STS_POLICY)
		return "too long";
	if (!slice_is(find(text, "version"), "STSv1"))
		return "not of version STSv1";
	if (!take_mode(find(text, "mode"), &s->mode))
		return "no mode that is known";
	if (s->max_age < 0)
		return "no max_age";
	if (s->max_age > LIMIT_STS_AGE)
		s->max_age = LIMIT_STS_AGE;
	if (s->mode != STS_NONE && !sts_next_exchange(&rest, &pattern))
		return "no mx";
	return NULL;
}

static bool matches(slice pattern, slice exchange)
{
	if (slice_starts(pattern, "*.")) {
		pattern = slice_from(pattern, 2);
		exchange = slice_from(exchange, slice_find(exchange, '.') + 1);
	}
	return domain_valid(pattern) && slice_case_same(pattern, exchange);
}

bool sts_allows(const struct sts *s, slice exchange)
{
	slice rest = s->text, pattern;

	while (sts_next_exchange(&rest, &pattern))
		if (matches(pattern, exchange))
			return true;
	return false;
}
