#include "arc-set.h"
#include "dkim-canon.h"

static enum arc_result read_result(slice value)
{
	return slice_case_is(value, "pass") ? ARC_PASS : slice_case_is(value, "none") ? ARC_NONE : ARC_FAIL;
}

/* All results of ours, as they stand; true and *cv where one is of ARC. */
static bool add_results(buf *to, const struct dkim_fields *fields, const char *id, enum arc_result *cv)
{
	buf result = { NULL, 0, 0 }, value = { NULL, 0, 0 };
	bool known = false;

	for (size_t row = 0; row < fields->count; row++) {
		const struct field *f = &fields->row[row].field;

		for (slice rest = authres_results(f->body); authres_is(f, id) && authres_next(&rest, &result);) {
			buf_clear(&value);
			if (!known && authres_says(buf_slice(&result), "arc", &value)) {
				*cv = read_result(buf_slice(&value));
				known = true;
			}
			buf_print(to, ";\n\t%.*s", (int)result.n, result.p);
		}
	}
	buf_free(&result), buf_free(&value);
	return known;
}

/* ARC-Authentication-Results, with its line end. */
static void add_field(buf *to, size_t instance, const char *id, slice results, const struct dkim_how *how)
{
	slice line;

	buf_print(to, "ARC-Authentication-Results: i=%zu; %s", instance, id);
	if (results.n == 0)
		buf_addtext(to, "; none");
	for (bool first = true; slice_cut(&results, '\n', &line); first = false) {
		if (!first)
			buf_addtext(to, how->line_end);
		buf_addslice(to, line);
	}
	buf_addtext(to, how->line_end);
}

/* A seal is over all sets before it, of a broken chain over its own alone (§5.1.2). */
static int add_seal(buf *to, const struct arc *a, enum arc_result cv, slice results, slice message, struct dkim_signer *s,
    const struct dkim_how *how)
{
	buf text = { NULL, 0, 0 };
	int status;

	if (cv == ARC_PASS)
		arc_add_sets(a, a->count, &text);
	dkim_canon_field(&text, results, true);
	dkim_canon_field(&text, message, true);
	buf_print(to, "ARC-Seal: i=%zu; a=%s-sha256; cv=%s;%s\td=%s; s=%s; t=%lld;%s\tb=", a->count + 1, key_kinds[s->key.kind],
	    arc_names[cv], how->line_end, s->domain, s->selector, how->now, how->line_end);
	status = dkim_sign_field(to, 0, s, &text, how);
	buf_free(&text);
	return status;
}

enum seal_status arc_seal(buf *to, const struct arc *a, const char *id, struct dkim_signer *s, const struct dkim_how *how)
{
	buf results = { NULL, 0, 0 }, field = { NULL, 0, 0 }, message = { NULL, 0, 0 }, seal = { NULL, 0, 0 }, begin = { NULL, 0, 0 };
	struct dkim_how of_message = *how;
	enum arc_result cv = a->result;
	bool bad;

	if (!add_results(&results, &a->verify->fields, id, &cv) && cv == ARC_AGAIN)
		return SEAL_AGAIN;
	if (a->ended || a->count == LIMIT_ARC_SETS || (a->count && cv == ARC_NONE))
		return SEAL_NONE;
	if (a->count == 0)
		cv = ARC_NONE;
	add_field(&field, a->count + 1, id, buf_slice(&results), how);
	buf_print(&begin, "ARC-Message-Signature: i=%zu;", a->count + 1);
	of_message.begin = begin.p;
	bad = dkim_sign(&message, s, &a->verify->fields, a->verify->hash[true], &of_message)
	    || add_seal(&seal, a, cv, buf_slice(&field), buf_slice(&message), s, how);
	if (!bad) {
		buf_addslice(to, buf_slice(&seal));
		buf_addslice(to, buf_slice(&message));
		buf_addslice(to, buf_slice(&field));
	}
	buf_free(&results), buf_free(&field), buf_free(&message), buf_free(&seal), buf_free(&begin);
	return bad ? SEAL_BAD_KEY : SEAL_DONE;
}
