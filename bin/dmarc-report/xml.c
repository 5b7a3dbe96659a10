/* A report as XML (RFC 7489 appendix C). */
#include "report.h"

static void element(buf *to, const char *name, slice value)
{
	buf_print(to, "<%s>", name);
	for (size_t i = 0; i < value.n; i++)
		switch (value.p[i]) {
		case '<': buf_addtext(to, "&lt;"); break;
		case '>': buf_addtext(to, "&gt;"); break;
		case '&': buf_addtext(to, "&amp;"); break;
		default: buf_addchar(to, ascii_control(value.p[i]) ? '?' : value.p[i]);
		}
	buf_print(to, "</%s>\n", name);
}

static void add_metadata(struct feedback *f)
{
	buf sender = { NULL, 0, 0 };

	feedback_add_sender(f->conf, &sender);
	buf_addtext(&f->text, "<report_metadata>\n");
	element(&f->text, "org_name", slice_of(f->conf->hostname));
	element(&f->text, "email", buf_slice(&sender));
	element(&f->text, "report_id", buf_slice(&f->id));
	buf_print(&f->text, "<date_range>\n<begin>%lld</begin>\n<end>%lld</end>\n</date_range>\n</report_metadata>\n",
	    (long long)f->begin, (long long)f->end);
	buf_free(&sender);
}

static void add_policy(buf *to, const slice *value)
{
	static const enum column order[] = { DOMAIN, ADKIM, ASPF, P, SP, PCT };
	static const char *const names[] = { "domain", "adkim", "aspf", "p", "sp", "pct" };

	buf_addtext(to, "<policy_published>\n");
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		element(to, names[i], value[order[i]]);
	element(to, "fo", SLICE("0"));
	buf_addtext(to, "</policy_published>\n");
}

void report_begin(struct feedback *f, const slice *value)
{
	f->domain = value[DOMAIN];
	f->count = 0;
	buf_clear(&f->id), buf_clear(&f->text);
	buf_print(&f->id, "%lld.%lld.%.*s.%.*s", (long long)f->begin, (long long)f->end, (int)value[P].n, value[P].p,
	    (int)value[DOMAIN].n, value[DOMAIN].p);
	buf_addtext(&f->text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feedback>\n<version>1.0</version>\n");
	add_metadata(f);
	add_policy(&f->text, value);
}

/* Why something else was done than the domain wants: by pct, or by our own lights. */
static void add_reason(buf *to, const slice *value)
{
	slice asked = slice_same(value[FROM], value[DOMAIN]) ? value[P] : value[SP];
	bool passed = !slice_is(value[ALIGNED], "none");

	if (passed || slice_same(value[DONE], asked))
		return;
	buf_addtext(to, "<reason>\n");
	element(to, "type", slice_same(value[DONE], value[DISPOSITION]) ? SLICE("sampled_out") : SLICE("local_policy"));
	buf_addtext(to, "</reason>\n");
}

static bool aligned(slice list, const char *method)
{
	slice one;

	while (slice_cut(&list, ',', &one))
		if (slice_is(one, method))
			return true;
	return false;
}

static void add_evaluated(buf *to, const slice *value)
{
	buf_addtext(to, "<policy_evaluated>\n");
	element(to, "disposition", value[DONE]);
	element(to, "dkim", aligned(value[ALIGNED], "dkim") ? SLICE("pass") : SLICE("fail"));
	element(to, "spf", aligned(value[ALIGNED], "spf") ? SLICE("pass") : SLICE("fail"));
	add_reason(to, value);
	buf_addtext(to, "</policy_evaluated>\n");
}

/* `result:domain:selector` each. */
static void add_dkim(buf *to, slice list)
{
	slice one, result, domain, selector;

	while (slice_word(&list, &one)) {
		if (!slice_cut(&one, ':', &result) || !slice_cut(&one, ':', &domain) || !slice_cut(&one, ':', &selector))
			continue;
		buf_addtext(to, "<dkim>\n");
		element(to, "domain", domain);
		element(to, "selector", selector);
		element(to, "result", result);
		buf_addtext(to, "</dkim>\n");
	}
}

static void add_spf(buf *to, const slice *value)
{
	buf_addtext(to, "<spf>\n");
	element(to, "domain", value[SPF_DOMAIN]);
	if (value[SPF_SCOPE].n)
		element(to, "scope", value[SPF_SCOPE]);
	element(to, "result", value[SPF]);
	buf_addtext(to, "</spf>\n");
}

void report_row(struct feedback *f, const slice *value, unsigned long long count)
{
	buf *to = &f->text;

	f->count += count;
	buf_addtext(to, "<record>\n<row>\n");
	element(to, "source_ip", value[CLIENT]);
	buf_print(to, "<count>%llu</count>\n", count);
	add_evaluated(to, value);
	buf_addtext(to, "</row>\n<identifiers>\n");
	element(to, "envelope_from", slice_is(value[SPF_SCOPE], "mfrom") ? value[SPF_DOMAIN] : (slice){ NULL, 0 });
	element(to, "header_from", value[FROM]);
	buf_addtext(to, "</identifiers>\n<auth_results>\n");
	add_dkim(to, value[DKIM]);
	add_spf(to, value);
	buf_addtext(to, "</auth_results>\n</record>\n");
}

void report_end(struct feedback *f)
{
	buf_addtext(&f->text, "</feedback>\n");
}
