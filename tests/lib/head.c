/* head: where a header ends, folds, and names in encoded words. Each input is also read byte by byte. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "head.h"
#include "limit.h"
#include "tap.h"

/* Feeds text through a pipe in cuts of `cut` bytes; the fields and, behind a `|`, what the reader has left. */
static int read_through(buf *got, slice text, size_t cut)
{
	struct reader r;
	slice bytes;
	int fds[2], status;

	if (pipe(fds))
		return -1;
	if (fork() == 0) {
		for (slice rest = text; rest.n; rest = slice_from(rest, cut))
			if (write(fds[1], rest.p, rest.n < cut ? rest.n : cut) < 0)
				_exit(1);
		_exit(0);
	}
	close(fds[1]);
	reader_open(&r, fds[0]);
	buf_clear(got);
	status = head_read(&r, got);
	buf_addchar(got, '|');
	while (status == 0 && reader_some(&r, LIMIT_STREAM, &bytes) > 0)
		buf_addslice(got, bytes);
	reader_close(&r);
	close(fds[0]);
	wait(NULL);
	return status;
}

static void reads(const char *text, const char *want)
{
	buf got = { NULL, 0, 0 };

	read_through(&got, slice_of(text), 1 << 20);
	same(buf_slice(&got), want, text);
	read_through(&got, slice_of(text), 1);
	same(buf_slice(&got), want, text);
	buf_free(&got);
}

static void reads_long(void)
{
	buf text = { NULL, 0, 0 }, got = { NULL, 0, 0 };

	buf_addtext(&text, "X: ");
	memset(buf_reserve(&text, LIMIT_HEADER - 4), 'x', LIMIT_HEADER - 4);
	text.n += LIMIT_HEADER - 4;
	buf_addtext(&text, "\n\nbody");
	ok(read_through(&got, buf_slice(&text), 1 << 20) == 0 && got.n == LIMIT_HEADER + 6, "a field as long as the limit");
	text.p[text.n - 6] = 'x';
	ok(read_through(&got, buf_slice(&text), 1 << 20) == -1, "a field longer than the limit");
	buf_free(&text);
	buf_free(&got);
}

/* Each field as `name=body;`. */
static void walks(const char *text, const char *want)
{
	slice rest = slice_of(text);
	buf got = { NULL, 0, 0 };
	struct field f;

	while (head_next(&rest, &f))
		buf_print(&got, "%.*s=%.*s;", (int)f.name.n, f.name.p, (int)f.body.n, f.body.p);
	buf_print(&got, "|%.*s", (int)rest.n, rest.p);
	same(buf_slice(&got), want, text);
	buf_free(&got);
}

static void unfolds(const char *body, const char *want)
{
	buf got = { NULL, 0, 0 };

	buf_addtext(&got, "");
	head_unfold(&got, slice_of(body));
	same(buf_slice(&got), want, body);
	buf_free(&got);
}

static size_t longest_line(slice text)
{
	size_t longest = 0;
	slice line;

	while (slice_cut(&text, '\n', &line))
		longest = line.n > longest ? line.n : longest;
	return longest;
}

static void take_out(buf *b, const char *what)
{
	for (char *p; (p = strstr(b->p, what)); b->n -= strlen(what))
		memmove(p, p + strlen(what), strlen(p + strlen(what)) + 1);
}

/* One word many times in a field: short lines come of it, and the same bytes but for the new lines. */
static void refolds(const char *name, const char *word, bool addresses, const char *breaks)
{
	buf text = { NULL, 0, 0 }, got = { NULL, 0, 0 };
	struct field f;
	slice rest;

	buf_print(&text, "%s: ", name);
	for (int i = 0; i < 1000; i++)
		buf_addtext(&text, word);
	buf_addtext(&text, "x\n");
	rest = buf_slice(&text);
	head_next(&rest, &f);
	ok(head_refold(&got, &f, addresses), "a long field is changed");
	ok(longest_line(buf_slice(&got)) <= 78, "its lines are short");
	got.n--, text.n--;
	got.p[got.n] = text.p[text.n] = '\0';
	take_out(&got, breaks);
	same(buf_slice(&got), text.p, "its bytes are the same");
	buf_free(&text);
	buf_free(&got);
}

static void keeps(const char *text, size_t blanks)
{
	buf long_text = { NULL, 0, 0 }, got = { NULL, 0, 0 };
	struct field f;
	slice rest;

	buf_addtext(&long_text, text);
	while (long_text.n < 2000)
		buf_addchar(&long_text, blanks ? ' ' : 'x');
	buf_addchar(&long_text, '\n');
	rest = buf_slice(&long_text);
	head_next(&rest, &f);
	ok(!head_refold(&got, &f, true), text);
	same(buf_slice(&got), long_text.p, text);
	buf_free(&long_text);
	buf_free(&got);
}

static void phrases(const char *text, const char *want)
{
	buf got = { NULL, 0, 0 };

	head_add_phrase(&got, slice_of(text));
	same(buf_slice(&got), want, text);
	buf_free(&got);
}

int main(void)
{
	reads("A: 1\nB: 2\n\nbody\n", "A: 1\nB: 2\n|\nbody\n");
	reads("A: 1\r\n\tfold\r\nB : 2\r\n\r\nbody\r\n", "A: 1\r\n\tfold\r\nB : 2\r\n|\r\nbody\r\n");
	reads("A: 1\n \n b\n\n", "A: 1\n \n b\n|\n");
	reads("A: 1\nno field\n", "A: 1\n|no field\n");
	reads(" A: 1\n", "| A: 1\n");
	reads(": 1\n", "|: 1\n");
	reads("A b: 1\n", "|A b: 1\n");
	reads("\303\244: 1\n", "|\303\244: 1\n");
	reads("A: 1", "A: 1|");
	reads(".\nA: 1\n", "|.\nA: 1\n");
	reads("", "|");
	reads_long();
	walks("A: 1\nb-C :2\r\n\t3\r\nD:\n\nrest", "A= 1;b-C=2\r\n\t3;D=;|\nrest");
	walks("A", "|A");
	unfolds(" a\r\n b\n\tc \r\n", "a b\tc");
	unfolds(" a\rb \n ", "a\rb");
	unfolds("", "");
	refolds("References", "<abcdef@example.org> ", false, "\n");
	refolds("To", "someone@example.org,", true, "\n ");
	refolds("To", "\"a, b\" <someone@example.org>, ", true, "\n");
	keeps("X:", 0);
	keeps("X:x", 1);
	keeps("To:\"a,b,c\\\",d", 0);
	phrases("Alice Liddell", "Alice Liddell");
	phrases("Alice P. Liddell", "\"Alice P. Liddell\"");
	phrases("a \"b\" \\", "\"a \\\"b\\\" \\\\\"");
	phrases(" a", "\" a\"");
	phrases("", "\"\"");
	phrases("J\303\266rg M_\303\274=ller", "=?utf-8?q?J=C3=B6rg_M=5F=C3=BC=3Dller?=");
	phrases("J\366rg", "=?unknown-8bit?q?J=F6rg?=");
	phrases("=?utf-8?q?a?=", "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3F=3D?=");
	phrases("a\nBcc: b", "=?utf-8?q?a=0ABcc=3A_b?=");
	phrases("\343\201\202\343\201\202\343\201\202\343\201\202\343\201\202\343\201\202\343\201\202",
	    "=?utf-8?q?=E3=81=82=E3=81=82=E3=81=82=E3=81=82=E3=81=82?=\n =?utf-8?q?=E3=81=82=E3=81=82?=");
	return tap_done();
}
