/* bounced: whatever comes back, rows are text of one line within their bounds, and the same however the message is cut. */
#include <stdint.h>
#include <stdlib.h>
#include <unistr.h>

#include "bounced.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_text(slice text, size_t most)
{
	check(text.n <= most && (text.n == 0 || u8_check((const uint8_t *)text.p, text.n) == NULL));
	for (size_t i = 0; i < text.n; i++)
		check(!ascii_control(text.p[i]));
}

static void add(buf *to, slice s)
{
	buf_addslice(to, s);
	buf_addchar(to, '\t');
}

static void read_cut(struct bounced *b, slice message, size_t cut, buf *rows)
{
	struct bounced_row row;

	bounced_begin(b);
	for (; message.n; message = slice_from(message, cut))
		bounced_more(b, slice_upto(message, cut));
	bounced_finish(b);
	for (size_t i = 0; bounced_next(b, &i, &row);) {
		/* Bytes that are no UTF-8 become three. */
		check_text(row.recipient, 3 * LIMIT_ADDRESS);
		check_text(row.reason, LIMIT_REPLY);
		add(rows, row.recipient);
		add(rows, slice_of(row.action));
		add(rows, slice_of(row.status));
		add(rows, slice_of(row.class));
		add(rows, row.reason);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct bounced b;        /* what one message leaves must not be seen in the next */
	slice message = { (const char *)p, n };
	buf whole = { NULL, 0, 0 }, cut = { NULL, 0, 0 };

	read_cut(&b, message, n ? n : 1, &whole);
	read_cut(&b, message, n % 7 + 1, &cut);
	check(slice_same(buf_slice(&whole), buf_slice(&cut)));
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
