/* Every text of up to seven of CR, LF, dot, NUL and a letter: against a plain reading of RFC 5321, whole and byte by byte. */
#include <string.h>

#include "crlf.h"
#include "tap.h"

static const char alphabet[] = { '\r', '\n', '.', '\0', 'x' };
enum { LETTERS = sizeof alphabet, LONGEST = 7 };

/* Line by line: where a line ends in anything but CRLF, that is what is wrong. */
static enum crlf_status plainly(slice in, bool dotted, buf *out)
{
	while (in.n) {
		size_t n = 0;

		while (n < in.n && in.p[n] != '\r' && in.p[n] != '\n')
			n++;
		if (n < in.n && in.p[n] == '\n')
			return CRLF_BARE_LF;
		if (n + 1 < in.n && in.p[n + 1] != '\n')
			return CRLF_BARE_CR;
		if (dotted && n == 1 && in.p[0] == '.' && in.n >= 3)
			return CRLF_END;
		if (dotted && in.p[0] == '.') {
			in = slice_from(in, 1);
			n--;
		}
		buf_add(out, in.p, n);
		if (n + 1 < in.n)
			buf_addchar(out, '\n');
		in = slice_from(in, n + 2);
	}
	return CRLF_MORE;
}

static bool agrees(slice in, bool dotted, size_t piece)
{
	buf got = { NULL, 0, 0 }, want = { NULL, 0, 0 };
	struct crlf c = { .dotted = dotted };
	enum crlf_status status = CRLF_MORE, wanted = plainly(in, dotted, &want);
	bool same;

	for (slice rest = in; rest.n && status == CRLF_MORE; rest = slice_from(rest, piece)) {
		slice some = slice_upto(rest, piece);

		status = crlf_decode(&c, &some, &got);
	}
	same = status == wanted && (status == CRLF_BARE_CR || status == CRLF_BARE_LF
	    || slice_same(buf_slice(&got), buf_slice(&want)));
	if (status == CRLF_MORE && in.n)
		same = same && crlf_complete(&c) == (in.p[in.n - 1] != '\r' && (!dotted || in.p[in.n - 1] != '.'
		    || c.state == CRLF_IN_LINE));
	buf_free(&got);
	buf_free(&want);
	return same;
}

static size_t disagreements(bool dotted)
{
	char text[LONGEST];
	size_t count = 0, all = 1;

	for (size_t n = 0; n <= LONGEST; n++, all *= LETTERS)
		for (size_t k = 0; k < all; k++) {
			size_t left = k;

			for (size_t i = 0; i < n; i++, left /= LETTERS)
				text[i] = alphabet[left % LETTERS];
			count += !agrees((slice){ text, n }, dotted, LONGEST) || !agrees((slice){ text, n }, dotted, 1);
		}
	return count;
}

int main(void)
{
	struct crlf c = { .dotted = true };
	slice in = SLICE("a\r\n..b\r\n.\r\nQUIT\r\n");
	buf out = { NULL, 0, 0 };

	ok(disagreements(true) == 0, "DATA ends at CRLF.CRLF and nowhere else");
	ok(disagreements(false) == 0, "BDAT has lines that end in CRLF and no dots");
	ok(crlf_decode(&c, &in, &out) == CRLF_END, "the end is found");
	same(in, "QUIT\r\n", "what follows is left alone");
	same(buf_slice(&out), "a\n.b\n", "dots are unstuffed, CRLF is LF");
	buf_free(&out);
	return tap_done();
}
