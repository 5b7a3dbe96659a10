/*
 * session: one connection, from its greeting to QUIT or its loss.
 *
 * Two things go on at once. What is written (session_write) depends on what the
 * server lets us write without waiting; what comes back is matched with a queue of the
 * replies that are owed to us. Without PIPELINING that queue holds one reply at most;
 * with it, it holds those of MAIL, RCPT... and DATA, behind the final dot of the letter
 * before; with CHUNKING too, those of up to LIMIT_IN_FLIGHT letters.
 */
#ifndef SESSION_H
#define SESSION_H

#include "io.h"
#include "limit.h"
#include "security.h"
#include "smtp.h"
#include "work.h"

/* A letter, or up to LIMIT_TRANSACTION recipients of it, on its way. */
struct transaction {
	struct work *work;
	size_t count;
	size_t recipient[LIMIT_TRANSACTION];    /* places in work->job.recipients */
	bool accepted[LIMIT_TRANSACTION];
	size_t accepted_count;
	size_t answered;        /* LMTP: of those accepted, how many have their final reply */
	size_t written;         /* RCPT commands */
	bool failed;            /* MAIL, DATA or a chunk was refused: what is owed to it matters no more */
	bool strange;           /* a RCPT was accepted although MAIL was not */
	enum { MAIL_NEXT, RCPT_NEXT, DATA_NEXT, GO_AWAITED, CONTENT_NEXT, WRITTEN } stage;
	unsigned references;
	struct transaction *next;
};

enum reply_kind { GREETING, EHLO, STARTTLS, HELO, AUTH, MAIL, RCPT, DATA, DOT, CHUNK, LAST_CHUNK, RSET, QUIT };

/* A reply that is owed to us. */
struct owed {
	enum reply_kind kind;
	struct transaction *of;
	size_t recipient;       /* RCPT, and DOT in LMTP: place in of->recipient */
};

enum session_state {
	OPENING,                /* greeting, EHLO */
	READY,
	LEAVING,                /* QUIT was written */
	OVER,                   /* QUIT was answered, or is not worth waiting for */
	TURNED_AWAY,            /* greeting or EHLO was */
	SHUT_OUT,               /* no TLS, no proof of who it is, no REQUIRETLS, or we cannot log in: nothing was sent */
	LOST,                   /* closed, silent, 421 or nonsense */
};

struct session {
	enum session_state state;
	struct reader in;
	struct writer out;
	struct place place;     /* whose letters go here */
	slice host;             /* `name [address]` for results */
	struct security *security;      /* borrowed */
	struct tls *tls;        /* NULL: none, or not yet */
	slice secured;          /* how the connection is protected, for results: of */
	buf secured_text;
	bool handshake_failed;  /* SHUT_OUT: and not a proof that is lacking */
	struct smtp_features features;
	buf first_words;        /* of AUTH, too long for the command; wiped */
	buf told;               /* by AUTH, until it is over: what no reply may quote; wiped */
	bool cautious;          /* the last connection broke: no pipelining on this one */
	struct reply reply;
	struct owed *owed;      /* a ring */
	size_t owed_first, owed_count, owed_room;
	struct transaction *flight;     /* unanswered, oldest first */
	size_t flight_count;
	struct transaction *writing;
	struct content content; /* of it */
	buf wire;
	bool parted;            /* QUIT was written, and its answer is not waited for */
	bool unclean;           /* the server may think that a transaction is open: RSET first */
	int64_t since;          /* when what we wait for now began, clock_ms() */
	size_t unread;          /* bytes written since we last looked for replies */
	size_t finished;        /* transactions that got their last reply */
	struct verdict why;     /* TURNED_AWAY, SHUT_OUT, LOST: what to say of recipients if nobody else takes them */
	buf why_text;           /* owned by the caller after session_close, as secured_text is */
	char why_enhanced[sizeof ((struct reply *)NULL)->enhanced];
	bool timed_out;
};

/* Talks until it is over. fd is connected; the slices stay borrowed. */
void session_run(struct session *, int fd, struct place, slice host, struct security *, bool cautious);

/* Puts all that was not answered back to be done, and frees everything, fd too (where we parted, only at the next call). */
void session_close(struct session *);

/* Between its files: */
void session_lose(struct session *, const char *enhanced, const char *what);
void session_lose_reply(struct session *, enum session_state);
void session_shut_out(struct session *, const char *enhanced);   /* ends it: why_text says why */
void session_owe(struct session *, enum reply_kind, struct transaction *, size_t recipient);
void session_greet(struct session *);           /* EHLO, or LHLO */
void session_tell(struct session *);            /* how it is protected */
bool session_secure(struct session *);  /* the handshake; false: it is over */
void session_command(struct session *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void session_put(struct session *, slice bytes);
bool session_takes(const struct session *, enum smtp_extension);
void transaction_release(struct session *, struct transaction *);

/* READY, or first AUTH, where `secrets` has a line for the server that we were told of. */
void session_log_in(struct session *);
void session_must_log_in(struct session *);     /* the reply just read says so, of a server that we were told of: there is no secret */
void session_logging_in(struct session *);      /* the reply just read is AUTH's */
bool session_quotes(const struct session *, slice text);        /* whether a secret is told again */

/* The result of all its recipients that have none yet. */
void transaction_answer(struct transaction *, const struct verdict *);

void session_quit(struct session *);

/* QUIT, with nothing owed to us, where letters for another place wait: they do not wait for its answer. */
void session_part(struct session *);

/* The address as this server can be told it, domains in A-labels where that is enough: false where it cannot. */
bool envelope_address(const struct session *, slice address, buf *wire);

/* Whether MAIL says SMTPUTF8 (RFC 6531 §3.4). */
bool envelope_wants_utf8(const struct session *, const struct transaction *);

/* Whether this server cannot be told of the recipient, and the code, enhanced code and text of that. */
bool envelope_refuses(const struct session *, const struct work *, slice address, struct verdict *);

/* Writes the next thing that may be written without waiting: whether there was one. */
bool session_write(struct session *);

/* A whole reply came: what it means to whom it is owed. */
void session_reply(struct session *, struct owed);

#endif
