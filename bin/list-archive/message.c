/* The page of a letter. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "charset.h"
#include "fail.h"
#include "filename.h"
#include "head.h"
#include "html.h"
#include "leaf.h"
#include "markup.h"
#include "outline.h"
#include "words.h"

struct writing {
	const struct archive *archive;
	const struct row *row;
	const struct outlined *next;    /* the part that begins next */
	const struct outlined *shown;   /* the leaf that is open, if its text is shown */
	struct leaf leaf;
	struct markup markup;
	buf plain;                      /* of it */
	struct html_text text;
};

static void add_way(const char *text, const struct row *to, const char *what)
{
	if (to)
		add_letter_link("../", to, what, slice_of(text));
}

/* A place in the index of the month, and the letters beside it there. */
static void begin_ways(const struct row *r, const char *file, const char *text)
{
	buf_print(&page, "<p><a href=\"../%s/%s#", r->month->name, file);
	add_page_name(&page, r);
	buf_print(&page, "\">%s</a>\n", text);
}

/* Where one gets from here. It stands twice: above the letter, and where one has read it. */
static void add_ways(const struct row *r, const char *where)
{
	buf_print(&page, "<nav class=\"ways\" aria-label=\"Messages, %s\">\n", where);
	begin_ways(r, "index.html", "By date");
	add_way("Previous", r->earlier, "class=\"back\" rel=\"prev\"");
	add_way("Next", r->later, "class=\"on\" rel=\"next\"");
	buf_addtext(&page, "</p>\n");
	begin_ways(r, "threads.html", "By thread");
	add_way("Previous", r->before, "class=\"back\"");
	add_way("Next", r->behind, "class=\"on\"");
	add_way("In reply to", r->parent, "class=\"up\"");
	buf_addtext(&page, "</p>\n</nav>\n");
}

/* A line of text, its addresses hidden. */
static void add_line(const struct writing *w, slice text)
{
	buf shown = { NULL, 0, 0 };

	text = utf8_upto(text, LIMIT_SUBJECT);
	if (w->archive->hides)
		html_hide(&shown, text);
	add_bdi(w->archive->hides ? buf_slice(&shown) : text);
	buf_free(&shown);
}

/* Behind the name of the author, if there is one. */
static void add_address(const struct writing *w, slice fields)
{
	struct addr_list list = addr_list(SLICE(""));
	struct addr author = { .bare = false };
	buf text = { NULL, 0, 0 };
	struct field f;
	int got;

	if (head_find(fields, "From", &f))
		list = addr_list(f.body);
	while ((got = addr_next(&list, &author)) < 0)
		;
	if (got && (author.name.n || author.comment.n)) {
		words_plain(&text, buf_slice(&author.address));
		buf_addchar(&page, '\n');
		add_line(w, buf_slice(&text));
	}
	buf_free(&text);
	addr_free(&author);
}

static void begin_letter(const struct writing *w, const struct part *p)
{
	const struct row *r = w->row;

	frame_begin(w->archive, "../", subject_of(r));
	add_ways(r, "above");
	buf_addtext(&page, "<main>\n<h1>");
	add_bdi(subject_of(r));
	buf_addtext(&page, "</h1>\n<p class=\"by\">");
	buf_addtext(&page, "<span>");
	add_bdi(author_of(r));
	add_address(w, p->fields);
	buf_addtext(&page, "</span>\n");
	add_time(r->date, "%Y-%m-%dT%H:%M:%SZ", "%-d %B %Y, %H:%M UTC");
	buf_addtext(&page, "</p>\n<article>\n");
}

static void end_letter(const struct writing *w)
{
	buf path = { NULL, 0, 0 };

	buf_addtext(&page, "</article>\n</main>\n");
	add_ways(w->row, "below");
	buf_addtext(&path, "message/");
	add_page_name(&path, w->row);
	buf_addtext(&path, ".html");
	frame_end(w->archive, path.p);
	buf_free(&path);
}

/* A field of a letter in the letter. */
static void add_field(const struct writing *w, slice fields, const char *name)
{
	buf text = { NULL, 0, 0 };

	words_decode_field(&text, fields, name);
	if (text.n) {
		buf_print(&page, "<dt>%s</dt><dd>", name);
		add_line(w, buf_slice(&text));
		buf_addtext(&page, "</dd>\n");
	}
	buf_free(&text);
}

static void begin_inner(const struct writing *w, const struct part *p)
{
	size_t start = page.n;

	buf_addtext(&page, "<dl>\n");
	add_field(w, p->fields, "From");
	add_field(w, p->fields, "Date");
	add_field(w, p->fields, "Subject");
	if (page.n == start + sizeof "<dl>\n" - 1)
		page.n = start;
	else
		buf_addtext(&page, "</dl>\n");
}

static void add_size(long long bytes)
{
	if (bytes < 1000)
		buf_print(&page, "%lld bytes", bytes);
	else if (bytes < 1000 * 1000)
		buf_print(&page, "%lld KB", (bytes + 500) / 1000);
	else
		buf_print(&page, "%.1f MB", (double)bytes / 1e6);
}

/* A file: its name, type and size. The name is also the one that it is kept under. */
static void add_file(const struct writing *w, const struct part *p, long long bytes)
{
	buf name = { NULL, 0, 0 };

	filename_of_part(&name, p);
	name.n = utf8_upto(buf_slice(&name), LIMIT_FILE_NAME).n;
	buf_addtext(&page, "<p class=\"file\"><a href=\"");
	add_file_path(&page, w->row, p);
	buf_addtext(&page, "\" download=\"");
	html_add(&page, buf_slice(&name));
	buf_addtext(&page, "\">");
	add_bdi(buf_slice(&name));
	buf_addtext(&page, "</a> <span>");
	html_add(&page, slice_upto(p->type, LIMIT_TYPE_NAME));
	buf_addchar(&page, '/');
	html_add(&page, slice_upto(p->subtype, LIMIT_TYPE_NAME));
	buf_addtext(&page, ", ");
	add_size(bytes);
	buf_addtext(&page, "</span></p>\n");
	buf_free(&name);
}

static void begin_text(struct writing *w, const struct part *p)
{
	leaf_begin(&w->leaf, p, false, true);
	w->markup = (struct markup){ .n = 0 };
	w->text = (struct html_text){ .hides = w->archive->hides, .squeezes = w->shown->markup };
	buf_addtext(&page, "<div class=\"text\">");
}

static void add_text(struct writing *w, slice utf8, bool last)
{
	if (w->shown->markup) {
		buf_clear(&w->plain);
		markup_more(&w->markup, utf8, &w->plain);
		if (last)
			markup_finish(&w->markup, &w->plain);
		utf8 = buf_slice(&w->plain);
	}
	html_text_more(&w->text, utf8, &page);
	file_spill();
}

static void begin(void *context, const struct part *p)
{
	struct writing *w = context;
	const struct outlined *part = w->next++;

	if (!p->parent)
		begin_letter(w, p);
	else if (p->parent->kind == PART_MESSAGE)
		begin_inner(w, p);
	if (part->filed)
		add_file(w, p, part->bytes);
	w->shown = part->shown && part->bytes ? part : NULL;
	if (w->shown)
		begin_text(w, p);
	file_spill();
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct writing *w = context;

	(void)p;
	if (w->shown && what == PART_BODY)
		add_text(w, leaf_more(&w->leaf, bytes), false);
}

static void end(void *context, const struct part *p)
{
	struct writing *w = context;

	if (w->shown) {
		add_text(w, leaf_finish(&w->leaf), true);
		html_text_finish(&w->text, &page);
		buf_addtext(&page, "</div>\n");
		leaf_end(&w->leaf);
	}
	w->shown = NULL;
	if (!p->parent)
		end_letter(w);
}

static int write_letter(struct writing *w, const struct outline *o, struct reader *in)
{
	static const struct part_events events = { begin, bytes, end };

	w->next = o->parts;
	return part_walk_message(&events, w, in);
}

static int begin_again(struct reader *in)
{
	reader_restart(in);
	return lseek(in->fd, 0, SEEK_SET) < 0 ? -1 : 0;
}

bool write_message(struct archive *a, const struct row *r)
{
	static struct outline outline;
	static struct writing w;
	static struct reader in;
	int fd = letter_open(a, r->file), status;

	if (fd < 0)
		return false;
	if (!in.p)
		reader_open(&in, fd);
	in.fd = fd;
	reader_restart(&in);
	w.archive = a;
	w.row = r;
	status = outline_read(&outline, &in);
	if (status == 0 && outline.files && !r->written)
		status = begin_again(&in) || write_files(a, r, &outline, &in);
	if (status == 0)
		status = begin_again(&in) || write_letter(&w, &outline, &in);
	if (status) {
		warn("%s/archive: %s: %s", a->list.folder, r->file + 1, strerror(errno));
		a->status = EX_IOERR;
	}
	close(fd);
	return status == 0;
}
