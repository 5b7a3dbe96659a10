/*
 * io: buffered streams over descriptors that know how long they may wait.
 *
 * A deadline is a moment of clock_ms(), 0 for none; past it a call fails with
 * ETIMEDOUT. EINTR is never seen. Failures give -1 and leave why in errno.
 */
#ifndef IO_H
#define IO_H

#include <stdint.h>
#include <sys/types.h>

#include "buf.h"

/*
 * What carries bytes over descriptors in another form: TLS. Its calls are read(2) and write(2) for descriptors that are
 * O_NONBLOCK; after EAGAIN the descriptor is to be waited for. What it has read and nobody has taken yet, poll(2) does not know.
 */
struct channel {
	ssize_t (*read)(struct channel *, char *to, size_t most);
	ssize_t (*write)(struct channel *, slice bytes);
};

/* Slices that a reader gives point into its buffer and are valid until its next call. */
struct reader {
	int fd;
	char *p;                /* owned */
	size_t start, end, cap; /* bytes read and not yet taken: p[start..end) */
	size_t portion;         /* what one read asks for, where little of a file is wanted; 0: all there is room for */
	int64_t deadline;
	bool eof;
	bool nonblocking;       /* fd is O_NONBLOCK: it is read first, and waited for only if nothing is there */
	struct channel *channel; /* NULL: the bytes are those of fd; else nonblocking */
	bool plain;             /* fd is a plain file on a disk: less than was asked for is its end, which need not be read */
};

void reader_open(struct reader *r, int fd);     /* borrows fd; buffer of LIMIT_STREAM bytes */
void reader_close(struct reader *r);            /* frees the buffer, leaves fd open */
void reader_restart(struct reader *r);          /* what was read is forgotten, and its end: fd is another file, or elsewhere in it */

/* Reads more behind what is buffered: 1 if more came, 0 at the end of the input or with a full buffer, -1. */
int reader_fill(struct reader *r);

/* The same of what is there already: -1 with EAGAIN where nothing is. For what is nonblocking. */
int reader_try(struct reader *r);

/*
 * One line with its LF: 1, 0 at the end, -1. The last line may have no LF, and
 * one longer than the buffer comes in pieces without LF.
 */
int reader_line(struct reader *r, slice *line);

/* A line, or such a piece of one, that is already in the buffer: 1, else 0. Never reads. */
int reader_buffered(struct reader *r, slice *line);

/* What is there, at least one byte and at most `most`: 1, 0 at the end, -1. */
int reader_some(struct reader *r, size_t most, slice *bytes);

/* Gives back what the last call gave, or its end, to be read again. */
void reader_back(struct reader *r, slice bytes);

/* The first failure stays: every later call fails too, so that one check at the end is enough. */
struct writer {
	int fd;
	char *p;                /* owned */
	size_t n, cap;
	int64_t deadline;
	int error;              /* errno of the first failure, or 0 */
	bool nonblocking;       /* fd is O_NONBLOCK: it is given all we have at once, and waited for only if it is full */
	struct channel *channel; /* as in struct reader */
	struct reader *answers; /* taken in while fd is full, so that two pipelining peers never wait for each other */
};

void writer_open(struct writer *w, int fd);
void writer_close(struct writer *w);            /* without flushing; leaves fd open */
int writer_put(struct writer *w, slice bytes);
int writer_text(struct writer *w, const char *text);
int writer_char(struct writer *w, char c);
int writer_print(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
int writer_flush(struct writer *w);

/* Standard input and output of the program. */
extern struct reader io_in;
extern struct writer io_out;

/* Flushes standard output and returns the status that main should: EX_IOERR, with a diagnostic, if that failed. */
int io_finish(int status);

/* poll(2) on one descriptor: 1 when it is ready for events, 0 past the deadline, -1. */
int io_wait(int fd, short events, int64_t deadline);

/* All of it at this offset or nothing counted: 0, -1. */
int io_pwrite(int fd, slice bytes, off_t at);

/* The folder that a file is in; owned by the caller. */
char *io_folder_of(const char *path);

/* fsync(2) of a folder, and of the one that a file is in: 0, -1. */
int io_sync_folder(int directory, const char *path);
int io_sync_folder_of(const char *path);

/* A whole file into b, at most `most` bytes (EFBIG): 0, -1. */
int io_file(int directory, const char *path, size_t most, buf *b);

/* A temporary file without a name, in $TMPDIR or /var/tmp: a descriptor for reading and writing, -1. */
int io_spool(void);

/*
 * What is left of an input, for what is read more than once, copied into such a file: a descriptor at its start;
 * or -1, and whether it is the file that failed, not the input.
 */
int io_spool_rest(struct reader *in, bool *file_failed);

/*
 * Standard input, of which nothing was read yet, for what is read more than once: a descriptor, and where in it the input
 * begins. It is a copy where it is no plain file. Else the end of the program, EX_CANTCREAT or EX_IOERR.
 */
int io_input_again(off_t *begin);

#endif
