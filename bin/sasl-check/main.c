/* sasl-check: the server's half of SASL exchanges, with what `users` or PAM knows. See sasl-check(1). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "conf.h"
#include "fail.h"
#include "io.h"
#include "sandbox.h"
#include "users.h"

static const char usage[] = "usage: sasl-check <requests";

/* What the setting `auth` names. */
static char *file;
static const char *service;

static struct sasl *exchange;
static buf host;                /* of the client, as text */

/* As they are now; wipe them whatever is returned: 0, -1. */
static int read_users(struct users *users)
{
	buf why = { NULL, 0, 0 };
	int status = users_read(users, file, &why);

	if (status)
		warn("%s", why.p);
	buf_free(&why);
	return status;
}

static int judge_password(void *of, slice user, slice password)
{
	struct users users;
	int right = -1;

	(void)of;
	if (service)
		return pam_password(service, user, password, host.p);
	if (read_users(&users) == 0)
		right = users_password(&users, user, password);
	users_wipe(&users);
	return right;
}

static int judge_verifier(void *of, slice user, struct sasl_verifier *v)
{
	struct users users;
	int status;

	(void)of;
	status = read_users(&users);
	if (status == 0)
		status = users_verifier(&users, user, v);
	users_wipe(&users);
	return status;
}

static const struct sasl_judge judge = { judge_password, judge_verifier, NULL };

/* SCRAM is for everybody or for nobody: a client that could do it would try nothing else. */
static unsigned offered(bool bound)
{
	unsigned mechanisms = SASL_PLAIN | SASL_LOGIN;
	struct users users;

	if (service)
		return mechanisms;
	if (read_users(&users))
		mechanisms = 0;
	else if (users.verifiers)
		mechanisms |= SASL_SCRAM_SHA_256 | (bound ? SASL_SCRAM_SHA_256_PLUS : 0);
	users_wipe(&users);
	return mechanisms;
}

static void answer(const char *verb, slice text)
{
	buf line = { NULL, 0, 0 };

	buf_addtext(&line, verb);
	buf_addchar(&line, '\t');
	buf_addfield(&line, text);
	buf_addchar(&line, '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

static void end(void)
{
	sasl_free(exchange);
	exchange = NULL;
}

static void finish(enum sasl_status status)
{
	static const char *const verbs[] = { [SASL_DONE] = "user", [SASL_REFUSED] = "no", [SASL_MALFORMED] = "malformed",
		[SASL_LATER] = "later" };
	slice user = exchange ? sasl_user(exchange) : (slice){ "", 0 };

	if (status == SASL_DONE && !users_takes(user))
		status = SASL_REFUSED;
	answer(verbs[status], user);
	end();
}

static void step(slice text)
{
	buf reply = { NULL, 0, 0 };
	enum sasl_status status = exchange ? sasl_step(exchange, text, &reply) : SASL_MALFORMED;

	if (status == SASL_GOES_ON)
		answer("challenge", buf_slice(&reply));
	else
		finish(status);
	buf_free(&reply);
}

/* `offer binding` */
static void offer(slice binding)
{
	buf names = { NULL, 0, 0 };

	sasl_add_names(&names, offered(binding.n));
	answer("offer", buf_slice(&names));
	buf_free(&names);
}

/* `begin mechanism initial binding host`: the initial response as in AUTH, `=` an empty one, nothing none. */
static void begin(slice record)
{
	slice name, initial = { "", 0 }, binding = { "", 0 };
	unsigned mechanism;

	end();
	slice_cut(&record, '\t', &name);
	slice_cut(&record, '\t', &initial);
	slice_cut(&record, '\t', &binding);
	buf_clear(&host);
	if (record.p)
		buf_addslice(&host, record);
	buf_addtext(&host, "");
	mechanism = sasl_mechanism(name);
	if (mechanism & offered(binding.n))
		exchange = sasl_server(mechanism, &judge, binding);
	if (!exchange)
		answer("unknown", name);
	else if (initial.n == 0)
		step((slice){ NULL, 0 });
	else
		step(slice_is(initial, "=") ? (slice){ "", 0 } : initial);
}

static void take(slice line)
{
	slice verb;

	slice_cut(&line, '\t', &verb);
	if (!line.p)
		line = (slice){ "", 0 };
	if (slice_is(verb, "offer"))
		offer(line);
	else if (slice_is(verb, "begin"))
		begin(line);
	else if (slice_is(verb, "answer"))
		step(line);
	else
		finish(SASL_MALFORMED);
}

int main(int argc, char **argv)
{
	struct conf conf;
	slice line;
	int got;

	fail_name("sasl-check", usage);
	if (getopt(argc, argv, "") != -1 || argv[optind])
		fail_usage();
	conf_load(&conf);
	file = conf_path(&conf, "users");
	if (strncmp(conf.auth, "pam", 3) == 0)
		service = conf.auth[3] ? conf.auth + 4 : "smtp";
	if (!service) /* whose modules may do anything */
		sandbox_enter(&(struct sandbox_path){ "/", SANDBOX_READ }, 1);
	while ((got = reader_line(&io_in, &line)) > 0) {
		if (line.p[line.n - 1] != '\n' && !io_in.eof)
			fail(EX_DATAERR, "standard input: a line without end");
		take(line.p[line.n - 1] == '\n' ? slice_upto(line, line.n - 1) : line);
		explicit_bzero(io_in.p, io_in.start);
		if (writer_flush(&io_out))
			break;
	}
	if (got < 0)
		fail(EX_IOERR, "standard input: %s", strerror(errno));
	end();
	return io_finish(EX_OK);
}
