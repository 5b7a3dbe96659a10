/* serve: what the files of smtp-serve share. */
#ifndef SERVE_H
#define SERVE_H

#include "command.h"
#include "conf.h"
#include "crlf.h"
#include "io.h"
#include "letter.h"
#include "network.h"
#include "routes.h"

/* Who is at the other end. */
struct client {
	bool known;             /* the address is */
	bool trusted;           /* it is in relay-from */
	bool speaks_first;      /* before it was greeted */
	struct address address;
	char *name;             /* as the reverse look-up of whoever started us found it, or NULL; owned */
};

void client_find(struct client *, const struct conf *);

/* Why a session ends; what main returns. */
enum ending { GOING_ON, CLIENT_LEFT, CLIENT_SLOW, CLIENT_WRONG, WE_FAILED };

struct session {
	const struct conf *conf;
	bool lmtp, submission;
	int64_t patience;               /* ms that the client may be silent, or take for a command */
	struct client client;
	struct routes routes;           /* once routes_known */
	bool routes_known;

	enum ending ending;
	unsigned errors;
	unsigned idle_commands;         /* since a letter was accepted, those that led to none */
	int64_t last_use;               /* when a letter was accepted, or the start */
	buf ids;                        /* words: letters accepted that no runner was started for */

	buf helo;                       /* what the client calls itself, made harmless; empty: no HELO yet */
	bool extended;                  /* EHLO or LHLO, not HELO */

	/* The transaction, from MAIL to its end or RSET. */
	bool open;                      /* there was a MAIL */
	bool chunked;                   /* there was a BDAT */
	bool utf8;
	struct letter letter;
	buf sender;                     /* `<alice@example.org>`, for the log */
	buf rcpt;                       /* the first recipient */
	buf refusal;                    /* a reply made for this recipient */
	long long accepted, refused;    /* recipients */

	/* The message. */
	struct crlf text;
	int64_t deadline;               /* put off by what arrives: a byte a second holds nobody for long */
	long long bytes;
	long long wasted;               /* bytes thrown away since there was trouble */
	const char *trouble;            /* the reply that the letter will get */
};

/* The transaction ends without a letter, or after it was stored. */
void session_reset(struct session *);

/* Reads until the client leaves, and has what was stored delivered. */
void session_run(struct session *);

/* One line of reply. An error counts, and is answered slowly once there were many. */
void reply(struct session *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* After what was answered so far went out: more input from the client, or false when the session has ended. */
bool more_input(struct session *, int64_t deadline);

/* Ends the session with this reply, as its last word. */
void hang_up(struct session *, enum ending, const char *text);

/* NULL where mail for this recipient is taken from this client, else the reply; may complete the address. */
const char *admit(struct session *, const struct path *, buf *address);

/* The commands, each with what followed its verb. */
void command_dispatch(struct session *, slice line);

void do_data(struct session *, slice argument);
void do_bdat(struct session *, slice argument);

/* Starts the message with our Received field. */
void message_begin(struct session *);
void message_write(struct session *, slice bytes);

/* Stores it; a reply for it, or in LMTP for each recipient. Ends the transaction. */
void message_end(struct session *);

/* The reply for what the queue could not do, by errno. */
const char *queue_trouble(int error);

#endif
