/* listen: sessions at sockets on which we listen, each in a process that has no other at the time. */
#ifndef LISTEN_H
#define LISTEN_H

#include "serve.h"

/*
 * Whether there is such a socket: standard input (inetd's `wait`, s6-tcpserver-socketbinder), or what
 * systemd passes with LISTEN_FDS and LISTEN_PID, whose variables are gone afterwards.
 */
bool listen_find(void);

/*
 * Serves all that come, at most so many at once and so many of one address (of relay-from: any
 * number); more wait until somebody leaves. SIGHUP reads the settings again; SIGTERM ends
 * the program, while sessions go on by themselves. Returns in a process for sessions, which may prepare
 * itself before it waits for each connection with listen_receive.
 */
void listen_serve(struct conf *, long long most, long long each);

/* Standard input and output are a connection afterwards. */
void listen_receive(void);

/* Closes the connection: this process may be given another. */
void listen_again(void);

#endif
