/* command: whatever a client says, what is taken for an address or an option can stand in a queue file. */
#include <stdint.h>
#include <stdlib.h>

#include "command.h"
#include "letter.h"
#include "limit.h"

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_words(const buf *options)
{
	for (size_t i = 0; i < options->n; i++)
		check(!ascii_control(options->p[i]));
}

static void check_path(const struct path *path, bool utf8)
{
	slice a = path->address;

	check(a.n == 0 || letter_takes(a));
	check(path->local.n + path->domain.n + (path->domain.n > 0) == a.n);
	for (size_t i = 0; i < a.n && !utf8; i++)
		check((unsigned char)a.p[i] < 128);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice line = { (const char *)p, n }, verb, argument;
	struct mail_command mail;
	struct rcpt_command rcpt;
	long long size;
	bool last;

	command_split(line, &verb, &argument);
	check(verb.n + argument.n <= n);
	if (!command_mail(argument, &mail)) {
		check_path(&mail.from, mail.utf8);
		check_words(&mail.options);
		check(mail.size >= 0);
	}
	buf_free(&mail.options);
	if (!command_rcpt(argument, n & 1, &rcpt)) {
		check_path(&rcpt.to, n & 1);
		check_words(&rcpt.options);
		check(rcpt.to.address.n > 0);
	}
	buf_free(&rcpt.options);
	check(command_bdat(argument, &size, &last) || size >= 0);
	return 0;
}
