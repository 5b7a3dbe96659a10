/*
 * authres: Authentication-Results (RFC 8601): who checked a message, and what came of it.
 *
 *	Authentication-Results: here.example;
 *		spf=pass smtp.mailfrom=alice@example.com;
 *		dkim=pass (2048-bit key) header.d=example.com
 *
 * The writer, a result a line and each line folded at 78 columns:
 *
 *	struct authres a = authres_begin(&header, "Authentication-Results:", "here.example", "\n");
 *
 *	authres_result(&a, "spf", "pass", "");
 *	authres_property(&a, "smtp.mailfrom", sender);
 *	authres_end(&a);
 *
 * The reader, of what only our own host may say:
 *
 *	if (authres_is(&field, "here.example"))
 *		for (slice rest = authres_results(field.body); authres_next(&rest, &result);)
 *			authres_says(result, "dmarc", &value) …
 */
#ifndef AUTHRES_H
#define AUTHRES_H

#include "head.h"

struct authres {
	buf *to;
	const char *line_end;
	size_t column;
	bool said;              /* there is a result */
};

/*
 * Begins the field, whose name and colon, and what stands before the authserv-id (`i=1;` with ARC, RFC 8617 §4.1.1) is `start`.
 * line_end: "\n" or "\r\n", as the header has it.
 */
struct authres authres_begin(buf *to, const char *start, const char *id, const char *line_end);

/* `method=result (comment)`: the first two are keywords; an empty comment is none. */
void authres_result(struct authres *, const char *method, const char *result, const char *comment);

/*
 * `reason="…"` (name "reason", before all properties), or a property, `header.d=…`: the value is whatever a stranger said, quoted
 * where need be; what is no UTF-8 and controls are `?` in it, and it is cut at LIMIT_ADDRESS bytes.
 */
void authres_property(struct authres *, const char *name, slice value);

/* Ends the field; one without results says `none`. */
void authres_end(struct authres *);

/*
 * Whether a field is one that says to be of the host `id` (§5: those that others wrote are to be removed): in any case, quoted,
 * with comments and folds, in A-labels or UTF-8. So is one whose beginning is broken and that has `id` anywhere: how others
 * read it is not known.
 */
bool authres_is(const struct field *, const char *id);

/* Writes the fields of a header, but for those that authres_is finds: they bear our name, and are not ours (RFC 8601 §5). */
void authres_write_others(slice fields, const char *id, struct writer *);

/* What follows the authserv-id and its version. */
slice authres_results(slice body);

/* Takes the next result, without comments and blanks where they mean nothing: `spf=pass smtp.mailfrom="a b"@example.com`. */
bool authres_next(slice *rest, buf *result);

/* The value of a method or property in such a result: as appended to *value, without quotes; false where it does not say. */
bool authres_says(slice result, const char *name, buf *value);

#endif
