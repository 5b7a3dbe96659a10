/* secrets: whatever stands in `users` and `secrets`, nobody gets in whose line does not say so, and no part of a line is taken for another. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "secrets.h"
#include "users.h"

static char path[] = "/tmp/fuzz-secrets.XXXXXX";
static int fd = -1;

static void check(bool good)
{
	if (!good)
		abort();
}

static void leave(void)
{
	unlink(path);
}

static void write_file(slice text)
{
	if (fd < 0) {
		fd = mkstemp(path);
		atexit(leave);
	}
	check(ftruncate(fd, 0) == 0 && pwrite(fd, text.p, text.n, 0) == (ssize_t)text.n);
}

static bool within(slice part, slice whole)
{
	return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

static void read_lines(slice rest)
{
	slice line, host, user, text;
	bool oauth;

	while (slice_cut(&rest, '\n', &line))
		if (secrets_read_line(line, &host, &user, &text, &oauth)) {
			check(within(host, line) && within(user, line) && within(text, line) && host.n && user.n && text.n);
			check(host.p + host.n < user.p && user.p + user.n < text.p);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice text = { (const char *)p, n };
	struct sasl_verifier v;
	buf why = { NULL, 0, 0 };
	struct users users;
	int status;

	read_lines(text);
	write_file(text);
	status = users_read(&users, path, &why);
	check((status != 0) == (why.n > 0));
	if (status == 0) {
		check(users_password(&users, SLICE("somebody else"), SLICE("tea")) == 0);
		check(users_password(&users, SLICE("tim"), SLICE("not this one")) == 0);
		check((users_verifier(&users, SLICE("tim"), &v) == 0) || !users.verifiers);
	}
	users_wipe(&users);
	buf_free(&why);
	return 0;
}
