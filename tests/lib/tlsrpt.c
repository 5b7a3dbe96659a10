/* tlsrpt: records of RFC 8460, and the line of the log that a session is. */
#include <stdlib.h>
#include <unistd.h>

#include "io.h"
#include "tap.h"
#include "tlsrpt.h"

static void record(const char *text, const char *want)
{
	slice where;
	bool is = tlsrpt_read(slice_of(text), &where);

	same(is ? where : SLICE("-"), want, text);
}

/* What is logged of an outcome, but for when. */
static void logged(const struct tlsrpt_outcome *o, const char *want)
{
	static struct reader in;
	static int pipes[2];
	slice line;
	char *time;

	if (!in.p && pipe(pipes) == 0)
		reader_open(&in, pipes[0]), dup2(pipes[1], STDERR_FILENO);
	tlsrpt_record(o);
	if (reader_line(&in, &line) <= 0 || !(time = memmem(line.p, line.n, " time=20", 8)))
		abort();
	memmove(time, time + 26, (size_t)(line.p + line.n - (time + 26)));
	same(slice_upto(line, line.n - 27), want, o->policy);
}

int main(void)
{
	struct address a, b;
	char text[2000];

	record("v=TLSRPTv1; rua=mailto:reports@example.com", "mailto:reports@example.com");
	record("v=TLSRPTv1;rua=https://reporting.example.com/v1/tlsrpt , mailto:x@example.com;", "https://reporting.example.com/v1/tlsrpt , mailto:x@example.com");
	record("v=TLSRPTv1 ; x=y; rua=mailto:a@example.com; rua=mailto:b@example.com", "mailto:a@example.com");
	record("v=TLSRPTv1;", "");
	record("v=TLSRPTv1; rua=", "");
	record("v=TLSRPTv1", "-");
	record("v=TLSRPTv10; rua=mailto:a@example.com", "-");
	record("rua=mailto:a@example.com; v=TLSRPTv1;", "-");
	record("", "-");

	address_read(SLICE("192.0.2.1"), &a), address_read(SLICE("2001:db8::1"), &b);
	logged(&(struct tlsrpt_outcome){ .domain = SLICE("example.com"), .policy = "no-policy-found", .result = SLICE("success"),
	    .exchange = SLICE("mx.example.com"), .from = &a, .to = &b },
	    "tlsrpt=success domain=example.com policy=no-policy-found mx=mx.example.com from=192.0.2.1 to=2001:db8::1");
	logged(&(struct tlsrpt_outcome){ .domain = SLICE("example.com"), .policy = "sts", .result = SLICE("sts-webpki-invalid"),
	    .text = SLICE("version: STSv1\r\nmode: none\r\n"), .reason = SLICE("it's = \"bad\" domain=x\n") },
	    "tlsrpt=sts-webpki-invalid domain=example.com policy=sts reason=it%27s%20%3D%20%22bad%22%20domain%3Dx%0A "
	    "text=version%3A%20STSv1%0D%0Amode%3A%20none");
	memset(text, 'x', sizeof text);
	text[9] = '\n';
	logged(&(struct tlsrpt_outcome){ .domain = SLICE("example.com"), .policy = "tlsa", .result = SLICE("too-long"), .text = { text, sizeof text } },
	    "tlsrpt=too-long domain=example.com policy=tlsa text=xxxxxxxxx");
	return tap_done();
}
