#include <stdlib.h>

#include "transport.h"

void transport_add_job(buf *line, slice id, slice path, off_t offset, slice sender, slice options)
{
	buf_addfield(line, id);
	buf_addchar(line, '\t');
	buf_addfield(line, path);
	buf_print(line, "\t%lld\t", (long long)offset);
	buf_addfield(line, sender);
	buf_addchar(line, '\t');
	buf_addfield(line, options);
}

void transport_add_recipient(buf *line, slice recipient)
{
	buf_addchar(line, '\t');
	buf_addfield(line, recipient);
}

static slice without_newline(slice line)
{
	if (line.n && line.p[line.n - 1] == '\n')
		line.n--;
	return line;
}

int transport_read_job(slice line, struct job *job)
{
	slice rest = without_newline(line), offset, recipient;
	long long at;

	*job = (struct job){ .offset = 0 };
	buf_reserve(&job->text, line.n);        /* fields never get longer: the slices stay where they are */
	job->id = buf_addnextfield(&job->text, &rest);
	job->path = buf_addnextfield(&job->text, &rest);
	offset = buf_addnextfield(&job->text, &rest);
	job->sender = buf_addnextfield(&job->text, &rest);
	job->options = buf_addnextfield(&job->text, &rest);
	while (rest.p) {
		recipient = buf_addnextfield(&job->text, &rest);
		job->recipients = mem_grow(job->recipients, job->recipient_count + 1, sizeof recipient);
		job->recipients[job->recipient_count++] = recipient;
	}
	at = slice_number(offset);
	job->offset = (off_t)at;
	return at < 0 || job->id.n == 0 || job->recipient_count == 0 ? -1 : 0;
}

void job_free(struct job *job)
{
	free(job->recipients);
	buf_free(&job->text);
	*job = (struct job){ .offset = 0 };
}

void transport_add_result(buf *line, const struct result *r)
{
	buf_addfield(line, r->id);
	buf_addchar(line, '\t');
	buf_addfield(line, r->recipient);
	buf_print(line, "\t%d\t", r->code);
	buf_addfield(line, r->enhanced);
	buf_addchar(line, '\t');
	buf_addfield(line, r->text);
	buf_addchar(line, '\t');
	buf_addfield(line, r->host);
	if (r->dsn || r->tls.n)
		buf_addtext(line, r->dsn ? "\tdsn" : "\t");
	if (r->tls.n) {
		buf_addchar(line, '\t');
		buf_addfield(line, r->tls);
	}
	buf_addchar(line, '\n');
}

int transport_read_result(slice line, struct result *r, buf *text)
{
	slice rest = without_newline(line), code;

	buf_clear(text);
	buf_reserve(text, line.n);
	r->id = buf_addnextfield(text, &rest);
	r->recipient = buf_addnextfield(text, &rest);
	code = buf_addnextfield(text, &rest);
	r->enhanced = buf_addnextfield(text, &rest);
	r->text = buf_addnextfield(text, &rest);
	r->host = buf_addnextfield(text, &rest);
	r->dsn = slice_is(buf_addnextfield(text, &rest), "dsn");
	r->tls = buf_addnextfield(text, &rest);
	r->code = (int)slice_number(code);
	return r->id.n && r->recipient.n && r->code >= 200 && r->code <= 599 ? 0 : -1;
}
