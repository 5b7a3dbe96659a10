/* smtp-send: what its files share. */
#ifndef SEND_H
#define SEND_H

#include <stdint.h>

#include "buf.h"
#include "conf.h"
#include "helper.h"
#include "routes.h"

/* RFC 5321 §4.5.3.2, and ours. */
enum patience {
	WAIT_CONNECT, WAIT_TLS, WAIT_GREETING, WAIT_HELO, WAIT_AUTH, WAIT_MAIL, WAIT_RCPT, WAIT_DATA, WAIT_BLOCK, WAIT_DOT, WAIT_QUIT,
	WAIT_IDLE,
	WAITS
};

struct settings {
	struct conf conf;
	slice server;           /* -s, or empty: each job says */
	bool lmtp;
	bool verbose;
	bool has_secrets;       /* there is a file `secrets` */
	struct helper passwords; /* sasl-answer, if so */
	int64_t wait[WAITS];    /* ms */
};

extern struct settings settings;


/* Where letters go: the letters of one place share its connection. */
struct place {
	slice server;           /* `host`, `host:port`, the same behind `smtps:`, or a path; empty: the exchanges of */
	slice domain;           /* as domain_plain has it; empty where there is a server */
	enum route_tls tls;
	bool requiretls;        /* the letters ask for REQUIRETLS (RFC 8689) */
};

/* Without what says how to talk to it: `host` or `host:port`. */
slice place_host(slice server);

/* What is said of a recipient. Slices are borrowed. */
struct verdict {
	int code;
	slice enhanced;
	slice text;
	slice host;
	bool dsn;               /* the host takes NOTIFY */
	slice tls;              /* how the way to it is protected */
};

/* One line of the dialogue on standard error, for -v. */
void show(const char *who, slice line);

#endif
