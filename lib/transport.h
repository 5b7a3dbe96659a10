/*
 * transport: the lines that queue-run and a transport exchange, pennypost-transport(5).
 *
 *	job:    id path offset sender options recipient...
 *	result: id recipient code enhanced-code text [host [dsn [tls]]]
 *
 * Fields are separated by TABs and escaped. A recipient of a job is `address` or
 * `address option…` (notify=, orcpt=), options are words as in struct queued.
 */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include <sys/types.h>

#include "buf.h"
#include "io.h"

/* Slices point into `text`, which owns them. */
struct job {
	slice id;
	slice path;             /* of the file that holds the message */
	off_t offset;           /* where in it the message begins */
	slice sender;           /* empty: the null reverse-path */
	slice options;
	slice *recipients;      /* owned */
	size_t recipient_count;
	buf text;
};

/* Appends a whole line, LF included, but for the recipients and the LF: then transport_add_recipient, and a LF. */
void transport_add_job(buf *line, slice id, slice path, off_t offset, slice sender, slice options);
void transport_add_recipient(buf *line, slice recipient);

/* Reads a job line (with or without its LF) into *job: 0, or -1 if it is none. Free it whatever the status. */
int transport_read_job(slice line, struct job *);
void job_free(struct job *);

/* What became of one recipient. */
struct result {
	slice id;
	slice recipient;        /* the address, without options */
	int code;               /* 200-599; 2xx delivered, 4xx later, 5xx never */
	slice enhanced;         /* `2.1.5` (RFC 3463) */
	slice text;
	slice host;             /* who said so, or empty */
	bool dsn;               /* the host was given NOTIFY and will tell itself (RFC 3461 §5.2.1): we need not */
	slice tls;              /* how the way to it was protected, in words; empty where nobody says */
};

void transport_add_result(buf *line, const struct result *);

/* The slices of *result point into *text, which is cleared first: 0, or -1 if the line is none. */
int transport_read_result(slice line, struct result *, buf *text);

#endif
