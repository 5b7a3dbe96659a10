/* sts-fetch: the MTA-STS policies of domains, fetched and kept. See sts-fetch(1). */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "io.h"
#include "limit.h"
#include "mx.h"
#include "queue.h"
#include "sandbox.h"
#include "sts-find.h"

static const char usage[] = "usage: sts-fetch [-t seconds] domain ...";

enum { SECOND = 1000 };

/* What is known of a domain's policy once it was asked for. */
struct fetched {
	buf text;
	struct sts sts;
	const char *failure;    /* as RFC 8460 §4.3.2.2 calls it; NULL: there is a policy */
	buf why;
};

static struct conf conf;
static long long seconds = LIMIT_STS_TIME;
static CURL *curl;

static __attribute__((format(printf, 3, 4))) void fail_to(struct fetched *f, const char *failure, const char *format, ...)
{
	va_list args;

	f->failure = failure;
	va_start(args, format);
	buf_vprint(&f->why, format, args);
	va_end(args);
}

static size_t take(char *p, size_t size, size_t n, void *context)
{
	buf *text = context;

	if (text->n + size * n > LIMIT_STS_POLICY)
		return 0;
	buf_add(text, p, size * n);
	return size * n;
}

/* `host:port:address,address`: what curl is not to ask for itself. */
static struct curl_slist *add_addresses(const struct exchange *e)
{
	char text[NETWORK_TEXT];
	struct curl_slist *list;
	buf entry = { NULL, 0, 0 };

	buf_print(&entry, "%s:%lld:", e->host, conf.https_port);
	for (size_t i = 0; i < e->addresses; i++) {
		address_text(&e->address[i], text);
		buf_print(&entry, "%s%s", i ? "," : "", text);
	}
	list = curl_slist_append(NULL, entry.p);
	buf_free(&entry);
	return list;
}

/* No redirection (RFC 8461 §3.3), nothing but HTTPS, and no proxy: what is in the environment of a queue is nobody's will. */
static void set_options(struct fetched *f, const char *url, const struct curl_slist *addresses, int64_t deadline)
{
	int64_t left = deadline - clock_ms();
	struct stat st;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_RESOLVE, addresses);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "pennypost");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &f->text);
	if (!conf.tls_ca[0])
		return;
	if (stat(conf.tls_ca, &st))
		fail(EX_CONFIG, "%s: %s", conf.tls_ca, strerror(errno));
	curl_easy_setopt(curl, CURLOPT_CAINFO, S_ISDIR(st.st_mode) ? NULL : conf.tls_ca);
	curl_easy_setopt(curl, CURLOPT_CAPATH, S_ISDIR(st.st_mode) ? conf.tls_ca : NULL);
}

/* Whether it is text/plain, whatever its parameters (§3.3). */
static bool is_plain(const char *type)
{
	slice media = type ? slice_of(type) : SLICE("");

	return slice_case_is(slice_trim(slice_upto(media, slice_find(media, ';'))), "text/plain");
}

static void judge_answer(struct fetched *f)
{
	const char *type = NULL, *wrong;
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	if (status != 200)
		fail_to(f, "sts-policy-fetch-error", "HTTP status %ld", status);
	else if (!is_plain(type))
		fail_to(f, "sts-policy-invalid", "not text/plain");
	else if ((wrong = sts_read(&f->sts, buf_slice(&f->text))))
		fail_to(f, "sts-policy-invalid", "%s", wrong);
}

static void download(struct fetched *f, const struct exchange *host, int64_t deadline)
{
	struct curl_slist *addresses = add_addresses(host);
	char said[CURL_ERROR_SIZE] = "";
	buf url = { NULL, 0, 0 };
	CURLcode code;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said);
	buf_print(&url, "https://%s:%lld/.well-known/mta-sts.txt", host->host, conf.https_port);
	set_options(f, url.p, addresses, deadline);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		judge_answer(f);
	else if (code == CURLE_WRITE_ERROR)
		fail_to(f, "sts-policy-invalid", "too long");
	else
		fail_to(f, code == CURLE_PEER_FAILED_VERIFICATION ? "sts-webpki-invalid" : "sts-policy-fetch-error", "%s",
		    said[0] ? said : curl_easy_strerror(code));
	curl_slist_free_all(addresses);
	buf_free(&url);
}

static void print(const char *domain, slice id, const struct fetched *f)
{
	slice rest = f->sts.text, mx;
	buf line = { NULL, 0, 0 };

	buf_print(&line, "%s\t%.*s\t", domain, (int)id.n, id.n ? id.p : "");
	if (f->failure || !id.n)
		buf_addtext(&line, "\t\t");
	else
		buf_print(&line, "%s\t%lld\t", sts_modes[f->sts.mode], f->sts.max_age);
	for (const char *before = ""; !f->failure && sts_next_exchange(&rest, &mx); before = " ") {
		buf_addtext(&line, before);
		buf_addfield(&line, mx);
	}
	buf_addchar(&line, '\t');
	buf_addfield(&line, buf_slice(&f->why));
	buf_addchar(&line, '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

/* A policy that could not be fetched leaves the one before in its place. */
static int keep(slice domain, slice id, const struct fetched *f)
{
	struct sts_cached c;
	time_t now = clock_now();
	int status = EX_OK;

	sts_cache_read(&c, &conf, domain);
	c.failed_id = (slice){ NULL, 0 };
	if (f->failure) {
		c.failed_id = id;
		c.failed = now;
		c.failure = slice_of(f->failure);
		c.why = buf_slice(&f->why);
	} else {
		c.id = id;
		c.sts = f->sts;
		c.fetched = now;
		c.expires = now + (f->sts.max_age > LIMIT_STS_RETRY ? f->sts.max_age : LIMIT_STS_RETRY);
	}
	if (sts_cache_write(&c, &conf, domain)) {
		warn("%s/sts/%.*s: %s", conf.queue, (int)domain.n, domain.p, strerror(errno));
		status = fail_status(errno);
	}
	sts_cache_free(&c);
	return status;
}

/* The policy of a domain whose TXT record is known; its host's addresses were asked for meanwhile. */
static int fetch(const struct sts_find *find, struct mx *host, int64_t deadline)
{
	struct fetched f = { .failure = NULL };
	slice id = buf_slice(&find->id);
	int status, kept = EX_OK;

	if (find->unknown.n) {
		buf_addslice(&f.why, buf_slice(&find->unknown));
		status = EX_TEMPFAIL;
	} else if (!id.n) {
		buf_print(&f.why, "no TXT record");
		status = EX_UNAVAILABLE;
	} else {
		if (host->status == MX_OK)
			download(&f, &host->exchange[0], deadline);
		else
			fail_to(&f, "sts-policy-fetch-error", "%s", host->why.p);
		status = !f.failure ? EX_OK : strcmp(f.failure, "sts-policy-invalid") ? EX_TEMPFAIL : EX_DATAERR;
		kept = keep(buf_slice(&find->domain), id, &f);
	}
	print(find->domain.p, id, &f);
	buf_free(&f.text), buf_free(&f.why);
	return kept ? kept : status;
}

static int fetch_for(struct dns *dns, const char *name)
{
	struct mx_setup setup = { .dns = dns, .ourselves = conf.hostname };
	int64_t deadline = clock_ms() + seconds * SECOND;
	buf host = { NULL, 0, 0 };
	struct sts_find find;
	struct mx mx;
	int status = EX_DATAERR;

	sts_begin(&find, dns, &conf, slice_of(name));
	if (find.domain.n) {
		buf_print(&host, "mta-sts.%s", find.domain.p);
		mx_host(&mx, &setup, buf_slice(&host));
		dns_wait(dns, &find.done);
		mx_wait(&mx);
		status = fetch(&find, &mx, deadline);
		mx_free(&mx);
	} else {
		warn("%s: not a domain name", name);
	}
	sts_free(&find);
	buf_free(&host);
	return status;
}

/* The first failure counts, unless a retry may help with another. */
static int worse(int status, int other)
{
	return status == EX_OK || other == EX_TEMPFAIL ? other : status;
}

/* It talks to strangers, and writes to the queue's folder only, which has to be there by then. */
static void confine(void)
{
	const struct sandbox_path paths[] = { { "/", SANDBOX_READ }, { conf.queue, SANDBOX_STORE } };
	struct queue queue;

	if (queue_open(&queue, &conf) == 0)
		close(queue.fd);
	free(queue.path);
	sandbox_enter(paths, 2);
}

int main(int argc, char **argv)
{
	buf why = { NULL, 0, 0 };
	int status = EX_OK;
	struct dns *dns;
	int ch;

	fail_name("sts-fetch", usage);
	while ((ch = getopt(argc, argv, "t:")) != -1)
		switch (ch) {
		case 't': seconds = slice_number(slice_of(optarg)); break;
		default: fail_usage();
		}
	if (!argv[optind] || seconds < 1 || seconds > 3600)
		fail_usage();
	conf_load(&conf);
	dns = dns_open(conf.resolver, seconds * SECOND / 2, &why);
	if (!dns)
		fail(EX_CONFIG, "%s", why.p);
	curl = curl_easy_init();
	if (!curl)
		fail(EX_OSERR, "libcurl does not start");
	confine();
	for (char **name = argv + optind; *name; name++)
		status = worse(status, fetch_for(dns, *name));
	curl_easy_cleanup(curl);
	dns_close(dns);
	return io_finish(status);
}
