/*
 * conf: the settings of a Pennypost, pennypost.conf(5).
 *
 * A Pennypost lives in one folder, $PENNYPOST or /etc/pennypost; a set-id
 * program ignores the variable. What `conf` in it does not set has its default.
 */
#ifndef CONF_H
#define CONF_H

#include "buf.h"

/* Texts are NUL-terminated, owned by the conf and live as long as the process. Lists are split at blanks. */
struct conf {
	char *home;                     /* the folder, absolute */
	char *hostname;                 /* in A-labels, as the next two */
	char *domain;
	char *local_domains;            /* a list */
	char *masquerade;
	char *smarthost;
	char *resolver;
	char *tls_report;               /* "off" or "on" */
	char *tls_ca;                   /* absolute, or empty, as the next four */
	char *tls_certificate;          /* a list, of what smtp-serve shows */
	char *tls_key;
	char *tls_client_certificate;   /* what smtp-send shows to servers that ask */
	char *tls_client_key;
	char *queue;                    /* absolute */
	char *mailboxes;                /* absolute, or empty */
	char *mailbox;
	char *relay_from;               /* a list of networks */
	char *relay_certificates;       /* a list of fingerprints */
	char *auth;                     /* "", "users", "pam" or "pam:SERVICE" */
	char *auth_plaintext;           /* a list of networks */
	char *filter;
	char *deliver;                  /* "background", "queue" or "now" */
	char *postmaster;
	char *log;                      /* "syslog" or "stderr" */
	long long smtp_port;
	long long https_port;
	long long size_limit;           /* bytes */
	long long queue_reserve;        /* bytes */
	long long recipient_limit;
	long long lifetime;             /* seconds, as the next three */
	long long delay_notice;         /* 0: off */
	long long retry_first;
	long long retry_most;
	long long concurrency;
	long long per_destination;
	long long max_hops;
};

/* 0; or -1 with `file: line N: what is wrong` in *why, for EX_CONFIG. */
int conf_read(struct conf *, buf *why);

/* The same or the end of the program with EX_CONFIG; then opens the log. */
void conf_load(struct conf *);

/* An absolute path of a file in the Pennypost folder (absolute names stay). Owned by the caller. */
char *conf_path(const struct conf *, const char *name);

/* Whether local-domains lists this domain, as domain_same has it. */
bool conf_local(const struct conf *, slice domain);

#endif
