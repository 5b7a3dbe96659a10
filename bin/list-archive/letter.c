/* What the index has to know of a letter that is new. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addr.h"
#include "archive.h"
#include "charset.h"
#include "clock.h"
#include "date.h"
#include "fail.h"
#include "head.h"
#include "html.h"
#include "id.h"
#include "part.h"
#include "words.h"

enum {
	FIRST_YEAR = 365 * 24 * 3600,   /* no mail is older than 1971 */
	DAY = 24 * 3600,
};

/* The header, and where there is no Message-ID a digest of the body. */
struct reading {
	buf fields;
	bool begun, digests;
	struct sha1_ctx sha;
};

int letter_open(struct archive *a, const char *file)
{
	buf path = { NULL, 0, 0 };
	int fd;

	listing_add_path(&path, file);
	fd = openat(a->maildir, path.p, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT) {
		warn("%s/archive/%s: %s", a->list.folder, path.p, strerror(errno));
		a->status = EX_NOINPUT;
	}
	buf_free(&path);
	return fd;
}

static slice field_of(slice fields, const char *name)
{
	struct field f;

	return head_find(fields, name, &f) ? slice_trim(f.body) : slice_upto(fields, 0);
}

/* Without a Message-ID, a letter is what it says: all but what its way and mailboxes put in front of it. */
static void begin_digest(struct reading *r)
{
	static const char *const names[] = { "From", "Date", "Subject" };

	r->digests = true;
	sha1_init(&r->sha);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		slice body = field_of(buf_slice(&r->fields), names[i]);

		sha1_update(&r->sha, body.n, (const uint8_t *)body.p);
		sha1_update(&r->sha, 1, (const uint8_t *)"\n");
	}
}

static slice message_id(slice fields)
{
	slice body = field_of(fields, "Message-ID"), id = body;

	id_last(&body, &id);
	return slice_trim(id);
}

static void begin(void *context, const struct part *p)
{
	struct reading *r = context;

	if (p->parent)
		return;
	buf_clear(&r->fields);
	buf_addslice(&r->fields, p->fields);
	r->begun = true;
	r->digests = false;
	if (!message_id(p->fields).n)
		begin_digest(r);
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct reading *r = context;

	if (r->digests && !p->decoded && (p->parent || what != PART_HEADER))
		sha1_update(&r->sha, bytes.n, (const uint8_t *)bytes.p);
}

static void end(void *context, const struct part *p)
{
	(void)context, (void)p;
}

/* As much of it as is needed: 0, -1. */
static int read_letter(struct reading *r, int fd)
{
	static const struct part_events events = { begin, bytes, end };
	static struct part_walk walk;
	static struct reader in;
	slice some;
	int got;

	if (!in.p)
		reader_open(&in, fd);
	in.fd = fd;
	in.portion = LIMIT_HEADER_READ;
	reader_restart(&in);
	r->begun = false;
	part_walk_begin(&walk, &events, r);
	while ((got = reader_some(&in, LIMIT_STREAM, &some)) > 0 && (!r->begun || r->digests)) {
		part_walk_more(&walk, some);
		in.portion = 0;
	}
	part_walk_finish(&walk);
	return got < 0 ? -1 : 0;
}

/* When it came: the name of its file begins with that; else when the file was made. */
static time_t delivered(slice name, int fd)
{
	long long when = slice_number(slice_upto(name, slice_find(name, '.')));
	struct stat st;

	if (when < FIRST_YEAR && fstat(fd, &st) == 0)
		when = st.st_mtime;
	return when;
}

/* Its Date; when it came where that is no date, or one before mail or behind its arrival. */
static time_t date_of(slice fields, time_t arrival)
{
	const time_t last = 253402300799;       /* of the year 9999 */
	time_t when;

	if (arrival < 0 || arrival > last)
		arrival = 0;
	if (!date_read(field_of(fields, "Date"), &when) || when < FIRST_YEAR || when > arrival + DAY)
		return arrival;
	return when;
}

static void add_reference(buf *to, size_t start, slice id)
{
	buf digest = { NULL, 0, 0 };

	id_add(&digest, id);
	if (to->n > start)
		buf_addchar(to, ' ');
	buf_add(to, digest.p, REFERENCE_LENGTH);
	buf_free(&digest);
}

/* In-Reply-To says whom it answers, References whom those answered, the nearest last (RFC 5322 §3.6.4). */
static void add_references(buf *to, slice fields)
{
	slice body = field_of(fields, "In-Reply-To"), id;
	size_t start = to->n;

	body = slice_upto(body, slice_find(body, '>') + 1);
	if (id_last(&body, &id))
		add_reference(to, start, id);
	body = field_of(fields, "References");
	for (size_t i = 0; i < LIMIT_REFERENCES && id_last(&body, &id); i++)
		add_reference(to, start, id);
}

/* One line of text that is not longer than it may be, its addresses hidden: as a field. */
static void add_shown(const struct archive *a, buf *to, slice text, size_t most)
{
	buf shown = { NULL, 0, 0 };

	if (a->hides)
		html_hide(&shown, utf8_upto(text, LIMIT_HTML_LINE));
	else
		buf_addslice(&shown, text);
	buf_addfield(to, utf8_upto(buf_slice(&shown), most));
	if (shown.n > most)
		buf_addtext(to, "…");
	buf_free(&shown);
}

/* The author as a person: a name, else the comment, else the address. */
static void add_author(buf *to, slice from)
{
	struct addr_list list = addr_list(from);
	struct addr author = { .bare = false };
	buf plain = { NULL, 0, 0 };
	int got;

	while ((got = addr_next(&list, &author)) < 0)
		;
	if (got > 0)
		addr_add_unquoted(&plain, author.name.n ? author.name : author.comment);
	words_decode(to, buf_slice(&plain));
	if (!to->n)
		words_plain(to, got > 0 ? buf_slice(&author.address) : from);
	buf_free(&plain);
	addr_free(&author);
}

static void add_line(const struct archive *a, buf *to, struct reading *r, slice name, time_t arrival)
{
	slice fields = buf_slice(&r->fields);
	buf text = { NULL, 0, 0 };

	buf_addtext(to, "-\t");
	if (r->digests)
		id_add_digest(to, &r->sha);
	else
		id_add(to, message_id(fields));
	buf_addchar(to, '\t');
	buf_addfield(to, name);
	buf_addchar(to, '\t');
	clock_add_stamp(to, date_of(fields, arrival));
	buf_addchar(to, '\t');
	add_references(to, fields);
	buf_addchar(to, '\t');
	add_author(&text, field_of(fields, "From"));
	add_shown(a, to, buf_slice(&text), LIMIT_AUTHOR);
	buf_addchar(to, '\t');
	buf_clear(&text);
	words_decode(&text, field_of(fields, "Subject"));
	add_shown(a, to, buf_slice(&text), LIMIT_SUBJECT);
	buf_free(&text);
}

bool letter_row(struct archive *a, struct row *row, const char *file)
{
	static struct reading r;
	slice name = listing_name(file);
	int fd = letter_open(a, file);
	buf line = { NULL, 0, 0 };
	bool good;

	if (fd < 0)
		return false;
	good = read_letter(&r, fd) == 0;
	if (good) {
		add_line(a, &line, &r, name, delivered(name, fd));
		good = index_row(row, (slice){ mem_text(buf_slice(&line)), line.n });
		row->old_copy = 0;
	} else {
		warn("%s/archive: %s: %s", a->list.folder, file + 1, strerror(errno));
		a->status = EX_IOERR;
	}
	close(fd);
	buf_free(&line);
	return good;
}
