#include <errno.h>
#include <string.h>

#include "addr.h"
#include "author.h"
#include "clock.h"
#include "dkim-canon.h"
#include "head.h"
#include "limit.h"
#include "queue.h"
#include "send.h"
#include "sign.h"
#include "signers.h"

static struct signers signers;
static buf wrong;               /* with them, if anything is */

/* They are read for the first letter that wants them, and once. */
static bool has_signers(void)
{
	static bool read;

	if (!read)
		signers_read(&signers, &settings.conf, &wrong);
	read = true;
	return !wrong.n;
}

/* The header, in the form of the wire, with its last line end; what of the body came with it is behind the blank line. */
struct head {
	buf text;
	slice fields, body;
};

/* 1; 0 where there is none that can be signed; -1 and errno. */
static int read_head(struct content *c, struct head *h)
{
	char *end = NULL;
	int got = 1;

	while (!end && got > 0 && h->text.n <= LIMIT_HEADER + LIMIT_STREAM) {
		size_t from = h->text.n > 3 ? h->text.n - 3 : 0;

		got = content_next(c, false, &h->text);
		if (h->text.n > from)
			end = memmem(h->text.p + from, h->text.n - from, "\r\n\r\n", 4);
	}
	if (!end)
		return got < 0 ? -1 : 0;
	h->fields = slice_upto(buf_slice(&h->text), (size_t)(end - h->text.p) + 2);
	h->body = slice_from(buf_slice(&h->text), h->fields.n + 2);
	return 1;
}

static bool is_header(slice fields)
{
	struct field f;

	while (head_next(&fields, &f))
		;
	return fields.n == 0;
}

/* The domain that signs; NULL: none of ours does, or others may see another header than we. */
static const char *domain_of(slice fields, slice sender)
{
	buf author = { NULL, 0, 0 };
	const char *domain = NULL;

	if (is_header(fields) && author_of(fields, &author) == 1) {
		domain = signers_domain(&signers, addr_domain(buf_slice(&author)));
		if (!domain)
			domain = signers_domain(&signers, addr_domain(sender));
	}
	buf_free(&author);
	return domain;
}

static int hash_body(struct content *c, slice begin, unsigned char hash[SHA256_BYTES])
{
	struct dkim_body body;
	buf wire = { NULL, 0, 0 };
	int got;

	dkim_body_begin(&body, true);
	dkim_body_more(&body, begin);
	while ((got = content_next(c, false, &wire)) > 0) {
		dkim_body_more(&body, buf_slice(&wire));
		buf_clear(&wire);
	}
	dkim_body_more(&body, buf_slice(&wire));
	dkim_body_end(&body, hash);
	buf_free(&wire);
	return got;
}

static int sign_as(struct content *c, const struct head *h, const char *domain, buf *to)
{
	struct dkim_how how = { .now = clock_now(), .line_end = "\r\n" };
	unsigned char hash[SHA256_BYTES];
	struct dkim_fields fields = { .count = 0 };
	int status = hash_body(c, h->body, hash);

	if (status == 0 && dkim_fields_begin(&fields, h->fields) == 0)
		for (size_t i = 0; i < signers.count && status == 0; i++)
			if (strcmp(signers.list[i].domain, domain) == 0 && dkim_sign(to, &signers.list[i], &fields, hash, &how)) {
				errno = EKEYREJECTED;
				status = -1;
			}
	dkim_fields_free(&fields);
	return status;
}

static int sign(struct content *c, slice sender, buf *to)
{
	struct head h = { .text = { NULL, 0, 0 } };
	const char *domain;
	int status = read_head(c, &h);

	if (status > 0) {
		domain = domain_of(h.fields, sender);
		status = domain ? sign_as(c, &h, domain, to) : 0;
	}
	buf_free(&h.text);
	return status;
}

const char *sign_content(struct content *c, const struct job *job)
{
	bool converts = content_converts(c);
	buf signatures = { NULL, 0, 0 };
	const char *why = NULL;

	if (!option_value(job->options, "sign").p)
		return NULL;
	if (!has_signers())
		return wrong.p;
	if (sign(c, job->sender, &signatures))
		why = strerror(errno);
	content_put_ahead(c, &signatures);
	content_rewind(c, converts);
	return why;
}
