/* dmarc-check: whether a message is by whom its From names. See dmarc-check(1). */
#include <errno.h>
#include <unistd.h>

#include "addr.h"
#include "conf.h"
#include "fail.h"
#include "judge.h"

static const char usage[] = "usage: dmarc-check [-a] [-d domain] [-f domain] [-r server[:port]] [-t seconds]";

/* The domains for which SPF and DKIM passed, a line each: as options say, else as our own host found. */
struct passed {
	buf spf, dkim;
};

static void add_line(buf *to, slice domain)
{
	buf_addslice(to, domain);
	buf_addchar(to, '\n');
}

/* The domain behind one of these properties of a result that passed. */
static void take(buf *to, slice result, const char *method, const char *const properties[])
{
	buf value = { NULL, 0, 0 };

	if (authres_says(result, method, &value) && slice_case_is(buf_slice(&value), "pass"))
		for (; *properties; properties++) {
			buf_clear(&value);
			if (authres_says(result, *properties, &value)) {
				slice domain = buf_slice(&value);
				size_t at = slice_find(domain, '@');

				add_line(to, at < domain.n ? addr_domain(domain) : domain);
				break;
			}
		}
	buf_free(&value);
}

static void read_results(struct passed *p, slice fields, const char *hostname)
{
	static const char *const spf[] = { "smtp.mailfrom", "smtp.helo", NULL }, *const dkim[] = { "header.d", "header.i", NULL };
	buf result = { NULL, 0, 0 };
	struct field f;

	while (head_find_next(&fields, "Authentication-Results", &f))
		for (slice rest = authres_results(f.body); authres_is(&f, hostname) && authres_next(&rest, &result);) {
			take(&p->spf, buf_slice(&result), "spf", spf);
			take(&p->dkim, buf_slice(&result), "dkim", dkim);
		}
	buf_free(&result);
}

static void decide(struct judge *j, const struct passed *p)
{
	slice rest, domain;

	judge_wait(j);
	for (rest = buf_slice(&p->spf); slice_cut(&rest, '\n', &domain);)
		judge_spf_passed(j, domain);
	for (rest = buf_slice(&p->dkim); slice_cut(&rest, '\n', &domain);)
		judge_dkim_passed(j, domain);
	judge_decide(j);
}

static void print_line(const struct judge *j)
{
	buf line = { NULL, 0, 0 };

	buf_print(&line, "%s\t%s\t%s\t%s\t%s\t", judge_names[j->result], dmarc_policies[j->disposition],
	    j->policy.domain.n ? j->policy.domain.p : "", j->policy.where ? j->policy.where : "",
	    j->spf && j->dkim ? "spf dkim" : j->spf ? "spf" : j->dkim ? "dkim" : "");
	buf_addfield(&line, buf_slice(&j->why));
	buf_addchar(&line, '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

static void print_field(const struct judge *j, const char *hostname)
{
	buf field = { NULL, 0, 0 };
	struct authres a = authres_begin(&field, "Authentication-Results:", hostname, "\n");

	judge_add_result(j, &a);
	authres_end(&a);
	writer_put(&io_out, buf_slice(&field));
	buf_free(&field);
}

static int status_of(const struct judge *j)
{
	switch (j->result) {
	case JUDGE_FAIL: return j->disposition == DMARC_REJECT ? EX_NOPERM : EX_OK;
	case JUDGE_TEMPERROR: return EX_TEMPFAIL;
	case JUDGE_PERMERROR: return EX_DATAERR;
	default: return EX_OK;
	}
}

static int check(const struct conf *conf, struct dns *dns, struct passed *p, bool field)
{
	buf fields = { NULL, 0, 0 };
	struct judge j;
	int status;

	if (head_read(&io_in, &fields))
		fail(errno == EMSGSIZE ? EX_DATAERR : EX_IOERR, "standard input: %s", errno == EMSGSIZE
		    ? "a header of more than 1 MiB" : strerror(errno));
	judge_begin(&j, dns, buf_slice(&fields));
	if (!p->spf.n && !p->dkim.n)
		read_results(p, buf_slice(&fields), conf->hostname);
	decide(&j, p);
	if (field)
		print_field(&j, conf->hostname);
	else
		print_line(&j);
	status = status_of(&j);
	judge_free(&j);
	buf_free(&fields), buf_free(&p->spf), buf_free(&p->dkim);
	return status;
}

int main(int argc, char **argv)
{
	struct passed passed = { { NULL, 0, 0 }, { NULL, 0, 0 } };
	buf why = { NULL, 0, 0 };
	const char *server = NULL;
	long long seconds = 5;
	bool field = false;
	struct conf conf;
	struct dns *dns;
	int ch, status;

	fail_name("dmarc-check", usage);
	while ((ch = getopt(argc, argv, "ad:f:r:t:")) != -1)
		switch (ch) {
		case 'a': field = true; break;
		case 'd': add_line(&passed.dkim, slice_of(optarg)); break;
		case 'f': add_line(&passed.spf, slice_of(optarg)); break;
		case 'r': server = optarg; break;
		case 't': seconds = slice_number(slice_of(optarg)); break;
		default: fail_usage();
		}
	if (argv[optind] || seconds < 1 || seconds > 3600)
		fail_usage();
	conf_load(&conf);
	dns = dns_open(server ? server : conf.resolver, seconds * 1000, &why);
	if (!dns)
		fail(server ? EX_USAGE : EX_CONFIG, "%s", why.p);
	status = check(&conf, dns, &passed, field);
	dns_close(dns);
	return io_finish(status);
}
