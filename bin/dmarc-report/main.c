/* dmarc-report: what auth-check found, as reports for the domains concerned. See dmarc-report(1). */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"
#include "report.h"

static const char usage[] = "usage: dmarc-report [-n] [-d domain] [-r server[:port]] [file ...]";

/* What twalk(3) has no argument for. */
static struct {
	struct report report;
	bool open;
	char *first;            /* the key of its first row */
	const char *only;       /* -d */
	struct dns *dns;        /* NULL: -n */
	int status;
} going;

static void finish(void)
{
	if (!going.open)
		return;
	report_end(&going.report);
	if (going.dns) {
		int status = report_mail(&going.report, going.dns);

		going.status = going.status == EX_OK ? status : going.status;
	} else {
		writer_put(&io_out, buf_slice(&going.report.xml));
	}
	report_free(&going.report);
	going.open = false;
}

/* The same domain, with the same policy: a report is of one (§7.2). */
static bool belongs(const struct row *row)
{
	slice a[COLUMNS], b[COLUMNS];

	row_fields(row, a);
	row_fields(&(struct row){ .key = going.first }, b);
	for (size_t i = 0; i < POLICY_COLUMNS; i++)
		if (!slice_same(a[i], b[i]))
			return false;
	return true;
}

static void take_row(const void *node, VISIT visit, int depth)
{
	const struct row *row = *(struct row *const *)node;
	slice field[COLUMNS];

	(void)depth;
	if (visit != postorder && visit != leaf)
		return;
	row_fields(row, field);
	if (going.only && !slice_case_is(field[DOMAIN], going.only))
		return;
	if (!going.open || !belongs(row)) {
		finish();
		report_begin(&going.report, row);
		going.first = row->key;
		going.open = true;
	}
	report_row(&going.report, row);
}

static int read_lines(struct table *t, struct reader *in, const char *name)
{
	slice line;
	int got;

	while ((got = reader_line(in, &line)) > 0)
		table_line(t, line);
	if (got < 0)
		warn("%s: %s", name, strerror(errno));
	return got < 0 ? EX_IOERR : EX_OK;
}

static int read_file(struct table *t, const char *name)
{
	int fd = open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC), status;
	struct reader in;

	if (fd < 0) {
		warn("%s: %s", name, strerror(errno));
		return EX_NOINPUT;
	}
	reader_open(&in, fd);
	status = read_lines(t, &in, name);
	reader_close(&in);
	close(fd);
	return status;
}

int main(int argc, char **argv)
{
	struct table table = { .rows = NULL };
	buf why = { NULL, 0, 0 };
	const char *server = NULL;
	bool printing = false;
	struct conf conf;
	int ch;

	fail_name("dmarc-report", usage);
	while ((ch = getopt(argc, argv, "d:nr:")) != -1)
		switch (ch) {
		case 'd': going.only = optarg; break;
		case 'n': printing = true; break;
		case 'r': server = optarg; break;
		default: fail_usage();
		}
	conf_load(&conf);
	if (!printing && !(going.dns = dns_open(server ? server : conf.resolver, 15000, &why)))
		fail(server ? EX_USAGE : EX_CONFIG, "%s", why.p);
	if (!argv[optind])
		going.status = read_lines(&table, &io_in, "standard input");
	for (char **name = argv + optind; *name; name++) {
		int status = read_file(&table, *name);

		going.status = going.status == EX_OK ? status : going.status;
	}
	going.report = (struct report){ .conf = &conf, .table = &table };
	twalk(table.rows, take_row);
	finish();
	dns_close(going.dns);
	return io_finish(going.status);
}
