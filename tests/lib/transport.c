/* Job and result lines survive every byte that an address or a reply may hold. */
#include <string.h>

#include "tap.h"
#include "transport.h"

static const char nasty[] = "a\tb\nc\\t\\\\d\re";

static void jobs(void)
{
	buf line = { NULL, 0, 0 };
	struct job job;

	transport_add_job(&line, SLICE("0123"), slice_of(nasty), 123456789012, SLICE(""), SLICE("smtputf8 ret=hdrs"));
	transport_add_recipient(&line, SLICE("bob@example.com"));
	transport_add_recipient(&line, slice_of(nasty));
	ok(slice_find(buf_slice(&line), '\n') == line.n, "a job is one line");
	buf_addchar(&line, '\n');
	ok(transport_read_job(buf_slice(&line), &job) == 0, "a job line is read");
	same(job.id, "0123", "its id");
	same(job.path, nasty, "its path");
	ok(job.offset == 123456789012, "its offset");
	same(job.sender, "", "its null sender");
	same(job.options, "smtputf8 ret=hdrs", "its options");
	ok(job.recipient_count == 2, "its recipients");
	same(job.recipients[0], "bob@example.com", "the first");
	same(job.recipients[1], nasty, "the second");
	job_free(&job);
	buf_free(&line);
}

static void bad_jobs(void)
{
	static const char *const lines[] = { "", "\n", "id", "id\tpath\t0\tsender\toptions", "id\tpath\tx\ts\to\tr",
		"id\tpath\t-1\ts\to\tr", "\tpath\t0\ts\to\tr", "id\tpath\t9999999999999999999\ts\to\tr" };
	struct job job;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		ok(transport_read_job(slice_of(lines[i]), &job) == -1, "no job line");
		job_free(&job);
	}
}

static void results(void)
{
	struct result out = { SLICE("0123"), slice_of(nasty), 250, SLICE("2.0.0"), slice_of(nasty), SLICE("mx.example.com"),
		true, SLICE("TLSv1.3,proof=dane") }, in;
	buf line = { NULL, 0, 0 }, text = { NULL, 0, 0 };

	transport_add_result(&line, &out);
	ok(transport_read_result(buf_slice(&line), &in, &text) == 0, "a result line is read");
	same(in.id, "0123", "its id");
	same(in.recipient, nasty, "its recipient");
	ok(in.code == 250, "its code");
	same(in.enhanced, "2.0.0", "its enhanced code");
	same(in.text, nasty, "its text");
	same(in.host, "mx.example.com", "its host");
	ok(in.dsn, "that the host will tell the sender");
	same(in.tls, "TLSv1.3,proof=dane", "how the way to it was protected");
	ok(transport_read_result(SLICE("i\tr\t250\t2.0.0\ttext\thost\t\tnone\n"), &in, &text) == 0 && !in.dsn && slice_is(in.tls, "none"),
	    "the field before it may be empty");
	ok(transport_read_result(SLICE("i\tr\t450\t4.0.0\ttext"), &in, &text) == 0 && in.host.n == 0 && !in.dsn,
	    "the host may be left out");
	ok(transport_read_result(SLICE("i\tr\t199\t\t"), &in, &text) == -1, "199 is no code");
	ok(transport_read_result(SLICE("i\tr\t600\t\t"), &in, &text) == -1, "600 is no code");
	ok(transport_read_result(SLICE("i\t\t250\t\t"), &in, &text) == -1, "a result has a recipient");
	ok(transport_read_result(SLICE("garbage"), &in, &text) == -1, "garbage is no result");
	buf_free(&line);
	buf_free(&text);
}

int main(void)
{
	jobs();
	bad_jobs();
	results();
	return tap_done();
}
