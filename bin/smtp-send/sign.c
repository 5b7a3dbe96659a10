#include <errno.h>
#include <string.h>

#include "addr.h"
#include "author.h"
#include "clock.h"
#include "dkim-canon.h"
#include "head.h"
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

static int sign_as(struct content *c, const struct content_head *h, const char *domain, buf *to)
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
	struct content_head h = { .text = { NULL, 0, 0 } };
	const char *domain;
	int status = content_read_head(c, &h);

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
