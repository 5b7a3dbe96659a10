/*
 * downgrade: vectors, each whole and then byte by byte; then tests/downgrade.py has generated messages
 * converted (`downgrade -`: "LENGTH STEP\n" and a message in, "STATUS LENGTH\n" and a message out) and looks at their
 * parts with Python's email package.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "tap.h"

static void vector(slice in, const char *want, const char *name)
{
	buf whole = { NULL, 0, 0 }, bytewise = { NULL, 0, 0 };
	const char *why;

	ok(convert(in, SIZE_MAX, &whole, &why) == 0, name);
	same(buf_slice(&whole), want, name);
	convert(in, 1, &bytewise, &why);
	ok(slice_same(buf_slice(&whole), buf_slice(&bytewise)), "the same byte by byte");
	buf_free(&whole);
	buf_free(&bytewise);
}

static void refused(slice in, const char *reason, const char *name)
{
	for (size_t step = 1; step < 1000; step += 997) {
		buf out = { NULL, 0, 0 };
		const char *why;

		ok(convert(in, step, &out, &why) == -1 && strstr(why, reason), name);
		buf_free(&out);
	}
}

static void unchanged(const char *in, const char *name)
{
	vector(slice_of(in), in, name);
}

static void leaves(void)
{
	vector(SLICE(""), "", "nothing");
	unchanged("Subject: x\n\nbody\n--\n- \n", "what fits stays");
	unchanged("\nbody without a line end", "no header");
	vector(SLICE("Subject: x\r\n\r\na\r\n"), "Subject: x\n\na\n", "CRLF becomes LF");
	vector(SLICE("Subject: x\n"), "Subject: x\n\n", "a header without an end gets one");
	vector(SLICE("Subject: x\nno field\n"), "Subject: x\n\nno field\n", "a header ends at what is no field");
	vector(SLICE("Subject: x\nno field"), "Subject: x\n\nno field", "also where the message ends in it");
	vector(SLICE("Subject: x\n\ncaf\xe9 =\n"),
	    "Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=unknown-8bit\n"
	    "Content-Transfer-Encoding: quoted-printable\n\ncaf=E9 =3D\n", "text that does not say what it is");
	vector(SLICE("mime-version: 1.0\ncontent-transfer-encoding: 8BIT\nContent-Type: TEXT/html; charset=latin1\n\n\xe9"),
	    "mime-version: 1.0\nContent-Transfer-Encoding: quoted-printable\nContent-Type: TEXT/html; charset=latin1\n\n=E9",
	    "declared text");
	vector(SLICE("MIME-Version: 1.0\nContent-Transfer-Encoding: (c) 8bit\n\nplain\n"),
	    "MIME-Version: 1.0\nContent-Transfer-Encoding: 7bit\n\nplain\n", "8bit that is 7bit");
	vector(SLICE("MIME-Version: 1.0\nContent-Type: text/plain\n\na\rb\0c\r\r\nd\r"),
	    "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n"
	    "a=0Db=00c=0D\nd=0D", "CR and NUL");
	vector(SLICE("MIME-Version: 1.0\nContent-Type: image/x\nContent-Transfer-Encoding: binary\n\n\xff\n"),
	    "MIME-Version: 1.0\nContent-Type: image/x\nContent-Transfer-Encoding: base64\n\n/w0K\n",
	    "what is no text becomes base64, with the line ends it had on the wire");
}

#define MIXED "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b c\"\n"

static void parts(void)
{
	vector(SLICE(MIXED "content-transfer-encoding: 8bit\n\npre\xff\n--b c\n\n\xe9\n--b c \n--b c\n"
	    "Content-Type: image/x\n\n\n\xff\n--b c--\nepilogue\0\n--b c\n"),
	    MIXED "Content-Transfer-Encoding: 7bit\n\npre?\n--b c\nContent-Type: text/plain; charset=unknown-8bit\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n=E9\n--b c\n--b c\nContent-Type: image/x\n"
	    "Content-Transfer-Encoding: base64\n\nDQr/\n--b c--\nepilogue?\n--b c\n", "a multipart");
	unchanged(MIXED "\n--b c\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nx\n--b c\n\ny\n--b d\n--b c--\n",
	    "a boundary that begins another");
	vector(SLICE(MIXED "\n--b c\n\n--b c=\xff\n"),
	    MIXED "\n--b c\nContent-Type: text/plain; charset=unknown-8bit\nContent-Transfer-Encoding: quoted-printable\n\n"
	    "=2D-b c=3D=FF\n", "no end; what was no boundary becomes none");
	vector(SLICE(MIXED "\n--b c\nContent-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\n"
	    "Subject: \xc3\xa9t\xc3\xa9\n\n\xe9\n--b c--\n"),
	    MIXED "\n--b c\nContent-Type: message/rfc822\nContent-Transfer-Encoding: 7bit\n\nSubject: =?utf-8?q?=C3=A9t=C3=A9?=\n"
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=unknown-8bit\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n=E9\n--b c--\n", "a message in a message");
	vector(SLICE("MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nContent-Type: text/x\n\n\xe9\n--b--\n"),
	    "MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nContent-Type: text/x\nMIME-Version: 1.0\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n=E9\n--b--\n", "a digest holds messages");
	unchanged("Content-Type: multipart/signed; boundary=b\n\n--b\n\n7-bit\n--b--\n", "a signed part that fits");
}

static void refusals(void)
{
	refused(SLICE("Content-Type: multipart/signed; boundary=b\n\n--b\n\n\xe9\n--b--\n"), "signed", "multipart/signed");
	refused(SLICE(MIXED "\n--b c\nContent-Type: multipart/encrypted; boundary=b\n\n--b\n\n\xe9\n"), "encrypted", "multipart/encrypted");
	refused(SLICE("DKIM-Signature: v=1\n\n\xe9\n"), "DKIM-Signature", "a DKIM-Signature");
	refused(SLICE("DKIM-Signature: v=1\nSubject: \xe9\n\n"), "DKIM-Signature", "a signed header");
	refused(SLICE("Content-Type: message/partial\n\n\xe9\n"), "must be 7-bit", "message/partial");
	refused(SLICE("Content-Transfer-Encoding: base64\n\nAAAA\xe9\n"), "encoding", "base64 that is none");
	refused(SLICE("Content-Transfer-Encoding: x-uuencode\n\n\xe9\n"), "encoding", "an unknown encoding");
	refused(SLICE("Message-ID: <\xe9@x>\n\n"), "header", "8 bits in a field that has no place for encoded words");
	refused(SLICE("To: \xe9@example.com\n\n"), "header", "8 bits in an address");
}

static void headers(void)
{
	vector(SLICE("Subject: one \xc3\xa9 \xc3\xa8 two\nX: \xe9\n\n"),
	    "Subject: one =?utf-8?q?=C3=A9_=C3=A8?= two\nX: =?unknown-8bit?q?=E9?=\n\n", "free text");
	vector(SLICE("From: \"J\xc3\xa9, \\\"x\\\"\" <a@b.example>,\n c@d.example (\xe9)\n\n"),
	    "From: =?utf-8?q?J=C3=A9=2C_=22x=22?= <a@b.example>, c@d.example (=?unknown-8bit?q?=E9?=)\n\n", "display names and comments");
	refused(SLICE("To: \xe9: a@b.example;\n\n"), "header", "8 bits in the name of a group");
}

/* Lines of all lengths around the limit, parts around what is held. */
static void sizes(void)
{
	static char text[3 * LIMIT_HELD];
	bool good = true, wrapped = true;
	const char *why;

	for (size_t n = LIMIT_TEXT_LINE - 2; n < LIMIT_TEXT_LINE + 3; n++) {
		buf in = { NULL, 0, 0 }, out = { NULL, 0, 0 };

		buf_addtext(&in, "Content-Type: text/plain\n\n");
		memset(text, 'x', n);
		buf_add(&in, text, n);
		good &= convert(buf_slice(&in), 100, &out, &why) == 0;
		good &= (n <= LIMIT_TEXT_LINE) == slice_same(buf_slice(&in), buf_slice(&out));
		buf_free(&in);
		buf_free(&out);
	}
	ok(good, "lines that are too long are encoded, and no others");
	for (size_t n = LIMIT_HELD - 2; n < LIMIT_HELD + 3; n++) {
		buf in = { NULL, 0, 0 }, out = { NULL, 0, 0 }, bytewise = { NULL, 0, 0 };

		buf_addtext(&in, "Content-Type: text/plain\n\n");
		memset(text, '\n', n);
		buf_add(&in, text, n);
		good &= convert(buf_slice(&in), SIZE_MAX, &out, &why) == 0;
		good &= (n <= LIMIT_HELD) == slice_same(buf_slice(&in), buf_slice(&out));
		good &= convert(buf_slice(&in), 1, &bytewise, &why) == 0 && slice_same(buf_slice(&out), buf_slice(&bytewise));
		buf_free(&in), buf_free(&out), buf_free(&bytewise);
	}
	ok(good, "a part that fits is left alone as long as it is held");

	buf in = { NULL, 0, 0 }, out = { NULL, 0, 0 };

	memset(text, 'A', sizeof text);
	buf_addtext(&in, "Content-Transfer-Encoding: base64\n\n");
	buf_add(&in, text, sizeof text);
	wrapped &= convert(buf_slice(&in), 4000, &out, &why) == 0 && out.n == in.n + (sizeof text - 1) / LIMIT_TEXT_LINE;
	ok(wrapped, "base64 in one line is broken");
	buf_free(&in);
	buf_free(&out);
}

static void deep(void)
{
	buf in = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	const char *why;

	for (int i = 0; i <= LIMIT_MULTIPARTS; i++)
		buf_print(&in, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	buf_addtext(&in, "\nx\n");
	ok(convert(buf_slice(&in), 10, &out, &why) == 0, "deep nesting is passed through");
	buf_addtext(&in, "\xe9\n");
	ok(convert(buf_slice(&in), 10, &out, &why) == -1, "but not converted");
	buf_free(&in);
	buf_free(&out);
}

static int serve(void)
{
	size_t length, step;

	while (scanf("%zu %zu", &length, &step) == 2 && getchar() == '\n') {
		buf in = { NULL, 0, 0 }, out = { NULL, 0, 0 };
		const char *why;
		int got;

		in.n = fread(buf_reserve(&in, length), 1, length, stdin);
		got = convert(buf_slice(&in), step, &out, &why);
		printf("%d %zu\n", got, out.n);
		if (out.n)
			fwrite(out.p, 1, out.n, stdout);
		fflush(stdout);
		buf_free(&in);
		buf_free(&out);
	}
	return 0;
}

int main(int argc, char **argv)
{
	buf command = { NULL, 0, 0 };

	if (argc > 1)
		return serve();
	leaves();
	parts();
	refusals();
	headers();
	sizes();
	deep();
	buf_print(&command, "/usr/bin/python3 tests/downgrade.py '%s' - >&2", argv[0]);
	fflush(stdout);
	ok(system(command.p) == 0, "generated messages decode to what they were (tests/downgrade.py)");
	buf_free(&command);
	return tap_done();
}
