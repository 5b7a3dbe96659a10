/* spf: whatever a record, an explanation or a name is, it is read to its end, and what comes out is within its bounds. */
#include <stdint.h>
#include <stdlib.h>

#include "limit.h"
#include "spf-answer.h"
#include "spf-macro.h"
#include "spf-record.h"

static void check(bool good)
{
	if (!good)
		abort();
}

/* A line is a value of all macros, the rest is a record. */
static void expand(slice spec, const struct spf_macros *values, bool text)
{
	buf made = { NULL, 0, 0 }, name = { NULL, 0, 0 };

	spf_macro_expand(&made, spec, values, text);
	check(text || made.n <= 2 * LIMIT_SPF_TEXT);
	if (spf_add_name(&name, buf_slice(&made)))
		check(name.n > 0 && name.n < NS_MAXDNAME);
	buf_free(&made), buf_free(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice rest = { (const char *)p, n }, value, wrong;
	struct spf_macros values;
	struct spf_record r;
	struct spf_term t;

	if (!slice_cut(&rest, '\n', &value) || !rest.p)
		return 0;
	value = slice_upto(value, LIMIT_ADDRESS);
	values = (struct spf_macros){ value, value, value, value, { { [15] = 1 } }, value, value, value };
	if (spf_macro_valid(rest, true))
		expand(rest, &values, true);
	if (!spf_record_is(rest) || !spf_record_read(&r, rest, &wrong))
		return 0;
	for (rest = r.terms; spf_term_next(&rest, &t);) {
		check(t.bits4 <= 32 && t.bits6 <= 128 && t.network.bits <= 128);
		if (t.domain.n && t.kind != SPF_IP4 && t.kind != SPF_IP6)
			expand(t.domain, &values, false);
	}
	for (; rest.n; rest = slice_from(rest, 1))
		check(rest.p[0] == ' ');
	return 0;
}
