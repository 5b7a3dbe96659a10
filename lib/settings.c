#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "io.h"
#include "limit.h"
#include "settings.h"

static long long scaled(slice text, const char *units, const long long *factors)
{
	long long value, factor = 1;
	const char *unit = text.n ? strchr(units, ascii_lower(text.p[text.n - 1])) : NULL;

	if (unit && *unit) {
		factor = factors[unit - units];
		text.n--;
	}
	value = slice_number(text);
	return value < 0 || value > (1LL << 60) / factor ? -1 : value * factor;
}

long long setting_size(slice text)
{
	static const long long factors[] = { 1LL << 10, 1LL << 20, 1LL << 30, 1LL << 40 };

	return scaled(text, "kmgt", factors);
}

long long setting_time(slice text)
{
	static const long long factors[] = { 1, 60, 3600, 86400, 7 * 86400 };

	return slice_is(text, "off") ? 0 : scaled(text, "smhdw", factors);
}

static int set(const struct setting *s, void *to, slice value)
{
	void *field = (char *)to + s->offset;
	long long number;

	if (s->kind == SETTING_TEXT) {
		free(*(char **)field);
		*(char **)field = mem_text(value);
		return 0;
	}
	number = s->kind == SETTING_SIZE ? setting_size(value) : s->kind == SETTING_TIME ? setting_time(value) : slice_number(value);
	*(long long *)field = number;
	return number < 0 ? -1 : 0;
}

static const struct setting *find(const struct setting_table *known, slice name)
{
	for (size_t i = 0; i < known->count; i++)
		if (slice_is(name, known->list[i].name))
			return &known->list[i];
	return NULL;
}

static int read_line(const struct setting_table *known, void *to, slice line, buf *why)
{
	const struct setting *s;
	slice name;

	if (!slice_word(&line, &name) || name.p[0] == '#')
		return 0;
	s = find(known, name);
	if (!s)
		buf_print(why, "unknown setting `%.*s'", (int)name.n, name.p);
	else if (set(s, to, slice_trim(line)))
		buf_print(why, "%s: not a %s", s->name,
		    s->kind == SETTING_SIZE ? "size" : s->kind == SETTING_TIME ? "time" : "number");
	return why->n ? -1 : 0;
}

void settings_begin(const struct setting_table *known, void *to)
{
	for (size_t i = 0; i < known->count; i++)
		if (known->list[i].initial)
			set(&known->list[i], to, slice_of(known->list[i].initial));
}

int settings_read(const struct setting_table *known, void *to, const char *path, buf *why)
{
	buf text = { NULL, 0, 0 }, wrong = { NULL, 0, 0 };
	slice rest, line;
	int status = 0;

	if (io_file(AT_FDCWD, path, LIMIT_HEADER, &text)) {
		if (errno != ENOENT) {
			buf_print(why, "%s: %s", path, strerror(errno));
			status = -1;
		}
		goto done;
	}
	rest = buf_slice(&text);
	for (int number = 1; slice_cut(&rest, '\n', &line); number++)
		if (read_line(known, to, line, &wrong)) {
			buf_print(why, "%s: line %d: %s", path, number, wrong.p);
			status = -1;
			break;
		}
done:
	buf_free(&text);
	buf_free(&wrong);
	return status;
}
