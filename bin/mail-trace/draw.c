#include <stdlib.h>

#include "clock.h"
#include "io.h"
#include "trace.h"

/* `3 s`, `119 s`, `5 min`, `47 h`, `2 d`. */
static void add_duration(buf *to, long long seconds)
{
	if (seconds < 0)
		buf_addchar(to, '-');
	seconds = llabs(seconds);
	if (seconds < 120)
		buf_print(to, "%lld s", seconds);
	else if (seconds < 2 * 3600)
		buf_print(to, "%lld min", seconds / 60);
	else if (seconds < 2 * 86400)
		buf_print(to, "%lld h", seconds / 3600);
	else
		buf_print(to, "%lld d", seconds / 86400);
}

static const char *meaning(slice word)
{
	static const char *const meanings[][2] = {
		{ "syntax", "its Received field is broken" },
		{ "no-date", "its Received field has no date" },
		{ "skew", "before it was sent: clocks differ" },
		{ "backwards", "long before it was sent" },
		{ "helo", "the client's name is not that of its address" },
		{ "nameless", "the client's address has no name" },
		{ "private", "a private address amid public ones" },
		{ "untrusted", "only a stranger says so" },
		{ "forged", "a stranger says that a trusted host says so" },
	};

	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (slice_is(word, meanings[i][0]))
			return meanings[i][1];
	return "";
}

/* `host [address]`, as far as they are known. */
static void draw_client(buf *to, const struct received *said)
{
	add_said(to, said->helo.n || said->has_address ? said->helo : SLICE("here"));
	if (!said->has_address)
		return;
	buf_addtext(to, said->helo.n ? " [" : "[");
	add_client_address(to, said);
	buf_addchar(to, ']');
}

/* A line with the client, where it is not the host before, and one with the protocol and time, lead to the host. */
void draw_hop(const struct hop *h, slice before)
{
	const struct received *said = &h->said;
	slice notes = buf_slice(&h->notes), word;
	buf text = { NULL, 0, 0 };

	if (h->number == 1)
		draw_client(&text, said);
	else if (said->helo.n && !slice_case_same(said->helo, before)) {
		buf_addtext(&text, "  | as ");
		draw_client(&text, said);
	}
	if (text.n)
		buf_addchar(&text, '\n');
	buf_addtext(&text, "  |");
	if (said->dated) {
		buf_addchar(&text, ' ');
		clock_add_stamp(&text, said->when);
	}
	if (h->delayed) {
		buf_addtext(&text, ", ");
		add_duration(&text, h->delay);
	}
	if (said->with.n) {
		buf_addtext(&text, said->dated ? ", " : " ");
		add_said(&text, said->with);
	}
	buf_addchar(&text, '\n');
	while (notes.n && slice_cut(&notes, ',', &word))
		buf_print(&text, "  ! %s\n", meaning(word));
	add_said(&text, said->by.n ? said->by : before.n ? before : SLICE("here"));
	buf_addchar(&text, '\n');
	writer_put(&io_out, buf_slice(&text));
	buf_free(&text);
}
