/*
 * archive: what the files of list-archive share.
 *
 * What stands on the pages follows from the letters of the Maildir alone. Each page has a fingerprint of all that it
 * shows; `index.tsv` keeps those of the pages that are there, and a page is written where its own is another one.
 */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include <stdint.h>
#include <time.h>

#include "keyed.h"
#include "list.h"
#include "listing.h"

enum { ID_LENGTH = 32, REFERENCE_LENGTH = 12 };

/* A letter. Slices live as long as the process. */
struct row {
	slice name;             /* in the Maildir, without flags */
	slice id;               /* ID_LENGTH characters that its page is called by */
	unsigned copy;          /* 1; more, where letters before it have the same id */
	unsigned old_copy;      /* what its page is called by now; 0: it has none */
	slice text;             /* from its name to its subject */
	size_t arrival;         /* its place in the order of arrival */
	time_t date;
	slice references;       /* the first REFERENCE_LENGTH characters of ids, the nearest first, a blank between them */
	slice author, subject;
	uint64_t key, look;     /* fingerprints of the name of its page, and of that and the text */
	uint64_t written;       /* of its page; 0: there is none, or an old one */
	uint64_t wanted;
	const char *file;       /* a row of the listing; NULL: it is gone */

	struct row *parent;     /* the letter that it answers, and the answers to it, in the order of their dates */
	struct row *first_child, *last_child, *sibling;
	struct row *root;       /* towards the first letter of its thread */
	struct row *earlier, *later;    /* by date; and in its thread */
	struct row *before, *behind;
	struct month *month;
	struct row *outer;      /* the letter that it stands under in the thread index of its month */
	size_t level;           /* how deep it stands there */
};

/* Letters of a month: a range of by_date and of by_thread. */
struct month {
	char name[sizeof "2026-11"];
	time_t end;
	size_t first, count;
	size_t threaded;        /* rows of by_thread that are filled in */
	struct row *innermost;  /* of its letters, of those that the thread has come to and not yet left */
};

/* One that is not of a letter. */
struct page {
	slice path;
	uint64_t written, wanted;
};

struct archive {
	struct conf conf;
	struct list list;
	int folder;             /* for the pages */
	int maildir;
	bool hides;             /* addresses */
	bool lost;              /* there was no index, or one of other settings: pages may be there that it does not know */
	uint64_t settings;      /* fingerprint of what is the same on every page */

	struct row *known;      /* from the index */
	size_t known_count;
	struct listing listing;
	struct row **rows;      /* in the order of arrival */
	size_t count;
	struct page *pages, *old_pages;
	size_t page_count, old_page_count;
	struct keyed *by_id;    /* of one id as they arrived */
	struct row **by_date;
	struct row **by_thread; /* for each month */
	struct month *months;
	size_t month_count;
	int status;             /* of what went wrong with single letters */
};

/* index.c: the state. Where there is none that can be used, all is `lost`. */
void index_read(struct archive *);
void index_remove(const struct archive *);
void index_write(const struct archive *);
bool index_row(struct row *, slice line);       /* what a line says; false where it is none */
bool index_page_name(slice name, struct row *);  /* ID, ID-2: as the page of a letter is called */
bool is_month(slice name);

/* letter.c: the row of a letter that is new; false where it has gone, or could not be read, which was said. */
bool letter_row(struct archive *, struct row *, const char *file);
int letter_open(struct archive *, const char *file);    /* or -1 */

/* gather.c: which letters there are. */
void gather(struct archive *);

/* arrange.c, thread.c: rows by id, by date and month, and by thread. */
void arrange(struct archive *);
void arrange_threads(struct archive *);
struct row *row_of_id(const struct archive *, slice id, unsigned copy); /* or of the start of an id; or NULL */

/* plan.c: what has to be written. */
void plan(struct archive *);
bool is_finished(const struct archive *);

/* remove.c: pages that are no more; and all that the lost index may have known. */
void remove_stale(const struct archive *);
void sweep(const struct archive *);

/* file.c: pages and files, put in place whole. */
extern buf page;        /* what is appended goes into the file that is open */
void file_begin(const struct archive *);
void file_spill(void);                          /* now and then: what is there is written */
void file_end(const struct archive *, const char *path); /* its name in the folder */

/* frame.c: what all pages have in common. `up` is the way to the folder: empty, or `../`. */
void frame_begin(const struct archive *, const char *up, slice title);
void frame_end(const struct archive *, const char *path);
void add_link(const char *up, const char *path, const char *rel, slice text);
void add_letter_link(const char *up, const struct row *, const char *rel, slice text);
void add_page_name(buf *to, const struct row *);
void add_month_title(buf *to, const char *month);       /* November 2026 */
slice subject_of(const struct row *);
slice author_of(const struct row *);
void add_bdi(slice text);
void add_time(time_t when, const char *format, const char *shown);

/* message.c, month.c: the pages. */
bool write_message(struct archive *, const struct row *);       /* false: its letter has gone */
void write_by_date(const struct archive *, const struct month *);
void write_by_thread(const struct archive *, const struct month *);
void write_front(const struct archive *);

extern const char style[];

/* Fingerprints: of more bytes, or of a number. Never 0. */
uint64_t print_bytes(uint64_t print, slice bytes);
uint64_t print_number(uint64_t print, uint64_t number);

#endif
