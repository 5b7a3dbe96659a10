/* What all pages have in common. */
#include <string.h>

#include "archive.h"
#include "clock.h"
#include "html.h"

/* Nothing is loaded but the style sheet, nothing runs, and who follows a link does not say where it stood. */
static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'\">\n"
	"<meta name=\"referrer\" content=\"no-referrer\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<title>";

void frame_begin(const struct archive *a, const char *up, slice title)
{
	file_begin(a);
	buf_addtext(&page, head);
	html_add(&page, title);
	if (title.n)
		buf_addtext(&page, " – ");
	html_add(&page, slice_of(a->list.name));
	buf_print(&page, "</title>\n<link rel=\"stylesheet\" href=\"%sstyle.css\">\n</head>\n<body>\n", up);
	if (up[0]) {
		buf_addtext(&page, "<header>\n");
		add_link(up, "index.html", "", slice_of(a->list.name));
		buf_addtext(&page, "</header>\n");
	}
}

void frame_end(const struct archive *a, const char *path)
{
	buf_addtext(&page, "</body>\n</html>\n");
	file_end(a, path);
}

void add_link(const char *up, const char *path, const char *rel, slice text)
{
	buf_print(&page, "<a href=\"%s%s\"", up, path);
	if (rel[0])
		buf_print(&page, " %s", rel);
	buf_addchar(&page, '>');
	html_add(&page, text);
	buf_addtext(&page, "</a>\n");
}

void add_letter_link(const char *up, const struct row *r, const char *rel, slice text)
{
	buf path = { NULL, 0, 0 };

	buf_addtext(&path, "message/");
	add_page_name(&path, r);
	buf_addtext(&path, ".html");
	add_link(up, path.p, rel, text);
	buf_free(&path);
}

void add_page_name(buf *to, const struct row *r)
{
	buf_addslice(to, r->id);
	if (r->copy > 1) {
		buf_addchar(to, '-');
		buf_addnumber(to, r->copy);
	}
}

void add_month_title(buf *to, const char *month)
{
	static const char *const names[] = { "January", "February", "March", "April", "May", "June", "July", "August",
		"September", "October", "November", "December" };

	buf_print(to, "%s %.4s", names[(slice_number(slice_of(month + 5)) + 11) % 12], month);
}

slice subject_of(const struct row *r)
{
	return r->subject.n ? r->subject : SLICE("(no subject)");
}

slice author_of(const struct row *r)
{
	return r->author.n ? r->author : SLICE("(nobody)");
}

/* What a letter says may be written from right to left: that ends with it. */
void add_bdi(slice text)
{
	buf_addtext(&page, "<bdi>");
	html_add(&page, text);
	buf_addtext(&page, "</bdi>");
}

void add_time(time_t when, const char *format, const char *shown)
{
	char text[64];
	struct tm t;

	gmtime_r(&when, &t);
	strftime(text, sizeof text, format, &t);
	buf_print(&page, "<time datetime=\"%s\">", text);
	strftime(text, sizeof text, shown, &t);
	buf_print(&page, "%s</time>", text);
}
