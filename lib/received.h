/*
 * received: what a Received field says (RFC 5321 §4.4), in the forms of all who write it.
 *
 *	from HELO (NAME [ADDRESS]) by HOST with ESMTP id ID for <RECIPIENT>; DATE          sendmail, Postfix, OpenSMTPD, Gmail
 *	from NAME ([ADDRESS] helo=HELO) by HOST with esmtp (Exim 4.96) id ID for RECIPIENT; DATE
 *	from [ADDRESS] (helo=HELO) by HOST …; DATE                                         Exim, where it has no name
 *	from NAME (HELO HELO) (USER@ADDRESS) by HOST with SMTP; DATE                       qmail
 *	(qmail 1234 invoked by uid 1000); DATE
 *	from HELO (ADDRESS) by HOST (ADDRESS) with Microsoft SMTP Server (…) id ID; DATE   Exchange
 *	from HELO ([ADDRESS]) by HOST (Lotus Domino …) with ESMTP id ID ; DATE
 *	from HOST by HOST; DATE
 */
#ifndef RECEIVED_H
#define RECEIVED_H

#include <time.h>

#include "buf.h"
#include "network.h"

/* Slices of the body; empty where it does not say. */
struct received {
	slice helo;             /* what the client called itself; the only name where there is one only */
	slice name;             /* what its address is called, `unknown` where the host said so; without a dot at its end */
	bool has_address;
	struct address address; /* of the client */
	slice by, with, id;
	slice recipient;        /* without `<>` */
	bool dated;
	time_t when;
	bool broken;            /* what stands before the date has none of these forms */
};

/* Takes an unfolded body. */
void received_read(struct received *, slice body);

#endif
