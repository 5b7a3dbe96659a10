/* outline: what is made of each part of a letter, found out before it is written. */
#ifndef OUTLINE_H
#define OUTLINE_H

#include "archive.h"
#include "part.h"

struct outlined {
	bool shown;             /* its text stands on the page */
	bool filed;             /* it is a file, to be had by itself */
	bool markup;            /* HTML */
	bool alternative;       /* holds alternatives; */
	bool has_plain;         /* one of them is plain text */
	size_t parent;          /* place of the part that it is in */
	long long bytes;        /* decoded */
};

/* A struct of zeros begins; it may be read into again. */
struct outline {
	struct outlined *parts; /* in the order in which they begin */
	size_t count, room;
	size_t files;           /* how many are filed */
	size_t open[LIMIT_PART_DEPTH];
	struct transfer_decoder decoder;
};

/* The whole letter: 0; -1 and errno. */
int outline_read(struct outline *, struct reader *);

/* files.c: the files of a letter, written: 0; -1 and errno where it could not be read. */
int write_files(const struct archive *, const struct row *, const struct outline *, struct reader *);
void add_file_path(buf *to, const struct row *, const struct part *);   /* below message/ */

#endif
