#include <string.h>

#include "quote.h"

enum { MID_LINE = -1 };

/* One byte of the start of a line, where it still may be one to be quoted. */
static void take_start(struct quote *q, char c)
{
	if (c == q->what[q->held]) {
		if (q->what[++q->held])
			return;
		writer_char(q->out, '>');
		writer_text(q->out, q->what);
	} else {
		writer_put(q->out, (slice){ q->what, (size_t)q->held });
		writer_char(q->out, c);
		if (c == '\n' || (c == '>' && q->held == 0 && !q->once)) {
			q->held = 0;
			return;
		}
	}
	q->held = MID_LINE;
}

void quote_put(struct quote *q, slice bytes)
{
	if (bytes.n)
		q->open = bytes.p[bytes.n - 1] != '\n';
	while (bytes.n) {
		slice line = slice_upto(bytes, 1);

		if (q->held != MID_LINE) {
			take_start(q, bytes.p[0]);
		} else {
			line = slice_upto(bytes, slice_find(bytes, '\n') + 1);
			writer_put(q->out, line);
			if (line.p[line.n - 1] == '\n')
				q->held = 0;
		}
		bytes = slice_from(bytes, line.n);
	}
}

void quote_end(struct quote *q)
{
	if (q->held > 0)
		writer_put(q->out, (slice){ q->what, (size_t)q->held });
	q->held = MID_LINE;
}

void quote_end_line(struct quote *q)
{
	quote_end(q);
	if (q->open)
		writer_char(q->out, '\n');
}
