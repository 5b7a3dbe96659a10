#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "domain.h"
#include "fail.h"
#include "io.h"
#include "limit.h"
#include "settings.h"

#define DEFAULT_HOME "/etc/pennypost"

/* Where the initial value is NULL, complete() finds it. */
#define SETTING(name, kind, field, initial) { name, SETTING_##kind, offsetof(struct conf, field), initial }

static const struct setting table[] = {
	SETTING("hostname", TEXT, hostname, NULL),
	SETTING("domain", TEXT, domain, NULL),
	SETTING("local-domains", TEXT, local_domains, NULL),
	SETTING("masquerade", TEXT, masquerade, ""),
	SETTING("smarthost", TEXT, smarthost, ""),
	SETTING("resolver", TEXT, resolver, ""),
	SETTING("smtp-port", COUNT, smtp_port, "25"),
	SETTING("https-port", COUNT, https_port, "443"),
	SETTING("tls-report", TEXT, tls_report, "off"),
	SETTING("tls-ca", TEXT, tls_ca, ""),
	SETTING("tls-certificate", TEXT, tls_certificate, ""),
	SETTING("tls-key", TEXT, tls_key, ""),
	SETTING("tls-client-certificate", TEXT, tls_client_certificate, ""),
	SETTING("tls-client-key", TEXT, tls_client_key, ""),
	SETTING("queue", TEXT, queue, "queue"),
	SETTING("mailboxes", TEXT, mailboxes, ""),
	SETTING("mailbox", TEXT, mailbox, "Maildir"),
	SETTING("relay-from", TEXT, relay_from, "127.0.0.0/8 ::1"),
	SETTING("relay-certificates", TEXT, relay_certificates, ""),
	SETTING("auth", TEXT, auth, ""),
	SETTING("auth-plaintext", TEXT, auth_plaintext, ""),
	SETTING("size-limit", SIZE, size_limit, "50M"),
	SETTING("queue-reserve", SIZE, queue_reserve, "64M"),
	SETTING("recipient-limit", COUNT, recipient_limit, "1000"),
	SETTING("lifetime", TIME, lifetime, "5d"),
	SETTING("delay-notice", TIME, delay_notice, "off"),
	SETTING("retry-first", TIME, retry_first, "5m"),
	SETTING("retry-most", TIME, retry_most, "4h"),
	SETTING("concurrency", COUNT, concurrency, "20"),
	SETTING("per-destination", COUNT, per_destination, "5"),
	SETTING("max-hops", COUNT, max_hops, "50"),
	SETTING("filter", TEXT, filter, ""),
	SETTING("deliver", TEXT, deliver, "background"),
	SETTING("postmaster", TEXT, postmaster, "postmaster"),
	SETTING("log", TEXT, log, "syslog"),
};

static const struct setting_table known = { table, sizeof table / sizeof *table };

bool conf_local(const struct conf *c, slice domain)
{
	buf labels = { NULL, 0, 0 };
	bool local = slice_lists(slice_of(c->local_domains), domain_plain(domain, &labels));

	buf_free(&labels);
	return local;
}

/* The first name with a dot that /etc/hosts gives for this host: the full name without asking DNS. */
static char *full_name(const char *host)
{
	buf text = { NULL, 0, 0 };
	char *full = NULL;
	slice rest, line;

	if (strchr(host, '.') || io_file(AT_FDCWD, "/etc/hosts", LIMIT_HEADER, &text))
		return mem_text(slice_of(host));
	rest = buf_slice(&text);
	while (!full && slice_cut(&rest, '\n', &line)) {
		slice names = slice_upto(line, slice_find(line, '#')), name, dotted = { NULL, 0 };
		bool ours = false;

		slice_word(&names, &name);
		while (slice_word(&names, &name)) {
			ours = ours || slice_case_is(name, host);
			if (!dotted.n && slice_find(name, '.') < name.n)
				dotted = name;
		}
		if (ours && dotted.n)
			full = mem_text(dotted);
	}
	buf_free(&text);
	return full ? full : mem_text(slice_of(host));
}

static void make_plain(const struct conf *c, char **domain)
{
	buf labels = { NULL, 0, 0 };
	char *plain = mem_text(domain_plain(slice_of(*domain), &labels));

	(void)c;
	free(*domain);
	*domain = plain;
	buf_free(&labels);
}

static void make_absolute(const struct conf *c, char **path)
{
	char *absolute = conf_path(c, *path);

	free(*path);
	*path = absolute;
}

static void make_words(const struct conf *c, char **list, void (*make)(const struct conf *, char **word))
{
	slice rest = slice_of(*list), word;
	buf made = { NULL, 0, 0 };

	buf_addtext(&made, "");
	while (slice_word(&rest, &word)) {
		char *one = mem_text(word);

		make(c, &one);
		buf_print(&made, "%s%s", made.n ? " " : "", one);
		free(one);
	}
	free(*list);
	*list = made.p;
}

static void complete(struct conf *c)
{
	char **const paths[] = { &c->mailboxes, &c->tls_ca, &c->tls_client_certificate, &c->tls_client_key };
	char host[256] = "localhost";

	if (!c->hostname) {
		gethostname(host, sizeof host - 1);
		c->hostname = full_name(host);
	}
	make_plain(c, &c->hostname);
	if (!c->domain) {
		const char *dot = strchr(c->hostname, '.');

		c->domain = mem_text(slice_of(dot && strchr(dot + 1, '.') ? dot + 1 : c->hostname));
	}
	if (!c->local_domains) {
		buf list = { NULL, 0, 0 };

		buf_print(&list, "%s localhost", c->hostname);
		c->local_domains = list.p;
	}
	make_plain(c, &c->domain);
	make_words(c, &c->local_domains, make_plain);
	make_absolute(c, &c->queue); /* where it is empty, the folder itself */
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if ((*paths[i])[0])
			make_absolute(c, paths[i]);
	make_words(c, &c->tls_certificate, make_absolute);
	make_words(c, &c->tls_key, make_absolute);
}

static bool is_port(long long number)
{
	return number >= 1 && number <= 65535;
}

static int check(const struct conf *c, buf *why)
{
	if (strcmp(c->deliver, "background") && strcmp(c->deliver, "queue") && strcmp(c->deliver, "now"))
		buf_print(why, "%s/conf: deliver: not background, queue or now", c->home);
	else if (strcmp(c->tls_report, "off") && strcmp(c->tls_report, "on"))
		buf_print(why, "%s/conf: tls-report: not off or on", c->home);
	else if (strcmp(c->log, "syslog") && strcmp(c->log, "stderr"))
		buf_print(why, "%s/conf: log: not syslog or stderr", c->home);
	else if (!is_port(c->smtp_port) || !is_port(c->https_port))
		buf_print(why, "%s/conf: %s: not a port", c->home, is_port(c->smtp_port) ? "https-port" : "smtp-port");
	else if (c->auth[0] && strcmp(c->auth, "users") && strcmp(c->auth, "pam") && strncmp(c->auth, "pam:", 4))
		buf_print(why, "%s/conf: auth: not users, pam or pam:service", c->home);
	else if (c->concurrency < 1 || c->per_destination < 1 || c->retry_first < 1 || c->recipient_limit < 1)
		buf_print(why, "%s/conf: concurrency, per-destination, recipient-limit and retry-first: at least 1",
		    c->home);
	return why->n ? -1 : 0;
}

int conf_read(struct conf *c, buf *why)
{
	const char *home = secure_getenv("PENNYPOST");
	char *path;
	int status;

	*c = (struct conf){ .home = NULL };
	settings_begin(&known, c);
	if (!home || !home[0])
		home = DEFAULT_HOME;
	c->home = realpath(home, NULL);
	if (!c->home && home[0] == '/' && errno == ENOENT && strcmp(home, DEFAULT_HOME) == 0)
		c->home = mem_text(slice_of(home));
	if (!c->home) {
		buf_print(why, "%s: %s", home, strerror(errno));
		return -1;
	}
	path = conf_path(c, "conf");
	status = settings_read(&known, c, path, why);
	free(path);
	if (status)
		return -1;
	complete(c);
	return check(c, why);
}

void conf_load(struct conf *c)
{
	buf why = { NULL, 0, 0 };

	if (conf_read(c, &why))
		fail(EX_CONFIG, "%s", why.p);
	log_open(c->log);
}

char *conf_path(const struct conf *c, const char *name)
{
	buf path = { NULL, 0, 0 };

	if (name[0] != '/')
		buf_print(&path, "%s/", c->home);
	buf_addtext(&path, name);
	return path.p;
}
