/* report: how sessions went, for the reports that the domain of the recipients may ask for (RFC 8460), if the setting `tls-report` is on. */
#ifndef SEND_REPORT_H
#define SEND_REPORT_H

#include "net.h"
#include "session.h"
#include "sts-find.h"

/* Before session_close. `to`: what was called. */
void report_session(const struct session *, const struct sts_find *, const struct net_address *to);

/* A host that must not be called, and a policy that could not be had. */
void report_host(const struct security *, const struct sts_find *);
void report_policy(const struct sts_find *);

#endif
