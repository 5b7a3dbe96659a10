/* A report as XML (RFC 7489 appendix C). */
#include "addr.h"
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

void report_add_sender(const struct conf *c, buf *to)
{
	buf_addtext(to, c->postmaster);
	if (!addr_domain(slice_of(c->postmaster)).n)
		buf_print(to, "@%s", c->hostname);
}

static void add_metadata(struct report *r)
{
	buf sender = { NULL, 0, 0 };

	report_add_sender(r->conf, &sender);
	buf_addtext(&r->xml, "<report_metadata>\n");
	element(&r->xml, "org_name", slice_of(r->conf->hostname));
	element(&r->xml, "email", buf_slice(&sender));
	element(&r->xml, "report_id", buf_slice(&r->id));
	buf_print(&r->xml, "<date_range>\n<begin>%lld</begin>\n<end>%lld</end>\n</date_range>\n</report_metadata>\n",
	    (long long)r->table->begin, (long long)r->table->end);
	buf_free(&sender);
}

static void add_policy(buf *to, const slice field[COLUMNS])
{
	static const enum column order[] = { DOMAIN, ADKIM, ASPF, P, SP, PCT };
	static const char *const names[] = { "domain", "adkim", "aspf", "p", "sp", "pct" };

	buf_addtext(to, "<policy_published>\n");
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		element(to, names[i], field[order[i]]);
	element(to, "fo", SLICE("0"));
	buf_addtext(to, "</policy_published>\n");
}

void report_begin(struct report *r, const struct row *first)
{
	slice field[COLUMNS];

	row_fields(first, field);
	r->domain = field[DOMAIN];
	r->messages = 0;
	buf_print(&r->id, "%lld.%lld.%.*s.%.*s", (long long)r->table->begin, (long long)r->table->end, (int)field[P].n, field[P].p,
	    (int)field[DOMAIN].n, field[DOMAIN].p);
	buf_addtext(&r->xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feedback>\n<version>1.0</version>\n");
	add_metadata(r);
	add_policy(&r->xml, field);
}

/* Why something else was done than the domain wants: by pct, or by our own lights. */
static void add_reason(buf *to, const slice field[COLUMNS])
{
	slice asked = slice_same(field[FROM], field[DOMAIN]) ? field[P] : field[SP];
	bool passed = !slice_is(field[ALIGNED], "none");

	if (passed || slice_same(field[DONE], asked))
		return;
	buf_addtext(to, "<reason>\n");
	element(to, "type", slice_same(field[DONE], field[DISPOSITION]) ? SLICE("sampled_out") : SLICE("local_policy"));
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

static void add_evaluated(buf *to, const slice field[COLUMNS])
{
	buf_addtext(to, "<policy_evaluated>\n");
	element(to, "disposition", field[DONE]);
	element(to, "dkim", aligned(field[ALIGNED], "dkim") ? SLICE("pass") : SLICE("fail"));
	element(to, "spf", aligned(field[ALIGNED], "spf") ? SLICE("pass") : SLICE("fail"));
	add_reason(to, field);
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

static void add_spf(buf *to, const slice field[COLUMNS])
{
	buf_addtext(to, "<spf>\n");
	element(to, "domain", field[SPF_DOMAIN]);
	if (field[SPF_SCOPE].n)
		element(to, "scope", field[SPF_SCOPE]);
	element(to, "result", field[SPF]);
	buf_addtext(to, "</spf>\n");
}

void report_row(struct report *r, const struct row *row)
{
	slice field[COLUMNS];

	row_fields(row, field);
	r->messages += row->count;
	buf_addtext(&r->xml, "<record>\n<row>\n");
	element(&r->xml, "source_ip", field[CLIENT]);
	buf_print(&r->xml, "<count>%llu</count>\n", row->count);
	add_evaluated(&r->xml, field);
	buf_addtext(&r->xml, "</row>\n<identifiers>\n");
	element(&r->xml, "envelope_from", slice_is(field[SPF_SCOPE], "mfrom") ? field[SPF_DOMAIN] : (slice){ NULL, 0 });
	element(&r->xml, "header_from", field[FROM]);
	buf_addtext(&r->xml, "</identifiers>\n<auth_results>\n");
	add_dkim(&r->xml, field[DKIM]);
	add_spf(&r->xml, field);
	buf_addtext(&r->xml, "</auth_results>\n</record>\n");
}

void report_end(struct report *r)
{
	buf_addtext(&r->xml, "</feedback>\n");
}

void report_free(struct report *r)
{
	buf_clear(&r->id), buf_clear(&r->xml);
}
