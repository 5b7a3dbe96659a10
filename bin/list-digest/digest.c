/* A digest, as its messages come. */
#include <errno.h>
#include <unistd.h>

#include "chance.h"
#include "issue.h"
#include "head.h"
#include "limit.h"

/* RFC 1153: behind the table of contents, and behind each message. */
#define RULE "------------------------------"
#define RULE_FIRST RULE RULE "----------"

int digest_begin(struct digest *d, bool plain)
{
	int fd = io_spool();

	*d = (struct digest){ .plain = plain };
	writer_open(&d->body, fd);
	chance_add(&d->chance);
	return fd < 0 ? -1 : 0;
}

void digest_free(struct digest *d)
{
	if (d->body.fd >= 0)
		close(d->body.fd);
	writer_close(&d->body);
	buf_free(&d->topics), buf_free(&d->chance);
}

/* The fields; one that is too large for a header ends where it is. A `From ` line before them is none. */
static int read_fields(struct reader *in, buf *fields)
{
	slice line;
	int got = reader_line(in, &line);

	if (got > 0 && !head_is_from_line(line))
		reader_back(in, line);
	if (got < 0 || (head_read(in, fields) && errno != EMSGSIZE))
		return -1;
	return 0;
}

static void add_topic(struct digest *d, slice fields)
{
	size_t start = d->topics.n;

	buf_print(&d->topics, "%4zu. ", ++d->count);
	topic_add_subject(&d->topics, fields);
	buf_addtext(&d->topics, " (");
	topic_add_author(&d->topics, fields);
	buf_addtext(&d->topics, ")\n");
	d->eight_bit |= !seven_bit(slice_from(buf_slice(&d->topics), start));
}

static int rest_is_seven_bit(struct reader *in, bool *is)
{
	slice bytes;
	int got;

	while ((got = reader_some(in, LIMIT_STREAM, &bytes)) > 0)
		*is = *is && seven_bit(bytes);
	return got;
}

static int rewind_to(struct reader *in, off_t start)
{
	reader_restart(in);
	return lseek(in->fd, start, SEEK_SET) < 0 ? -1 : 0;
}

static int copy(struct digest *d, struct reader *in)
{
	slice bytes;
	int got;

	while ((got = reader_some(in, LIMIT_STREAM, &bytes)) > 0)
		writer_put(&d->body, bytes);
	return got;
}

/*
 * The part is a message, for it stands in a digest, also where its header is UTF-8: that it is message/global (RFC 6532 §3.7)
 * would hide it from those who know of message/rfc822 alone.
 */
static int add_part(struct digest *d, struct reader *in, off_t start, bool seven)
{
	if (rest_is_seven_bit(in, &seven) || rewind_to(in, start))
		return -1;
	d->eight_bit |= !seven;
	writer_print(&d->body, "\n--digest-%s\n%s\n", d->chance.p, seven ? "" : "Content-Transfer-Encoding: 8bit\n");
	return copy(d, in);
}

static int add_plain(struct digest *d, struct reader *in, off_t start)
{
	if (rewind_to(in, start))
		return -1;
	if (d->count > 1)
		writer_text(&d->body, "\n" RULE "\n\n");
	return plain_add(d, in);
}

int digest_add(struct digest *d, struct reader *in)
{
	off_t start = lseek(in->fd, 0, SEEK_CUR);
	buf fields = { NULL, 0, 0 };
	int status = start < 0 ? -1 : read_fields(in, &fields);

	if (status == 0) {
		add_topic(d, buf_slice(&fields));
		status = d->plain ? add_plain(d, in, start) : add_part(d, in, start, seven_bit(buf_slice(&fields)));
	}
	buf_free(&fields);
	if (d->body.error)
		errno = d->body.error;
	return d->body.error ? -1 : status;
}

static const char *encoding(const struct digest *d)
{
	return d->eight_bit ? "Content-Transfer-Encoding: 8bit\n" : "";
}

static void add_contents(const struct digest *d, buf *to, slice title, slice about)
{
	buf_addslice(to, title);
	buf_addchar(to, '\n');
	if (about.n) {
		buf_addslice(to, about);
		buf_addchar(to, '\n');
	}
	buf_addchar(to, '\n');
	buf_addslice(to, buf_slice(&d->topics));
}

static void add_start(const struct digest *d, buf *to, slice title, slice about)
{
	const char *chance = d->chance.p, *coded = encoding(d);

	buf_addtext(to, "MIME-Version: 1.0\n");
	if (!d->plain)
		buf_print(to, "Content-Type: multipart/mixed; boundary=\"parts-%s\"\n%s\n--parts-%s\n", chance, coded, chance);
	buf_print(to, "Content-Type: text/plain; charset=utf-8\n%s\n", coded);
	add_contents(d, to, title, about);
	if (d->plain)
		buf_addtext(to, "\n" RULE_FIRST "\n\n");
	else
		buf_print(to, "\n--parts-%s\nContent-Type: multipart/digest; boundary=\"digest-%s\"\n%s", chance, chance, coded);
}

static void add_end(const struct digest *d, buf *to, slice title)
{
	size_t line;

	if (!d->plain) {
		buf_print(to, "\n--digest-%s--\n\n--parts-%s--\n", d->chance.p, d->chance.p);
		return;
	}
	buf_addtext(to, "\n" RULE "\n\n");
	line = to->n;
	buf_addtext(to, "End of ");
	buf_addslice(to, title);
	line = to->n - line;
	buf_addchar(to, '\n');
	while (line--)
		buf_addchar(to, '*');
	buf_addchar(to, '\n');
}

static int put_body(struct digest *d, int (*put)(void *, slice), void *context)
{
	struct reader in;
	slice bytes;
	int got;

	if (writer_flush(&d->body) || lseek(d->body.fd, 0, SEEK_SET) < 0)
		return -1;
	reader_open(&in, d->body.fd);
	while ((got = reader_some(&in, LIMIT_STREAM, &bytes)) > 0 && put(context, bytes) == 0)
		;
	reader_close(&in);
	return got == 0 ? 0 : -1;
}

int digest_write(struct digest *d, slice fields, slice title, slice about, int (*put)(void *, slice), void *context)
{
	buf start = { NULL, 0, 0 }, end = { NULL, 0, 0 };
	int status;

	d->eight_bit |= !seven_bit(title) || !seven_bit(about);
	add_start(d, &start, title, about);
	add_end(d, &end, title);
	status = put(context, fields) || put(context, buf_slice(&start)) || put_body(d, put, context)
	    || put(context, buf_slice(&end)) ? -1 : 0;
	buf_free(&start), buf_free(&end);
	return status;
}
