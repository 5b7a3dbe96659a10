/*
 * qp: vectors of RFC 2045 §6.7 and of readers' tests by what they show, each whole and then byte by byte; then random
 * inputs against plain code that does the same.
 */
#include <string.h>

#include "streams.h"
#include "tap.h"

static void encodes(slice in, enum lines lines, const char *want, const char *what)
{
	buf whole = { NULL, 0, 0 }, bytewise = { NULL, 0, 0 };

	to_qp(in, SIZE_MAX, lines, &whole);
	to_qp(in, 1, lines, &bytewise);
	same(buf_slice(&whole), want, what);
	ok(slice_same(buf_slice(&whole), buf_slice(&bytewise)), "the same byte by byte");
	buf_free(&whole), buf_free(&bytewise);
}

/* wrong: where a strict reader stops, -1 for nowhere. */
static void decodes(slice in, slice want, long long wrong, const char *what)
{
	struct decoded d = from_qp(in, SIZE_MAX);

	ok(slice_same(buf_slice(&d.out), want), what);
	ok(d.wrong == wrong, "where it is wrong");
	if (d.wrong != wrong || !slice_same(buf_slice(&d.out), want))
		printf("# wrong at %lld: %.*s\n", d.wrong, (int)d.out.n, d.out.p);
	ok(same_decoded(d, from_qp(in, 1)), "the same byte by byte");
	buf_free(&d.out);
}

#define DECODES(in, want, wrong, what) decodes(SLICE(in), SLICE(want), wrong, what)

static void strict_vectors(void)
{
	DECODES("", "", -1, "nothing");
	DECODES("plain\n", "plain\n", -1, "plain text");
	DECODES("a=3Db=E9\n", "a=b\xe9\n", -1, "escapes");
	DECODES("=00=01=7F=FF", "\0\1\x7f\xff", -1, "every byte");
	DECODES("a\r\nb\nc", "a\r\nb\nc", -1, "line ends stay as they are");
	DECODES("a=\nb=\r\nc", "abc", -1, "soft line breaks");
	DECODES("a= \t\nb= \r\nc", "abc", -1, "blanks behind their `='");
	DECODES("a=\n=\n=\nb", "ab", -1, "several of them");
	DECODES("a=20\nb=09\r\n", "a \nb\t\r\n", -1, "an escaped blank at the end of a line");
	DECODES("a \t\nb  \r\nc \t", "a\nb\r\nc", -1, "blanks at the end of a line and of all");
	DECODES("a b\tc", "a b\tc", -1, "blanks elsewhere");
	DECODES("  \n \n", "\n\n", -1, "lines of blanks");
	DECODES("a=20 \n", "a \n", -1, "an escaped blank before others");
	DECODES("a=", "a", -1, "a soft line break at the end of all");
	DECODES("a=  ", "a", -1, "with blanks");
	DECODES("=0D=0A", "\r\n", -1, "an escaped line end");
	DECODES("Now's the time =\nfor all folk to come=\n to the aid of their country.",
	    "Now's the time for all folk to come to the aid of their country.", -1, "the example of the RFC");
}

static void lenient_vectors(void)
{
	DECODES("a=e9=C3=a9", "a\xe9\xc3\xa9", 1, "lower case");
	DECODES("a=b", "a=b", 1, "no escape");
	DECODES("a=4", "a=4", 1, "half an escape at the end");
	DECODES("a=4\n=4 \n", "a=4\n=4\n", 1, "at the end of a line");
	DECODES("=XY=4Z==41", "=XY=4Z=A", 0, "no hexadecimal digits");
	DECODES("a==\nb", "a=b", 1, "a `=' before a soft line break");
	DECODES("a= b\n", "a= b\n", 1, "a `=' before a blank");
	DECODES("a\rb", "a\rb", 1, "a CR alone");
	DECODES("a \r", "a\r", 2, "a CR at the end");
	DECODES("a\r\r\n", "a\r\r\n", 1, "CR CR LF");
	DECODES("a \rb", "a \rb", 2, "a blank before a CR alone");
	DECODES("=\rb", "=\rb", 0, "a `=' before one");
	DECODES("a\0b\x7f", "a\0b\x7f", 1, "NUL and DEL");
	DECODES("a\xe9=E9", "a\xe9\xe9", 1, "8-bit");
	DECODES("\xff\xff\xff\xff=41\xff=42ab", "\xff\xff\xff\xff" "A\xff" "Bab", 0, "8-bit that carries over");
}

/* The bound on blanks is the same however the input is cut. */
static void many_blanks(const char *before, size_t n, const char *after, size_t stay, const char *what)
{
	buf in = { NULL, 0, 0 }, want = { NULL, 0, 0 };
	struct decoded d;

	buf_addtext(&in, before);
	buf_addtext(&want, stay || before[0] != '=' ? before : "");
	for (size_t i = 0; i < n; i++)
		buf_addchar(&in, ' ');
	for (size_t i = 0; i < stay; i++)
		buf_addchar(&want, ' ');
	buf_addtext(&in, after);
	buf_addtext(&want, after[0] == '\n' && before[0] == '=' && !stay ? after + 1 : after);
	d = from_qp(buf_slice(&in), SIZE_MAX);
	ok(slice_same(buf_slice(&d.out), buf_slice(&want)), what);
	ok(same_decoded(d, from_qp(buf_slice(&in), 1)), "the same byte by byte");
	buf_free(&d.out), buf_free(&in), buf_free(&want);
}

/* The end of a line at p: where it begins (its CR, or LF), or NULL. */
static const char *line_end(const char *p, const char *end)
{
	if (p == end || (p + 1 == end && *p == '\r'))
		return p;
	return *p == '\n' || (*p == '\r' && p[1] == '\n') ? p : NULL;
}

static const char *past_blanks(const char *p, const char *end)
{
	while (p < end && ascii_blank(*p))
		p++;
	return p;
}

static int hex(const char *p, const char *end)
{
	return p + 2 < end && ascii_hex(p[1]) >= 0 && ascii_hex(p[2]) >= 0 ? ascii_hex(p[1]) << 4 | ascii_hex(p[2]) : -1;
}

/* The definition, looking ahead as far as need be (there are less blanks than LIMIT_BLANKS). */
static struct decoded plainly(slice in)
{
	struct decoded d = { { NULL, 0, 0 }, -1 };
	const char *start = in.n ? in.p : "", *end = start + in.n;

	for (const char *p = start, *next; p < end; p = next) {
		const char *blanks = past_blanks(p, end), *soft = past_blanks(p + 1, end);
		bool good = *p == '\t' || *p == '\n' || (*p >= ' ' && *p < 127);

		next = p + 1;
		if (*p == '=' && hex(p, end) >= 0) {
			buf_addchar(&d.out, (char)hex(p, end));
			good = !strchr("abcdef", p[1]) && !strchr("abcdef", p[2]);
			next = p + 3;
		} else if (*p == '=' && line_end(soft, end)) {
			next = soft == end ? end : soft + 1 + (*soft == '\r' && soft + 1 < end);
			if (soft < end && *soft == '\r' && soft + 1 == end && d.wrong < 0)
				d.wrong = soft - start;
		} else if (blanks > p && line_end(blanks, end)) {
			next = blanks;
		} else {
			buf_addchar(&d.out, *p);
			good &= *p != '=';
			good |= *p == '\r' && p + 1 < end && p[1] == '\n';
		}
		if (!good && d.wrong < 0)
			d.wrong = p - start;
	}
	return d;
}

static void random_bytes(buf *in)
{
	static const char few[] = "abFr \t\n\n=.\r\n \xe9", codes[] = "=\n =\r\n=4=4=41=Ee\t ab";
	int kind = rand() % 3, n = rand() % (rand() % 4 ? 40 : 3000);

	buf_clear(in);
	while (n-- > 0)
		buf_addchar(in, kind == 0 ? (char)rand() : kind == 1 ? few[(size_t)rand() % (sizeof few - 1)] :
		    codes[(size_t)rand() % (sizeof codes - 1)]);
}

static void differential(void)
{
	buf text = { NULL, 0, 0 };
	int good = 0, strict = 0, count = 20000;

	srand(1);
	for (int i = 0; i < count; i++) {
		struct decoded d;

		random_bytes(&text);
		d = from_qp(buf_slice(&text), rand() % 3 ? 0 : SIZE_MAX);
		strict += d.wrong < 0;
		if (same_decoded(d, plainly(buf_slice(&text))))
			good++;
		else if (text.n < 30)
			printf("# seed %d: %.*s\n", i, (int)text.n, text.p);
		buf_free(&d.out);
	}
	ok(good == count, "20000 random texts decode as plain code does it");
	ok(strict > 100 && strict < count, "many of them are right, not all");
	buf_free(&text);
}

/* Lines of at most 76 characters without a blank at their end. */
static bool well_formed(slice text)
{
	slice line;

	while (slice_cut(&text, '\n', &line)) {
		if (line.n > 76 || (line.n && ascii_blank(line.p[line.n - 1])) || slice_is(line, ".") ||
		    slice_starts(line, "From "))
			return false;
		for (size_t i = 0; i < line.n; i++)
			if ((line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 127)
				return false;
	}
	return true;
}

/* In text CRLF is a line end like LF. */
static void without_crlf(buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->n; i++)
		if (text->p[i] != '\r' || i + 1 == text->n || text->p[i + 1] != '\n')
			text->p[n++] = text->p[i];
	text->n = n;
}

static bool comes_back(buf *in, enum lines lines)
{
	buf out = { NULL, 0, 0 };
	struct decoded d;
	bool good;

	to_qp(buf_slice(in), rand() % 2 ? 0 : SIZE_MAX, lines, &out);
	d = from_qp(buf_slice(&out), rand() % 2 ? 0 : SIZE_MAX);
	if (lines == TEXT)
		without_crlf(in);
	good = d.wrong == -1 && slice_same(buf_slice(in), buf_slice(&d.out)) && well_formed(buf_slice(&out));
	buf_free(&out), buf_free(&d.out);
	return good;
}

static void round_trips(void)
{
	buf in = { NULL, 0, 0 };
	int binary = 0, exact = 0, text = 0, count = 2000;

	for (int i = 0; i < count; i++) {
		random_bytes(&in);
		binary += comes_back(&in, BINARY);
		exact += comes_back(&in, EXACT);
		text += comes_back(&in, TEXT);
	}
	ok(binary == count, "2000 random inputs come back from binary quoted-printable");
	ok(exact == count, "2000 come back, CRLF and all, from exact quoted-printable");
	ok(text == count, "2000 random texts come back from quoted-printable");
	buf_free(&in);
}

#define A75 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void encoder_vectors(void)
{
	encodes(SLICE("plain\n"), TEXT, "plain\n", "plain text stays");
	encodes(SLICE("no end"), TEXT, "no end", "no line end is added");
	encodes(SLICE("a=b\xe9\n"), TEXT, "a=3Db=E9\n", "equals sign and 8-bit");
	encodes(SLICE("a \nb\t\n \n"), TEXT, "a=20\nb=09\n=20\n", "blanks at the end of a line");
	encodes(SLICE("a "), TEXT, "a=20", "a blank at the end of all");
	encodes(SLICE("a \r\nb\rc\r\r\nd\r"), TEXT, "a=20\nb=0Dc=0D\nd=0D", "CRLF ends a line, other CRs are data");
	encodes(SLICE("a\r\n\n"), BINARY, "a=0D=0A=0A", "binary knows no lines");
	encodes(SLICE("\0\1\x7f"), TEXT, "=00=01=7F", "controls");
	encodes(SLICE(A75 "\n"), TEXT, A75 "\n", "75 characters fit");
	encodes(SLICE(A75 "aa\n"), TEXT, A75 "=\naa\n", "a soft line break");
	encodes(SLICE(A75 "--b\n"), TEXT, A75 "=\n=2D-b\n", "no boundary behind a soft line break");
	encodes(SLICE(A75 ".\n" A75 "From b\n"), TEXT, A75 "=\n=2E\n" A75 "=\n=46rom b\n", "nor other things");
	encodes(SLICE("From a\n.\n.a\n a. From\nF\nFred\n FF"), TEXT, "=46rom a\n=2E\n=2Ea\n a. From\nF\n=46red\n FF",
	    "From and dots that begin a line");
	encodes(SLICE("F"), BINARY, "F", "an F alone");
	encodes(SLICE("a\r\n \r\nb\rc\nd\r\n"), EXACT, "a=0D=0A=\n=20=0D=0A=\nb=0Dc\nd=0D=0A=\n", "CRLF that is data");
	encodes(SLICE(A75 "\r\nb"), EXACT, A75 "=\n=0D=0A=\nb", "where it does not fit");
}

static void words(void)
{
	buf word = { NULL, 0, 0 };

	q_add(&word, SLICE("a b_c?=\xc3\xa9."));
	ok(slice_is(buf_slice(&word), "a_b=5Fc=3F=3D=C3=A9=2E"), "the Q of an encoded word");
	ok(q_length(SLICE("a b_c?=\xc3\xa9.")) == word.n, "q_length tells its length");
	buf_clear(&word);
	q_decode_add(&word, SLICE("a_b=5Fc=3F=3d=C3=A9=2E=4=_=F"));
	same(buf_slice(&word), "a b_c?=\xc3\xa9.=4= =F", "and back");
	buf_free(&word);
}

int main(void)
{
	encoder_vectors();
	strict_vectors();
	lenient_vectors();
	many_blanks("a", LIMIT_BLANKS, "\nb", 0, "as many blanks as are taken off");
	many_blanks("a", LIMIT_BLANKS + 1, "\nb", 1, "one more");
	many_blanks("a", 5000, "b", 5000, "blanks that stay");
	many_blanks("=", LIMIT_BLANKS, "\nb", 0, "as many as a soft line break may have");
	many_blanks("=", LIMIT_BLANKS + 1, "\nb", 1, "and one more");
	words();
	differential();
	round_trips();
	return tap_done();
}
