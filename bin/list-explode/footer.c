/* What a footer may be added to, and how. */
#include <errno.h>
#include <string.h>

#include "boundary.h"
#include "chance.h"
#include "charset.h"
#include "explode.h"
#include "fail.h"
#include "limit.h"
#include "mime.h"
#include "texts.h"
#include "transfer.h"
#include "words.h"

/* As people know it from lists; no `-- `, which would have it taken for the author's signature. */
#define RULE "_______________________________________________\n"

/* What the header says of the body. */
struct content {
	slice content_type, type, subtype;      /* nothing said: text and plain */
	slice transfer_encoding, disposition;
	enum transfer_encoding encoding;
	bool digested;                          /* a digest of the body stands there (RFC 1864) */
	bool unclear;                           /* a field is there twice, or says no type */
	bool sealed;
};

/* Text that somebody saved: any charset, any line ends; each line without blanks at its end, which would flow (RFC 3676). */
static void clean(buf *to, slice raw)
{
	buf utf8 = { NULL, 0, 0 };
	struct charset guess;
	slice rest, line;
	size_t end = to->n;

	charset_guess(&guess);
	charset_more(&guess, raw, &utf8);
	charset_finish(&guess, &utf8);
	for (rest = buf_slice(&utf8); slice_cut(&rest, '\n', &line);) {
		while (line.n && strchr(" \t\r", line.p[line.n - 1]))
			line.n--;
		words_clean(to, line);
		buf_addchar(to, '\n');
		if (line.n)
			end = to->n;
	}
	to->n = end;
	buf_free(&utf8);
}

static void load(buf *text, const struct list *l)
{
	buf raw = { NULL, 0, 0 };

	if (texts_add(l, "footer", NULL, &raw))
		fail(errno == EFBIG ? EX_CONFIG : fail_status(errno), "%s/texts/footer: %s", l->folder, strerror(errno));
	if (raw.n > LIMIT_FOOTER)
		fail(EX_CONFIG, "%s/texts/footer: longer than %d bytes", l->folder, LIMIT_FOOTER);
	clean(text, buf_slice(&raw));
	buf_free(&raw);
}

bool footer_is_sealed(slice type, slice subtype)
{
	static const char *const application[] = {
		"pkcs7-mime", "x-pkcs7-mime", "pkcs7-signature", "x-pkcs7-signature",
	};

	if (slice_case_is(type, "multipart"))
		return slice_case_is(subtype, "signed") || slice_case_is(subtype, "encrypted");
	if (slice_case_is(type, "message"))
		return slice_case_is(subtype, "partial");
	for (size_t i = 0; slice_case_is(type, "application") && i < sizeof application / sizeof *application; i++)
		if (slice_case_is(subtype, application[i]))
			return true;
	return slice_case_is(type, "application") && slice_case_starts(subtype, "pgp");
}

static void take_type(struct content *c, slice body)
{
	slice type, subtype;

	if (!mime_type(body, &type, &subtype)) {
		c->unclear = true;
		return;
	}
	c->content_type = body;
	c->type = type;
	c->subtype = subtype;
	c->sealed |= footer_is_sealed(type, subtype);
}

static void read_content(struct content *c, slice fields)
{
	unsigned types = 0, encodings = 0;
	struct field f;

	*c = (struct content){ .type = SLICE("text"), .subtype = SLICE("plain") };
	while (head_next(&fields, &f))
		if (field_is(&f, "Content-Type")) {
			take_type(c, f.body);
			types++;
		} else if (field_is(&f, "Content-Transfer-Encoding")) {
			c->transfer_encoding = f.body;
			encodings++;
		} else if (field_is(&f, "Content-Disposition")) {
			c->disposition = f.body;
		} else if (field_is(&f, "Content-MD5")) {
			c->digested = true;
		}
	c->encoding = transfer_encoding(c->transfer_encoding);
	c->unclear |= types > 1 || encodings > 1;
}

/* Whether text in UTF-8 means the same in the charset of the message, which for what is not ASCII must be UTF-8. */
static bool fits_charset(const struct content *c, slice text)
{
	buf name = { NULL, 0, 0 }, back = { NULL, 0, 0 };
	struct charset charset;
	bool fits = false;

	if (!mime_parameter(c->content_type, "charset", &name))
		buf_addtext(&name, "us-ascii");
	if (charset_open(&charset, buf_slice(&name)) == 0) {
		fits = seven_bit(text) || charset.kind == CHARSET_UTF8;
		charset_more(&charset, text, &back);
		charset_finish(&charset, &back);
		fits = fits && slice_same(buf_slice(&back), text);
	}
	buf_free(&name), buf_free(&back);
	return fits;
}

static bool has_parameter(slice body, const char *name, const char *value)
{
	buf found = { NULL, 0, 0 };
	bool has = mime_parameter(body, name, &found) && (!value || slice_case_is(buf_slice(&found), value));

	buf_free(&found);
	return has;
}

/* A file that is sent, and no letter. */
static bool is_file(const struct content *c)
{
	slice rest = c->disposition, word = mime_token(&rest);

	return (word.n && !slice_case_is(word, "inline")) || has_parameter(c->disposition, "filename", NULL)
	    || has_parameter(c->content_type, "name", NULL);
}

static size_t longest_line(slice text)
{
	size_t longest = 0;
	slice line;

	while (slice_cut(&text, '\n', &line))
		longest = line.n > longest ? line.n : longest;
	return longest;
}

static bool takes_text(const struct content *c, slice text)
{
	if (!slice_case_is(c->type, "text") || !slice_case_is(c->subtype, "plain") || is_file(c) || c->digested)
		return false;
	if (c->encoding != TRANSFER_QP && (c->encoding != TRANSFER_IDENTITY || longest_line(text) > LIMIT_TEXT_LINE))
		return false;
	return fits_charset(c, text);
}

static bool takes_part(const struct content *c, buf *boundary)
{
	struct boundaries b = { .depth = 0 };
	bool takes = slice_case_is(c->type, "multipart") && slice_case_is(c->subtype, "mixed") && c->encoding == TRANSFER_IDENTITY
	    && boundaries_push(&b, c->content_type, false);

	if (takes)
		buf_add(boundary, b.text.p, b.levels[0].n);
	boundaries_free(&b);
	return takes;
}

/* A line that may be taken for one that flows, or for quoting, is stuffed with a blank (RFC 3676 §4.4). */
static void stuff(buf *text)
{
	slice rest = { text->p, text->n - 1 }, line;
	buf stuffed = { NULL, 0, 0 };

	while (slice_cut(&rest, '\n', &line)) {
		if (slice_starts(line, " ") || slice_starts(line, ">") || slice_starts(line, "From "))
			buf_addchar(&stuffed, ' ');
		buf_addslice(&stuffed, line);
		buf_addchar(&stuffed, '\n');
	}
	buf_free(text);
	*text = stuffed;
}

static void encode(buf *text)
{
	struct qp qp = { .binary = false };
	buf encoded = { NULL, 0, 0 };

	qp_more(&qp, buf_slice(text), &encoded);
	qp_finish(&qp, &encoded);
	buf_free(text);
	*text = encoded;
}

/* 8bit and binary say what the bytes may be; what says neither has to, if they are to be more than 7bit. */
static bool is_labelled(const struct content *c)
{
	slice rest = c->transfer_encoding, word = mime_token(&rest);

	return slice_case_is(word, "8bit") || slice_case_is(word, "binary");
}

static void prepare_text(struct footer *f, const struct content *c)
{
	if (has_parameter(c->content_type, "format", "flowed"))
		stuff(&f->text);
	f->quoted = c->encoding == TRANSFER_QP;
	if (f->quoted)
		encode(&f->text);
	f->eight_bit = !seven_bit(buf_slice(&f->text)) && !is_labelled(c);
}

/* No line of it is a boundary, whoever chose that: such lines are hidden. */
static void prepare_part(struct footer *f)
{
	slice text = buf_slice(&f->text);
	bool ascii = seven_bit(text), dashes = memmem(text.p, text.n, "\n--", 3) != NULL;
	struct base64 base64 = { .count = 0 };
	buf body = { NULL, 0, 0 };
	const char *encoding = "7bit";

	if (dashes) {
		encoding = "base64";
		base64_more(&base64, text, &body);
		base64_finish(&base64, &body);
	} else {
		buf_addslice(&body, text);
		if (!ascii || longest_line(text) > LIMIT_TEXT_LINE) {
			encoding = "quoted-printable";
			encode(&body);
		}
	}
	buf_print(&f->part, "Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: %s\nContent-Disposition: inline\n\n",
	    ascii ? "us-ascii" : "utf-8", encoding);
	buf_addslice(&f->part, buf_slice(&body));
	buf_free(&body);
}

/* What the header says of the body becomes the header of a part; lengths of mailboxes are wrong from here on. */
static void rewrite(struct footer *f, buf *header, const struct content *c)
{
	slice rest = buf_slice(header), word = c->transfer_encoding;
	bool mime = false;
	buf to = { NULL, 0, 0 };
	struct field field;

	while (head_next(&rest, &field)) {
		mime |= field_is(&field, "MIME-Version");
		if (field_is(&field, "Content-Length") || field_is(&field, "Lines"))
			continue;
		if (f->way == FOOTER_WRAP && slice_case_starts(field.name, "Content-"))
			buf_addslice(&f->fields, field.whole);
		else if (!f->eight_bit || !field_is(&field, "Content-Transfer-Encoding"))
			buf_addslice(&to, field.whole);
	}
	if (!mime && (f->way == FOOTER_WRAP || f->eight_bit))
		buf_addtext(&to, "MIME-Version: 1.0\n");
	if (f->way == FOOTER_WRAP)
		buf_print(&to, "Content-Type: multipart/mixed; boundary=\"%s\"\n", f->boundary.p);
	if (f->way == FOOTER_WRAP && is_labelled(c)) {
		slice label = mime_token(&word);

		buf_print(&to, "Content-Transfer-Encoding: %.*s\n", (int)label.n, label.p);
	} else if (f->eight_bit) {
		buf_addtext(&to, "Content-Transfer-Encoding: 8bit\n");
	}
	buf_free(header);
	*header = to;
}

void footer_begin(struct footer *f, const struct list *l, buf *header)
{
	struct content c;

	*f = (struct footer){ .way = FOOTER_NONE };
	buf_addtext(&f->text, RULE);
	load(&f->text, l);
	read_content(&c, buf_slice(header));
	if (f->text.n == strlen(RULE) || c.sealed)
		return;
	prepare_part(f);
	if (!c.unclear && takes_part(&c, &f->boundary)) {
		f->way = FOOTER_PART;
	} else if (!c.unclear && takes_text(&c, buf_slice(&f->text))) {
		f->way = FOOTER_TEXT;
		prepare_text(f, &c);
	} else {
		f->way = FOOTER_WRAP;
		buf_addtext(&f->boundary, "=_");
		chance_add(&f->boundary);
	}
	rewrite(f, header, &c);
}
