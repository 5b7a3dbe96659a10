/* survey: any bytes are seen the same however they are cut; what it calls 7bit is; its boundary is none of their lines. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "survey.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static struct survey survey(slice in, size_t step, const char *prefix)
{
	struct survey s = { .bytes = 0 };

	strcpy(s.prefix, prefix);
	for (; in.n; in = slice_from(in, step))
		survey_more(&s, slice_upto(in, step));
	survey_finish(&s);
	return s;
}

static void check_boundary(slice in)
{
	char prefix[SURVEY_PREFIX] = "", *end = prefix;
	long long lines = 1;
	slice line;

	*end++ = '=';
	while (lines) {
		struct survey s = survey(in, SIZE_MAX, prefix);

		*end++ = survey_free_character(&s, &lines);
	}
	while (slice_cut(&in, '\n', &line))
		check(!slice_starts(line, "--") || !slice_starts(slice_from(line, 2), prefix));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice in = { (const char *)p, n };
	struct survey whole = survey(in, SIZE_MAX, "="), cut = survey(in, 1 + n % 7, "=");

	check(survey_same(&whole, &cut));
	check(whole.crlf == cut.crlf && whole.lines == cut.lines && whole.blank_ends == cut.blank_ends);
	check(whole.from == cut.from && whole.dot == cut.dot && whole.not_utf8 == cut.not_utf8 && whole.escapes == cut.escapes);
	check(!survey_not_seven_bit(&whole) == (seven_bit(in) && whole.longest <= 998));
	check_boundary(in);
	return 0;
}
