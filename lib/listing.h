/*
 * listing: the files of a folder, by name; of a Maildir (cur/ and new/ are there) its letters, in the order of their arrival.
 *
 * A row is the name of a file, with a letter in front that says where it is: `n` new/, `c` cur/, `.` the folder itself.
 * Files whose names begin with a dot are not listed.
 */
#ifndef LISTING_H
#define LISTING_H

#include "buf.h"

/* A struct of zeros begins. */
struct listing {
	const char **row;       /* once sorted, as the count */
	size_t count;
	buf names;
};

/* Lists a folder or a Maildir, and sorts. 0; -1 and errno, with what was found. */
int listing_read(struct listing *, int folder);
void listing_free(struct listing *);

/* Appends the path of a row in what was listed: `new/NAME`. */
void listing_add_path(buf *to, const char *row);

/* What it is made of: adds the files of one folder below another; and sorts all rows, as of a Maildir or by their whole names. */
int listing_add(struct listing *, int parent, const char *folder, char mark);
void listing_sort(struct listing *, bool maildir);

/* The name of a letter in a Maildir without its flags, which its reader changes. */
slice listing_name(const char *row);

/* The order of these names, of pointers to rows: 0 for one letter wherever it is. */
int listing_order(const void *, const void *);

#endif
