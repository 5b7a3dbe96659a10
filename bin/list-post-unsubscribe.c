/* list-post-unsubscribe: the other end of List-Unsubscribe-Post, run by a web server (RFC 8058, RFC 3875). See its page. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confirm.h"
#include "fail.h"
#include "html.h"
#include "io.h"
#include "limit.h"
#include "roster.h"
#include "uri.h"
#include "verp.h"

static const char usage[] = "usage: list-post-unsubscribe (by a web server)";

/* What the link names: `news/COOKIE-bob=example.com`. */
struct link {
	struct conf conf;
	struct list list;
	buf text, address;
};

/* A page, and the end of the program. */
static _Noreturn void answer(int status, const char *code, const char *field, slice body)
{
	writer_print(&io_out, "Status: %s\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\n%s"
	    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; form-action 'self'\nReferrer-Policy: no-referrer\n\n"
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Unsubscribe</title>\n"
	    "<style>body { font: 1em/1.5 sans-serif; max-width: 32em; margin: 3em auto; padding: 0 1em }</style>\n", code, field);
	writer_put(&io_out, body);
	exit(io_finish(status));
}

static _Noreturn void refuse(int status, const char *code, const char *field, const char *text)
{
	buf body = { NULL, 0, 0 };

	buf_print(&body, "<p>%s</p>\n", text);
	answer(status, code, field, buf_slice(&body));
}

static _Noreturn void be_unable(const struct link *l)
{
	warn("%s: %s", l->list.name, strerror(errno));
	refuse(EX_TEMPFAIL, "503 Service Unavailable", "Retry-After: 300\n", "This cannot be done now. Please try again later.");
}

static void read_link(struct link *l, slice query)
{
	size_t slash;
	slice about;
	int good;

	uri_add_decoded(&l->text, slice_upto(query, LIMIT_COMMAND_LINE));
	slash = slice_find(buf_slice(&l->text), '/');
	conf_load(&l->conf);
	l->list.name = mem_text(slice_upto(buf_slice(&l->text), slash));
	if (!list_exists(&l->conf, l->list.name))
		refuse(EX_NOINPUT, "404 Not Found", "", "There is no such mailing list.");
	list_load(&l->list, &l->conf, l->list.name);
	good = confirm_check_link(&l->list, slice_from(buf_slice(&l->text), slash + 1), &about);
	if (good < 0)
		be_unable(l);
	if (!good || !verp_add_recipient(&l->address, about))
		refuse(EX_NOPERM, "403 Forbidden", "", "This link is not as it was sent. Copy all of it from the letter, please.");
}

/* `List-Unsubscribe=One-Click`, as a form in either encoding (RFC 8058 §3.2). */
static bool is_one_click(void)
{
	buf form = { NULL, 0, 0 };
	slice bytes;
	bool is;

	while (form.n < LIMIT_COMMAND_LINE && reader_some(&io_in, LIMIT_COMMAND_LINE - form.n, &bytes) > 0)
		buf_addslice(&form, bytes);
	is = form.n && memmem(form.p, form.n, "List-Unsubscribe", strlen("List-Unsubscribe"))
	    && memmem(form.p, form.n, "One-Click", strlen("One-Click"));
	buf_free(&form);
	return is;
}

static void add_about(const struct link *l, const char *text, buf *body)
{
	buf_addtext(body, "<p><strong>");
	html_add(body, buf_slice(&l->address));
	buf_print(body, "</strong> %s <strong>", text);
	html_add(body, slice_of(l->list.address));
	buf_addtext(body, "</strong>.</p>\n");
}

static _Noreturn void unsubscribe(struct link *l)
{
	buf body = { NULL, 0, 0 };
	int changed;

	if (!is_one_click())
		refuse(EX_DATAERR, "400 Bad Request", "", "That is not what this address is for.");
	changed = roster_change_one(&l->list, buf_slice(&l->address), false);
	if (changed < 0)
		be_unable(l);
	if (changed)
		log_line("list=%s status=unsubscribed recipient=%s by=one-click", l->list.name, l->address.p);
	add_about(l, "is no longer subscribed to", &body);
	answer(EX_OK, "200 OK", "", buf_slice(&body));
}

/* Who follows the link by hand; programs that look at every link change nothing. */
static _Noreturn void ask(const struct link *l)
{
	buf body = { NULL, 0, 0 };

	add_about(l, "is to be taken off the mailing list", &body);
	buf_addtext(&body, "<form method=\"post\"><button name=\"List-Unsubscribe\" value=\"One-Click\">Unsubscribe</button></form>\n");
	answer(EX_OK, "200 OK", "", buf_slice(&body));
}

static slice variable(const char *name)
{
	const char *value = getenv(name);

	return slice_of(value ? value : "");
}

/* Of a query without `=` a web server makes arguments (RFC 3875 §4.4): anybody's, and no options of ours. */
int main(void)
{
	slice method = variable("REQUEST_METHOD");
	struct link l = { .text = { NULL, 0, 0 } };

	fail_name("list-post-unsubscribe", usage);
	if (method.n == 0)
		fail_usage();
	if (!slice_is(method, "POST") && !slice_is(method, "GET") && !slice_is(method, "HEAD"))
		refuse(EX_USAGE, "405 Method Not Allowed", "Allow: GET, HEAD, POST\n", "GET or POST, please.");
	read_link(&l, variable("QUERY_STRING"));
	if (slice_is(method, "POST"))
		unsubscribe(&l);
	ask(&l);
}
