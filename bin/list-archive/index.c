/* The state: index.tsv. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "clock.h"
#include "fail.h"
#include "io.h"
#include "limit.h"

/*
 *	pennypost-archive 1 SETTINGS ROWS
 *	FINGERPRINT <TAB> PATH                                                  a page that is not of a letter
 *	                                                                        an empty line
 *	FINGERPRINT <TAB> PAGE <TAB> NAME <TAB> DATE <TAB> REFERENCES <TAB> AUTHOR <TAB> SUBJECT
 *
 * both sorted, by path and by name. Of a page that could not be written the fingerprint is a dash.
 */
static const char file[] = "index.tsv";
static const slice first_words = SLICE("pennypost-archive 1 ");

static void add_print(buf *to, uint64_t print)
{
	static const char digits[] = "0123456789abcdef";
	char *p = buf_reserve(to, 16);

	for (int i = 0; i < 16; i++)
		p[i] = digits[print >> (60 - 4 * i) & 15];
	to->n += 16;
}

static bool read_print(slice text, uint64_t *print)
{
	int wrong = 0;

	*print = 0;
	if (slice_is(text, "-"))
		return true;
	for (size_t i = 0; i < text.n; i++) {
		int digit = ascii_hex(text.p[i]);

		wrong |= digit;
		*print = *print << 4 | (unsigned)(digit & 15);
	}
	return text.n == 16 && wrong >= 0;
}

static bool is_id(slice id)
{
	static const bool letter[256] = { ['A' ... 'Z'] = true, ['2' ... '7'] = true };
	size_t letters = 0;

	for (size_t i = 0; i < id.n; i++)
		letters += letter[(unsigned char)id.p[i]];
	return letters == ID_LENGTH && id.n == ID_LENGTH;
}

bool is_month(slice name)
{
	return name.n == 7 && name.p[4] == '-' && slice_number(slice_upto(name, 4)) >= 0 && slice_number(slice_from(name, 5)) >= 0;
}

/* An id; from the second letter of the same id on, with `-2` behind it. */
bool index_page_name(slice name, struct row *r)
{
	long long copy = 1;

	r->id = slice_upto(name, ID_LENGTH);
	if (name.n > ID_LENGTH)
		copy = name.p[ID_LENGTH] == '-' ? slice_number(slice_from(name, ID_LENGTH + 1)) : -1;
	r->copy = r->old_copy = (unsigned)copy;
	return is_id(r->id) && copy > 0 && copy < UINT_MAX;
}

/* Most letters are of the same day as the one before: it is read once. */
static time_t read_date(slice stamp)
{
	static char day[sizeof "2026-11-23T"];
	static time_t midnight;
	long long hours, minutes, seconds;

	if (stamp.n != 20 || memcmp(stamp.p, day, sizeof day - 1) != 0) {
		time_t date = clock_read_stamp(stamp);

		if (date < 0)
			return -1;
		memcpy(day, stamp.p, sizeof day - 1);
		midnight = date - date % (24 * 3600);
		return date;
	}
	hours = slice_number((slice){ stamp.p + 11, 2 });
	minutes = slice_number((slice){ stamp.p + 14, 2 });
	seconds = slice_number((slice){ stamp.p + 17, 2 });
	return hours < 0 || minutes < 0 || seconds < 0 ? -1 : midnight + hours * 3600 + minutes * 60 + seconds;
}

/* Kept as long as the line. */
static slice unescaped(slice field)
{
	buf text = { NULL, 0, 0 };

	if (slice_find(field, '\\') == field.n)
		return field;
	buf_addunescaped(&text, field);
	return buf_slice(&text);
}

bool index_row(struct row *r, slice line)
{
	slice none = { NULL, 0 }, print = none, id = none, name = none, date = none, author = none;

	*r = (struct row){ .written = 0 };
	slice_cut(&line, '\t', &print);
	slice_cut(&line, '\t', &id);
	r->text = line;
	slice_cut(&line, '\t', &name);
	slice_cut(&line, '\t', &date);
	slice_cut(&line, '\t', &r->references);
	if (!slice_cut(&line, '\t', &author) || slice_find(line, '\t') < line.n)
		return false;
	r->name = unescaped(name);
	r->author = unescaped(author);
	r->subject = unescaped(line);
	r->date = read_date(date);
	return read_print(print, &r->written) && index_page_name(id, r) && r->name.n && r->date >= 0;
}

static bool is_path(slice path)
{
	slice rest = slice_from(path, 8);

	if (slice_is(path, "index.html") || slice_is(path, "style.css"))
		return true;
	return path.n > 8 && path.p[7] == '/' && is_month(slice_upto(path, 7))
	    && (slice_is(rest, "index.html") || slice_is(rest, "threads.html"));
}

static bool read_pages(struct archive *a, slice *text)
{
	slice line, print;

	while (slice_cut(text, '\n', &line) && line.n) {
		struct page p = { .wanted = 0 };

		slice_cut(&line, '\t', &print);
		p.path = line;
		if (!read_print(print, &p.written) || !is_path(p.path))
			return false;
		a->pages = mem_grow(a->pages, a->page_count + 1, sizeof p);
		a->pages[a->page_count++] = p;
	}
	return true;
}

/* In large pages, where there are such: the first touch of each small one takes a quarter of the time of a run. */
static struct row *rows_of(size_t count)
{
	const size_t large = 2 << 20;
	size_t size = count * sizeof(struct row) / large * large + large;
	struct row *rows = aligned_alloc(large, size);

	if (!rows)
		return mem_grow(NULL, count, sizeof *rows);
	madvise(rows, size, MADV_HUGEPAGE);
	return rows;
}

static bool read_rows(struct archive *a, slice text, size_t count)
{
	slice line;

	if (count > text.n)
		return false;
	a->known = rows_of(count);
	for (; a->known_count < count && slice_cut(&text, '\n', &line); a->known_count++) {
		struct row *r = &a->known[a->known_count];

		if (!index_row(r, line) || (a->known_count && slice_order(r[-1].name, r->name) >= 0))
			return false;
	}
	return a->known_count == count && text.n == 0;
}

static bool read_text(struct archive *a, slice text)
{
	slice line, settings;
	long long count;
	uint64_t print;

	if (!slice_cut(&text, '\n', &line) || !slice_starts(line, first_words.p))
		return false;
	line = slice_from(line, first_words.n);
	if (!slice_word(&line, &settings) || !read_print(settings, &print) || print != a->settings)
		return false;
	count = slice_number(slice_trim(line));
	return count >= 0 && read_pages(a, &text) && read_rows(a, text, (size_t)count);
}

/* What is the same on every page, and the shape of them. */
static uint64_t settings_of(const struct archive *a)
{
	uint64_t print = print_number(0, 1);

	print = print_bytes(print, slice_of(a->list.name));
	print = print_bytes(print, slice_of(a->list.description));
	return print_number(print, a->hides);
}

/* Mapped: nobody changes it, but another takes its place. Empty, if there is none. */
static slice whole_index(const struct archive *a)
{
	int fd = openat(a->folder, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	slice text = { NULL, 0 };
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return text;
	if (fd < 0 || fstat(fd, &st))
		fail(fail_status(errno), "%s: %s", file, strerror(errno));
	if (S_ISREG(st.st_mode) && st.st_size > 0) {
		text.n = (size_t)st.st_size;
		text.p = mmap(NULL, text.n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
		if (text.p == MAP_FAILED)
			fail(fail_status(errno), "%s: %s", file, strerror(errno));
	}
	close(fd);
	return text;
}

void index_read(struct archive *a)
{
	a->hides = strcmp(a->list.archive_addresses, "hidden") == 0;
	a->settings = settings_of(a);
	if (read_text(a, whole_index(a)))
		return;
	a->lost = true;
	a->known_count = a->page_count = 0;
}

void index_remove(const struct archive *a)
{
	if (unlinkat(a->folder, file, 0) && errno != ENOENT)
		fail(fail_status(errno), "%s: %s", file, strerror(errno));
}

static void add_written(uint64_t written, uint64_t wanted)
{
	if (written == wanted && written)
		add_print(&page, written);
	else
		buf_addchar(&page, '-');
	buf_addchar(&page, '\t');
}

void index_write(const struct archive *a)
{
	file_begin(a);
	buf_addtext(&page, first_words.p);
	add_print(&page, a->settings);
	buf_print(&page, " %zu\n", a->count);
	for (size_t i = 0; i < a->page_count; i++) {
		add_written(a->pages[i].written, a->pages[i].wanted);
		buf_addslice(&page, a->pages[i].path);
		buf_addchar(&page, '\n');
	}
	buf_addchar(&page, '\n');
	for (size_t i = 0; i < a->count; i++) {
		const struct row *r = a->rows[i];

		add_written(r->written, r->wanted);
		add_page_name(&page, r);
		buf_addchar(&page, '\t');
		buf_addslice(&page, r->text);
		buf_addchar(&page, '\n');
		file_spill();
	}
	file_end(a, file);
}
