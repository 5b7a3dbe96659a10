/* sasl-answer: the client's half of SASL exchanges, with what `secrets` holds. See sasl-answer(1). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "fail.h"
#include "io.h"
#include "net.h"
#include "sasl.h"
#include "secrets.h"

static const char usage[] = "usage: sasl-answer <requests";

static char *secrets;
static struct sasl *exchange;
static enum sasl_status status;

static void end(void)
{
	sasl_free(exchange);
	exchange = NULL;
	status = SASL_REFUSED;
}

static void answer(const char *verb, slice text)
{
	buf line = { NULL, 0, 0 };

	buf_reserve(&line, 2 * text.n + 64);
	buf_addtext(&line, verb);
	buf_addchar(&line, '\t');
	buf_addfield(&line, text);
	buf_addchar(&line, '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_wipe(&line);
}

static void give_up(const char *why)
{
	end();
	answer("fail", slice_of(why));
}

static void say_first(unsigned mechanism)
{
	buf first = { NULL, 0, 0 };

	status = SASL_GOES_ON;
	if (sasl_client_first(mechanism))
		status = sasl_step(exchange, (slice){ NULL, 0 }, &first);
	if (status == SASL_GOES_ON || status == SASL_DONE) {
		writer_print(&io_out, "begin\t%s", sasl_name(mechanism));
		answer("", buf_slice(&first));
	} else {
		give_up("the user or the password cannot be said in this mechanism");
	}
	buf_wipe(&first);
}

static void start(slice server, slice offered, slice binding, const struct secret *s)
{
	struct sasl_credentials c = { .user = buf_slice(&s->user), .secret = buf_slice(&s->text), .oauth = s->oauth, .binding = binding };
	unsigned mechanism = sasl_choose(sasl_mechanisms(offered), s->oauth, binding.n);

	if (net_split(server, &c.host, &c.port))
		c.host = server;
	if (!mechanism) {
		give_up(s->oauth ? "the server takes no OAuth token" : "the server offers no mechanism that we know");
		return;
	}
	exchange = sasl_client(mechanism, &c);
	if (exchange)
		say_first(mechanism);
	else
		give_up("the user or the password cannot be said in this mechanism");
}

/* `begin server mechanisms binding` */
static void begin(slice record)
{
	struct secret s = { .oauth = false };
	buf fields = { NULL, 0, 0 }, why = { NULL, 0, 0 };
	slice server, offered, binding;
	size_t n, m;

	end();
	buf_reserve(&fields, record.n);
	n = buf_addnextfield(&fields, &record).n;
	m = n + buf_addnextfield(&fields, &record).n;
	buf_addnextfield(&fields, &record);
	server = slice_upto(buf_slice(&fields), n);
	offered = slice_from(slice_upto(buf_slice(&fields), m), n);
	binding = slice_from(buf_slice(&fields), m);
	switch (secrets_find(secrets, server, &s, &why)) {
	case 1: start(server, offered, binding, &s); break;
	case 0: answer("none", (slice){ "", 0 }); break;
	default: give_up(why.p);
	}
	secret_wipe(&s);
	buf_free(&fields);
	buf_free(&why);
}

/* `challenge text` */
static void reply_to(slice text)
{
	buf reply = { NULL, 0, 0 };

	if (exchange && (status == SASL_GOES_ON || status == SASL_DONE))
		status = sasl_step(exchange, text, &reply);
	if (exchange && (status == SASL_GOES_ON || status == SASL_DONE))
		answer("answer", buf_slice(&reply));
	else
		give_up("the server asks for what the mechanism does not have, or does not know the password itself");
	buf_wipe(&reply);
}

/* A server that was satisfied before it had proven what it has to prove is another one. */
static void be_accepted(void)
{
	if (exchange && status == SASL_DONE) {
		end();
		answer("done", (slice){ "", 0 });
	} else {
		give_up("the server has not proven that it knows the password itself");
	}
}

static void take(slice line)
{
	slice verb;

	slice_cut(&line, '\t', &verb);
	if (!line.p)
		line = (slice){ "", 0 };
	if (slice_is(verb, "begin"))
		begin(line);
	else if (slice_is(verb, "challenge"))
		reply_to(line);
	else if (slice_is(verb, "accepted"))
		be_accepted();
	else
		give_up("not a request");
}

int main(int argc, char **argv)
{
	struct conf conf;
	slice line;
	int got;

	fail_name("sasl-answer", usage);
	if (getopt(argc, argv, "") != -1 || argv[optind])
		fail_usage();
	conf_load(&conf);
	secrets = conf_path(&conf, "secrets");
	while ((got = reader_line(&io_in, &line)) > 0) {
		if (line.p[line.n - 1] != '\n' && !io_in.eof)
			fail(EX_DATAERR, "standard input: a line without end");
		take(line.p[line.n - 1] == '\n' ? slice_upto(line, line.n - 1) : line);
		if (writer_flush(&io_out))
			break;
		explicit_bzero(io_out.p, io_out.cap);
	}
	if (got < 0)
		fail(EX_IOERR, "standard input: %s", strerror(errno));
	end();
	return io_finish(EX_OK);
}
