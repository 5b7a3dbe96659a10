#include "babyl.h"
#include "digest.h"
#include "mailbox.h"
#include "mboxes.h"
#include "mmdf.h"

static const struct {
	const char *name;
	bool (*step)(struct scan *, slice in, bool end);
} formats[] = {
	[MAILBOX_MBOXO] = { "mboxo", mboxo_step },
	[MAILBOX_MBOXRD] = { "mboxrd", mboxrd_step },
	[MAILBOX_MBOXCL] = { "mboxcl", mboxcl_step },
	[MAILBOX_MBOXCL2] = { "mboxcl2", mboxcl2_step },
	[MAILBOX_MMDF] = { "mmdf", mmdf_step },
	[MAILBOX_BABYL] = { "babyl", babyl_step },
	[MAILBOX_DIGEST] = { "digest", digest_step },
	[MAILBOX_RFC1153] = { "rfc1153", rfc1153_step },
};

enum mailbox_format mailbox_format(slice name)
{
	enum mailbox_format f;

	for (f = 0; f < MAILBOX_UNKNOWN; f++)
		if (slice_case_is(name, formats[f].name)
		    || (f <= MAILBOX_MBOXCL2 && slice_case_is(name, formats[f].name + sizeof "mbox" - 1)))
			break;
	return f;
}

const char *mailbox_name(enum mailbox_format f)
{
	return formats[f].name;
}

void mailbox_open(struct mailbox *m, enum mailbox_format format, scan_peek *peek, void *context)
{
	*m = (struct mailbox){ .format = format, .scan = { .peek = peek, .context = context } };
}

void mailbox_close(struct mailbox *m)
{
	scan_free(&m->scan);
}

enum piece mailbox_next(struct mailbox *m, slice *in, bool end, slice *piece)
{
	while (m->scan.dues == 0)
		if (in->n == 0 || !formats[m->format].step(&m->scan, *in, end))
			return PIECE_MORE;
	return scan_take(&m->scan, in, piece);
}

/* Reads the start as mboxcl, to see whether lengths prove right, and what is quoted where they do. */
static bool counts(slice start, scan_peek *peek, void *context, enum mailbox_format *format)
{
	struct mailbox m;
	slice piece;
	bool right;

	mailbox_open(&m, MAILBOX_MBOXCL, peek, context);
	while (mailbox_next(&m, &start, false, &piece) != PIECE_MORE)
		;
	right = m.scan.right > m.scan.wrong;
	*format = m.scan.quoted && !m.scan.bare ? MAILBOX_MBOXCL : MAILBOX_MBOXCL2;
	mailbox_close(&m);
	return right;
}

static size_t arrows(slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == '>')
		n++;
	return n;
}

/* The line before the one that begins at in.p[i]. */
static slice line_before(slice in, size_t i)
{
	size_t start = i ? i - 1 : 0;

	while (start && in.p[start - 1] != '\n')
		start--;
	return slice_upto(slice_from(in, start), i - start);
}

/*
 * A reply quotes line after line with as many > each. One such line that has `From ` behind its last > stands among its
 * like in mboxo, which leaves it as it is, and has one more than they in mboxrd.
 */
static enum mailbox_format quoting(slice start)
{
	size_t as_mboxo = 0, as_mboxrd = 0;

	for (size_t i = 1; (i = mboxes_find(start, i)) < start.n; i++) {
		size_t line = i, n;

		while (line && start.p[line - 1] == '>')
			line--;
		n = i - line;
		if (n == 0 || !slice_starts(slice_from(start, i), "From ") || (line && start.p[line - 1] != '\n'))
			continue;
		as_mboxo += arrows(line_before(start, line)) == n;
		as_mboxrd += n > 1 && arrows(line_before(start, line)) == n - 1;
	}
	return as_mboxo > as_mboxrd ? MAILBOX_MBOXO : MAILBOX_MBOXRD;
}

enum mailbox_format mailbox_detect(slice start, scan_peek *peek, void *context)
{
	enum mailbox_format format;
	slice first = start;
	size_t n;

	while (first.n && (first.p[0] == '\n' || first.p[0] == '\r'))
		first = slice_from(first, 1);
	if (slice_starts(first, MMDF_DELIMITER "\n") || slice_starts(first, MMDF_DELIMITER "\r\n"))
		return MAILBOX_MMDF;
	if (slice_starts(first, "BABYL OPTIONS:"))
		return MAILBOX_BABYL;
	if (scan_separator(first, true, &n) != MATCH_YES) {
		if (digest_is(first))
			return MAILBOX_DIGEST;
		if (rfc1153_is(first))
			return MAILBOX_RFC1153;
	}
	return counts(start, peek, context, &format) ? format : quoting(start);
}
