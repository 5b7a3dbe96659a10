/* The pages of a month, by date and by thread, and the front page. */
#include "archive.h"
#include "html.h"

enum { DEEPEST = 7 };           /* answers are indented so far; deeper ones stand below each other */

static void add_count(size_t count)
{
	buf_print(&page, "%zu message%s", count, count == 1 ? "" : "s");
}

static void add_month_link(const char *month, const char *file, const char *rel)
{
	buf path = { NULL, 0, 0 }, title = { NULL, 0, 0 };

	buf_print(&path, "%s/%s", month, file);
	add_month_title(&title, month);
	add_link("../", path.p, rel, buf_slice(&title));
	buf_free(&path);
	buf_free(&title);
}

static void add_view(const char *file, const char *text, bool here)
{
	if (here)
		buf_print(&page, "<a href=\"%s\" aria-current=\"page\">%s</a>\n", file, text);
	else
		buf_print(&page, "<a href=\"%s\">%s</a>\n", file, text);
}

static void begin_month(const struct archive *a, const struct month *m, const char *file, bool threads)
{
	buf title = { NULL, 0, 0 };

	add_month_title(&title, m->name);
	buf_addtext(&title, threads ? ", by thread" : ", by date");
	frame_begin(a, "../", buf_slice(&title));
	buf_addtext(&page, "<nav aria-label=\"Months\">\n");
	if (m > a->months)
		add_month_link(m[-1].name, file, "class=\"back\" rel=\"prev\"");
	if (m + 1 < a->months + a->month_count)
		add_month_link(m[1].name, file, "class=\"on\" rel=\"next\"");
	buf_addtext(&page, "</nav>\n<main>\n<h1>");
	buf_clear(&title);
	add_month_title(&title, m->name);
	buf_addslice(&page, buf_slice(&title));
	buf_addtext(&page, "</h1>\n<nav class=\"views\" aria-label=\"Order\">\n");
	add_view("index.html", "By date", !threads);
	add_view("threads.html", "By thread", threads);
	buf_addtext(&page, "<span>");
	add_count(m->count);
	buf_addtext(&page, "</span>\n</nav>\n");
	buf_free(&title);
}

static void end_month(const struct archive *a, const struct month *m, const char *file)
{
	buf path = { NULL, 0, 0 };

	buf_addtext(&page, "</main>\n");
	buf_print(&path, "%s/%s", m->name, file);
	frame_end(a, path.p);
	buf_free(&path);
}

static void add_letter(const struct row *r, const char *format, const char *shown)
{
	buf_addtext(&page, "<li id=\"");
	add_page_name(&page, r);
	buf_addtext(&page, "\"><a href=\"../message/");
	add_page_name(&page, r);
	buf_addtext(&page, ".html\">");
	add_bdi(subject_of(r));
	buf_addtext(&page, "</a>\n<span class=\"by\">");
	add_bdi(author_of(r));
	buf_addtext(&page, "</span> ");
	add_time(r->date, format, shown);
	file_spill();
}

static bool same_day(const struct row *a, const struct row *b)
{
	return a->date / (24 * 3600) == b->date / (24 * 3600);
}

void write_by_date(const struct archive *a, const struct month *m)
{
	struct row *const *rows = a->by_date + m->first;

	begin_month(a, m, "index.html", false);
	for (size_t i = 0; i < m->count; i++) {
		if (i == 0 || !same_day(rows[i - 1], rows[i])) {
			buf_addtext(&page, i ? "</ul>\n<h2>" : "<h2>");
			add_time(rows[i]->date, "%Y-%m-%d", "%A, %-d %B");
			buf_addtext(&page, "</h2>\n<ul class=\"letters\">\n");
		}
		add_letter(rows[i], "%Y-%m-%dT%H:%M:%SZ", "%H:%M");
		buf_addtext(&page, "</li>\n");
	}
	buf_addtext(&page, "</ul>\n");
	end_month(a, m, "index.html");
}

/* From a letter to the next, each at most DEEPEST lists deep: what ends between them, and what begins. */
static void add_step(size_t *depth, size_t level)
{
	if (level > DEEPEST)
		level = DEEPEST;
	if (level < *depth) {
		for (; *depth > level + 1; --*depth)
			buf_addtext(&page, "</li>\n</ul>\n");
		buf_addtext(&page, "</li>\n");
	}
	for (; *depth <= level; ++*depth)
		buf_addtext(&page, *depth ? "<ul>\n" : "<ul class=\"letters threads\">\n");
}

void write_by_thread(const struct archive *a, const struct month *m)
{
	struct row *const *rows = a->by_thread + m->first;
	size_t depth = 0;

	begin_month(a, m, "threads.html", true);
	for (size_t i = 0; i < m->count; i++) {
		const struct row *r = rows[i];

		add_step(&depth, r->level);
		add_letter(r, "%Y-%m-%dT%H:%M:%SZ", "%-d %b %H:%M");
		if (r->parent && r->parent->month != m) {
			buf_addtext(&page, "\n<span class=\"more\">answers ");
			add_letter_link("../", r->parent, "", SLICE("a message"));
			buf_addtext(&page, "of another month</span>");
		}
	}
	for (; depth; depth--)
		buf_addtext(&page, "</li>\n</ul>\n");
	end_month(a, m, "threads.html");
}

static void add_front_month(const struct month *m)
{
	buf title = { NULL, 0, 0 }, path = { NULL, 0, 0 };

	add_month_title(&title, m->name);
	title.n -= sizeof " 2026" - 1;
	buf_print(&path, "%s/index.html", m->name);
	buf_addtext(&page, "<li>");
	add_link("", path.p, "", buf_slice(&title));
	buf_addtext(&page, "<span>");
	add_count(m->count);
	buf_print(&page, "</span>\n<a href=\"%s/threads.html\">by thread</a></li>\n", m->name);
	buf_free(&title);
	buf_free(&path);
}

static bool same_year(const struct month *a, const struct month *b)
{
	return slice_same((slice){ a->name, 4 }, (slice){ b->name, 4 });
}

/* The newest month first. */
static void add_months(const struct archive *a)
{
	for (size_t i = a->month_count; i-- > 0;) {
		const struct month *m = &a->months[i];
		bool first = i + 1 == a->month_count;

		if (first || !same_year(m, m + 1))
			buf_print(&page, "%s<h2>%.4s</h2>\n<ul class=\"months\">\n", first ? "" : "</ul>\n", m->name);
		add_front_month(m);
	}
	buf_addtext(&page, a->month_count ? "</ul>\n" : "<p>There are no messages yet.</p>\n");
}

void write_front(const struct archive *a)
{
	frame_begin(a, "", SLICE("Archive"));
	buf_addtext(&page, "<main>\n<h1>");
	html_add(&page, slice_of(a->list.name));
	buf_addtext(&page, "</h1>\n");
	if (a->list.description[0]) {
		buf_addtext(&page, "<p>");
		html_add(&page, slice_of(a->list.description));
		buf_addtext(&page, "</p>\n");
	}
	add_months(a);
	buf_addtext(&page, "</main>\n");
	frame_end(a, "index.html");
}
