#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "fail.h"
#include "io.h"
#include "limit.h"

#define DEFAULT_HOME "/etc/pennypost"

enum kind { TEXT, COUNT, SIZE, TIME };

struct setting {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *initial;    /* where it is NULL, complete() finds the value */
};

#define SETTING(name, kind, field, initial) { name, kind, offsetof(struct conf, field), initial }

static const struct setting settings[] = {
	SETTING("hostname", TEXT, hostname, NULL),
	SETTING("domain", TEXT, domain, NULL),
	SETTING("local-domains", TEXT, local_domains, NULL),
	SETTING("masquerade", TEXT, masquerade, ""),
	SETTING("smarthost", TEXT, smarthost, ""),
	SETTING("resolver", TEXT, resolver, ""),
	SETTING("smtp-port", COUNT, smtp_port, "25"),
	SETTING("queue", TEXT, queue, "queue"),
	SETTING("mailboxes", TEXT, mailboxes, ""),
	SETTING("mailbox", TEXT, mailbox, "Maildir"),
	SETTING("relay-from", TEXT, relay_from, "127.0.0.0/8 ::1"),
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
#define SETTINGS (sizeof settings / sizeof settings[0])

static long long scaled(slice text, const char *units, const long long *factors)
{
	long long value, factor = 1;
	const char *unit = text.n ? strchr(units, ascii_lower(text.p[text.n - 1])) : NULL;

	if (unit && *unit) {
		factor = factors[unit - units];
		text.n--;
	}
	value = slice_number(text);
	return value < 0 || value > (1LL << 60) / factor ? -1 : value * factor;
}

long long conf_size(slice text)
{
	static const long long factors[] = { 1LL << 10, 1LL << 20, 1LL << 30, 1LL << 40 };

	return scaled(text, "kmgt", factors);
}

long long conf_time(slice text)
{
	static const long long factors[] = { 1, 60, 3600, 86400, 7 * 86400 };

	return slice_is(text, "off") ? 0 : scaled(text, "smhdw", factors);
}

bool conf_lists(const char *list, slice domain)
{
	slice rest = slice_of(list), word;

	while (slice_word(&rest, &word))
		if (slice_case_same(word, domain))
			return true;
	return false;
}

static int set(struct conf *c, const struct setting *s, slice value)
{
	void *field = (char *)c + s->offset;
	long long number;

	if (s->kind == TEXT) {
		free(*(char **)field);
		*(char **)field = mem_text(value);
		return 0;
	}
	number = s->kind == SIZE ? conf_size(value) : s->kind == TIME ? conf_time(value) : slice_number(value);
	*(long long *)field = number;
	return number < 0 ? -1 : 0;
}

static const struct setting *find(slice name)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (slice_is(name, settings[i].name))
			return &settings[i];
	return NULL;
}

static int read_line(struct conf *c, slice line, buf *why)
{
	const struct setting *s;
	slice name;

	if (!slice_word(&line, &name) || name.p[0] == '#')
		return 0;
	s = find(name);
	if (!s)
		buf_print(why, "unknown setting `%.*s'", (int)name.n, name.p);
	else if (set(c, s, slice_trim(line)))
		buf_print(why, "%s: not a %s", s->name,
		    s->kind == SIZE ? "size" : s->kind == TIME ? "time" : "number");
	return why->n ? -1 : 0;
}

static int read_file(struct conf *c, const char *path, buf *why)
{
	buf text = { NULL, 0, 0 }, wrong = { NULL, 0, 0 };
	slice rest, line;
	int status = 0;

	if (io_file(AT_FDCWD, path, LIMIT_HEADER, &text)) {
		if (errno != ENOENT) {
			buf_print(why, "%s: %s", path, strerror(errno));
			status = -1;
		}
		goto done;
	}
	rest = buf_slice(&text);
	for (int number = 1; slice_cut(&rest, '\n', &line); number++)
		if (read_line(c, line, &wrong)) {
			buf_print(why, "%s: line %d: %s", path, number, wrong.p);
			status = -1;
			break;
		}
done:
	buf_free(&text);
	buf_free(&wrong);
	return status;
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

static void complete(struct conf *c)
{
	char host[256] = "localhost", *path;

	if (!c->hostname) {
		gethostname(host, sizeof host - 1);
		c->hostname = full_name(host);
	}
	if (!c->domain) {
		const char *dot = strchr(c->hostname, '.');

		c->domain = mem_text(slice_of(dot && strchr(dot + 1, '.') ? dot + 1 : c->hostname));
	}
	if (!c->local_domains) {
		buf list = { NULL, 0, 0 };

		buf_print(&list, "%s localhost", c->hostname);
		c->local_domains = list.p;
	}
	path = conf_path(c, c->queue);
	free(c->queue);
	c->queue = path;
	if (c->mailboxes[0]) {
		path = conf_path(c, c->mailboxes);
		free(c->mailboxes);
		c->mailboxes = path;
	}
}

static int check(const struct conf *c, buf *why)
{
	if (strcmp(c->deliver, "background") && strcmp(c->deliver, "queue") && strcmp(c->deliver, "now"))
		buf_print(why, "%s/conf: deliver: not background, queue or now", c->home);
	else if (strcmp(c->log, "syslog") && strcmp(c->log, "stderr"))
		buf_print(why, "%s/conf: log: not syslog or stderr", c->home);
	else if (c->smtp_port < 1 || c->smtp_port > 65535)
		buf_print(why, "%s/conf: smtp-port: not a port", c->home);
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
	for (size_t i = 0; i < SETTINGS; i++)
		if (settings[i].initial)
			set(c, &settings[i], slice_of(settings[i].initial));
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
	status = read_file(c, path, why);
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
