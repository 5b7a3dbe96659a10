/* What the parts of mail-inject share. */
#ifndef INJECT_H
#define INJECT_H

#include "buf.h"
#include "conf.h"

enum mode { POST, SESSION, LIST, ALIASES, VERIFY, RUN };

/* What the command line asks for. */
struct request {
	enum mode mode;
	bool from_header;       /* -t: recipients from the header too */
	bool ignore_dots;       /* -i: a lone dot is data */
	bool print;             /* -n: the result to standard output */
	bool verbose;           /* -v: each change is told on standard error */
	const char *sender;     /* -f; NULL where not given */
	const char *name;       /* -F; NULL where not given */
	const char *deliver;    /* -od: as the setting of this name; NULL where not given */
	const char *run;        /* what is attached to -q, or NULL */
	const char *body;       /* -B, in lower case; NULL where not given, as the next */
	const char *returned;   /* -R */
	buf envelope_id;        /* -V, as xtext */
	buf notify;             /* -N, as it stands behind each recipient: ` notify=…` */
	char **recipients;      /* NULL-ended */
};

/* -v: says on standard error what was changed and why. */
void explain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* options.c: the end of the program where they are wrong. `program`: the name it was called by. */
void options_read(struct request *, int argc, char **argv, const char *program);

/* author.c: the user whose process this is. Both live as long as the process; the name may be empty. */
const char *author_login(void);
slice author_name(void);

/* envelope.c */
struct envelope {
	const struct conf *conf;
	const char *notify;     /* options behind each recipient */
	buf sender;             /* empty: the null reverse-path */
	bool null_sender;       /* it was asked for */
	bool utf8;              /* an address needs SMTPUTF8 */
	buf recipients;         /* each ended by LF, no two the same */
	void *known;            /* a tsearch(3) tree of them */
};

/* From -f, or from the login where that is NULL. */
void envelope_set_sender(struct envelope *, const char *given);

/* Recipients of a list as it may stand in a header; `where` it stands, for diagnostics. */
void envelope_add(struct envelope *, slice list, const char *where);

/* The domain that a bare address gets: who is known here stays here. */
const char *recipient_domain(const struct conf *, slice local_part);

/*
 * Whether an address of ours is to be shown as another: that is then in *shown.
 * `domain` of a bare address is empty.
 */
bool masquerades(const struct conf *, slice address, buf *shown);

/* header.c */
struct header {
	const struct conf *conf;
	struct envelope *envelope;
	const struct request *request;
	buf fields;             /* as they came, with LF line ends */
	slice resent;           /* the most recent block of Resent- fields (RFC 5322 §3.6.6) */
	slice missing_in;       /* the fields that must hold From, Date, …: all, or that block */
	unsigned long seen;     /* bits of the fields that are there and say something */
	size_t authors;         /* mailboxes in From, or Resent-From */
};

/* Looks at all fields; takes recipients from them where the request says so. */
void header_scan(struct header *);

/* Appends the fields as they should be. */
void header_write(const struct header *, buf *to);

/* post.c: standard input into the queue, or to standard output. The exit status. */
int post(const struct request *, struct conf *);

/* modes.c: what is not posting. */
int verify(const struct request *, const struct conf *);
int check_aliases(const struct conf *);
int run_queue(const char *what, const struct conf *);
_Noreturn void become_session(void);
_Noreturn void become_list(char **arguments);          /* its first is written over */

#endif
