/* transport: a job or result that is read and written again is the same when it is read once more. */
#include <stdint.h>
#include <stdlib.h>

#include "transport.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static void job(slice line)
{
	buf again = { NULL, 0, 0 };
	struct job a, b;

	if (transport_read_job(line, &a) == 0) {
		transport_add_job(&again, a.id, a.path, a.offset, a.sender, a.options);
		for (size_t i = 0; i < a.recipient_count; i++)
			transport_add_recipient(&again, a.recipients[i]);
		check(slice_find(buf_slice(&again), '\n') == again.n);
		check(transport_read_job(buf_slice(&again), &b) == 0);
		check(slice_same(a.id, b.id) && slice_same(a.path, b.path) && a.offset == b.offset);
		check(slice_same(a.sender, b.sender) && slice_same(a.options, b.options));
		check(a.recipient_count == b.recipient_count);
		for (size_t i = 0; i < a.recipient_count; i++)
			check(slice_same(a.recipients[i], b.recipients[i]));
		job_free(&b);
	}
	job_free(&a);
	buf_free(&again);
}

static void result(slice line)
{
	buf again = { NULL, 0, 0 }, text = { NULL, 0, 0 }, other = { NULL, 0, 0 };
	struct result a, b;

	if (transport_read_result(line, &a, &text) == 0) {
		check(a.code >= 200 && a.code <= 599);
		transport_add_result(&again, &a);
		check(slice_find(buf_slice(&again), '\n') == again.n - 1);
		check(transport_read_result(buf_slice(&again), &b, &other) == 0);
		check(slice_same(a.id, b.id) && slice_same(a.recipient, b.recipient) && a.code == b.code);
		check(slice_same(a.enhanced, b.enhanced) && slice_same(a.text, b.text) && slice_same(a.host, b.host));
		check(a.dsn == b.dsn);
	}
	buf_free(&again);
	buf_free(&text);
	buf_free(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice line = { (const char *)p, n };

	job(line);
	result(line);
	return 0;
}
