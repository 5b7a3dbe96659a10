/* list-subscribe: what its files share. See list-subscribe(1). */
#ifndef SUBSCRIBE_H
#define SUBSCRIBE_H

#include "list.h"
#include "roster.h"

/* On the list, or off it. */
struct way {
	const char *name, *usage;
	const char *purpose;            /* of confirmations (confirm.h), and of the address that they go to */
	int (*change)(struct roster *, const struct list *, void (*changed)(void *context, slice line), void *context);
	bool joins;
	const char *confirm, *done, *pointless;         /* texts (texts.h) */
};

/* request.c: answers a request, or a confirmation, which is on standard input. Its exit status, or the end of the program. */
int answer_mail(const struct way *, const struct conf *, const struct list *);

#endif
