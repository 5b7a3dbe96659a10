/* serve: what the files of smtp-serve share. */
#ifndef SERVE_H
#define SERVE_H

#include "command.h"
#include "conf.h"
#include "crlf.h"
#include "helper.h"
#include "io.h"
#include "letter.h"
#include "network.h"
#include "routes.h"
#include "tls.h"

/* Who is at the other end. */
struct client {
	bool known;             /* the address is */
	bool trusted;           /* it is in relay-from, has logged in, or a certificate in relay-certificates */
	bool speaks_first;      /* before it was greeted */
	struct address address;
	bool called;            /* we know at which of our addresses, here */
	struct address here;
	char text[NETWORK_TEXT];        /* the same; empty where it is not known */
	char *name;             /* as the reverse look-up of whoever started us found it, or NULL; owned */
};

void client_find(struct client *, const struct conf *);

/* The address of the peer of a TCP connection; false where it is none. */
bool client_address(int connection, struct address *);

/* Once the settings are known: a session that starts no programs can do nothing but store letters from then on. */
struct session;
void confine(const struct session *);

/*
 * What TLS needs, from the files that the settings name: before there are sessions, and again when settings were read again, where
 * what there was stays if there is something wrong. 0; -1, and why.
 */
int tls_prepare(const struct conf *, buf *why);
bool tls_offered(const struct session *);

/* The handshake: the session goes through TLS, or has ended. */
bool tls_begin(struct session *);
void tls_end(struct session *);
void do_starttls(struct session *, slice argument);

/* Why a session ends; what main returns. */
enum ending { GOING_ON, CLIENT_LEFT, CLIENT_SLOW, CLIENT_WRONG, WE_FAILED };

struct session {
	const struct conf *conf;
	bool lmtp, submission;
	bool implicit_tls;              /* from the first byte (RFC 8314 §3) */
	char **command;                 /* what takes the letters instead of the queue, NULL-ended; or NULL */
	int64_t patience;               /* ms that the client may be silent, or take for a command */
	struct client client;
	struct routes routes;           /* once routes_known */
	bool routes_known;

	bool has_users;                 /* one can log in: */
	struct helper checker;          /* by sasl-check */

	enum ending ending;
	unsigned errors;
	unsigned idle_commands;         /* since a letter was accepted, those that led to none */
	int64_t last_use;               /* when a letter was accepted, or the start */
	buf ids;                        /* words: letters accepted that no runner was started for */

	buf helo;                       /* what the client calls itself, made harmless; empty: no HELO yet */
	bool extended;                  /* EHLO or LHLO, not HELO */
	struct tls *tls;                /* what the session goes through, or NULL */
	buf user;                       /* who logged in; empty: nobody */
	buf claimed;                    /* the same for logs, or who it was that could not */
	int wrong_passwords;

	/* The transaction, from MAIL to its end or RSET. */
	bool open;                      /* there was a MAIL */
	bool chunked;                   /* there was a BDAT */
	bool utf8;
	struct letter letter;
	bool has_letter;                /* begun, and neither stored nor abandoned */
	buf sender;
	buf options;                    /* words, for a command */
	buf recipients;                 /* NUL-ended: all for a command, else the first */
	buf refusal;                    /* a reply made for this recipient */
	long long accepted, refused;    /* recipients */

	/* The message. */
	struct writer spool;            /* where it waits for a filter or a command; else not open */
	struct crlf text;
	struct hops {
		size_t matched;         /* bytes of this line that are those of `Received:` */
		bool other;             /* no, it is another line */
		bool over;              /* the header is */
		long long count;
	} hops;
	buf header;                     /* of somebody who logged in; and some of the body */
	int64_t deadline;               /* put off by what arrives: a byte a second holds nobody for long */
	long long bytes;                /* of the message, ours included */
	long long wasted;               /* thrown away since there was trouble */
	const char *trouble;            /* the reply that the letter will get */
};

/* The transaction ends without a letter, or after it was stored. */
void session_reset(struct session *);

/* Reads until the client leaves, and has what was stored delivered. */
void session_run(struct session *);

/* After a session: one that knows nothing of it, with the same settings. */
void session_renew(struct session *);

/* One line of reply. An error counts, and is answered slowly once there were many. */
void reply(struct session *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sends what was answered so far. */
void flush(struct session *);

/* After what was answered so far went out: more input from the client, or false when the session has ended. */
bool more_input(struct session *, int64_t deadline);

/* One line of the client's, of less than `most` bytes, without its CRLF; false when the session has ended. */
bool next_line(struct session *, size_t most, slice *line);

/* What was answered so far goes out; then nothing, for so many ms. */
void pause_for(struct session *, int64_t ms);

/* Ends the session with this reply, as its last word. */
void hang_up(struct session *, enum ending, const char *text);

/* NULL where mail for this recipient is taken from this client, else the reply; may complete the address. */
const char *admit(struct session *, const struct path *, buf *address);

/* AUTH: starts sasl-check, before the session is shut in; offers the mechanisms to EHLO. */
void auth_start(struct session *);
void auth_offer(struct session *);
void do_auth(struct session *, slice argument);

/*
 * As whom somebody who logged in may send: NULL, or the reply that refuses. Of the envelope; and of the header, whose
 * text is kept until it is over.
 */
const char *sender_admit(const struct session *, slice address);
void sender_keep(struct session *, slice text);
const char *sender_check(const struct session *);

void command_dispatch(struct session *, slice line);
void do_data(struct session *, slice argument);
void do_bdat(struct session *, slice argument);

/*
 * Where letters go: into the queue or, with a command, to that. What returns a text
 * returns NULL, or the reply that refuses.
 */
const char *store_begin(struct session *, const struct mail_command *);
const char *store_recipient(struct session *, slice recipient, slice options);

/* Before the first byte of the message, and its bytes; trouble is kept in the session. */
void store_message(struct session *);
void store_write(struct session *, slice bytes);
const char *store_commit(struct session *);

/* Leaves no trace of what was not committed; may be called at any time. */
void store_abandon(struct session *);

/* RFC 3848, RFC 6531 §4.3: SMTP, ESMTP, UTF8SMTP, LMTP, UTF8LMTP; with A where the client has logged in. Borrowed until the next call. */
const char *protocol(const struct session *);

/* The reply for what the system could not do, by errno. */
const char *trouble_of(int error);

/*
 * Runs a program with its standard input at the start of `in`, its output to `out` (-1: /dev/null),
 * and at most `ms` to live: its exit status; *said has the first line of its standard error.
 */
int program_run(char *const argv[], int in, int out, int64_t ms, buf *said);

/*
 * Sends the message in *fd through the chain of the setting `filter`; *fd is then what the last
 * of them wrote. NULL, or the reply that refuses, which may be in s->refusal.
 */
const char *filter_run(struct session *, int *fd);

#endif
