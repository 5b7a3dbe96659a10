/* conf: whatever the file says, either every setting is usable afterwards, or it is said why not. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "settings.h"

static char home[] = "/tmp/fuzz-conf.XXXXXX", file[sizeof home + sizeof "/conf"];

static void check(bool good)
{
	if (!good)
		abort();
}

static void leave(void)
{
	unlink(file);
	rmdir(home);
}

static void begin(void)
{
	check(mkdtemp(home) && setenv("PENNYPOST", home, 1) == 0);
	snprintf(file, sizeof file, "%s/conf", home);
	atexit(leave);
}

static void write_conf(const uint8_t *p, size_t n)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
}

static void check_usable(const struct conf *c, char *const *texts, size_t count)
{
	long long numbers[] = { c->size_limit, c->queue_reserve, c->lifetime, c->delay_notice, c->retry_most, c->max_hops };

	for (size_t i = 0; i < count; i++)
		check(texts[i] != NULL);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		check(numbers[i] >= 0);
	check(c->queue[0] == '/' && (!c->mailboxes[0] || c->mailboxes[0] == '/'));
	check(c->smtp_port > 0 && c->smtp_port < 65536);
	check(c->concurrency > 0 && c->per_destination > 0 && c->retry_first > 0 && c->recipient_limit > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	slice rest = { (const char *)p, n }, word;
	buf why = { NULL, 0, 0 };
	struct conf c;

	if (strstr(home, "XXXXXX"))
		begin();
	while (slice_word(&rest, &word))
		check(setting_size(word) >= -1 && setting_time(word) >= -1);
	write_conf(p, n);

	bool good = conf_read(&c, &why) == 0;
	char *texts[] = { c.home, c.hostname, c.domain, c.local_domains, c.masquerade, c.smarthost, c.resolver, c.queue,
		c.mailboxes, c.mailbox, c.relay_from, c.relay_certificates,
		c.tls_report, c.tls_ca, c.tls_certificate, c.tls_key, c.tls_client_certificate, c.tls_client_key, c.auth, c.auth_plaintext, c.filter, c.deliver, c.postmaster, c.log };
	size_t count = sizeof texts / sizeof texts[0];

	if (good)
		check_usable(&c, texts, count);
	else
		check(why.n > 0);
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	buf_free(&why);
	return 0;
}
