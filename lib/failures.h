/*
 * failures: the recipients that a bounce names, each once, and what it says of them.
 *
 * A table of some hundred bytes a recipient, and bounded: LIMIT_REPORTED of them, LIMIT_BOUNCED bytes of texts.
 */
#ifndef FAILURES_H
#define FAILURES_H

#include <stdint.h>

#include "buf.h"
#include "verdict.h"

enum failure_action { FAILURE_UNSAID, FAILURE_FAILED, FAILURE_DELAYED, FAILURE_NONE };  /* the last: delivered, relayed, expanded */

struct failure {
	size_t address, address_n, said, said_n;        /* places in texts */
	enum failure_action action;
	struct verdict_of verdict;
	bool guessed;           /* the address may be another's: it goes where one is known */
	bool renamed;
	uint32_t hash;          /* of the address */
};

struct failures {
	buf rows, texts;
	size_t count;
	bool overflow;          /* there were more */
	uint16_t *index;        /* by hash, where there are many: rows plus one; 0: none */
};

/* The row of an address, added if there is none; NULL where there is no room. Valid until the next is added. */
struct failure *failures_add(struct failures *, slice address);
struct failure *failures_find(const struct failures *, slice address);
struct failure *failures_row(const struct failures *, size_t i);

/* Sets what was said of a row, in UTF-8 on one line, of which LIMIT_REPLY bytes are kept. */
void failures_say(struct failures *, struct failure *, slice said);

/* The first time only: it is another address from now on. */
void failures_rename(struct failures *, struct failure *, slice address);

slice failure_address(const struct failures *, const struct failure *);
slice failure_said(const struct failures *, const struct failure *);

/* Without the rows whose address is guessed, if there is one that is not. */
void failures_drop_guesses(struct failures *);

void failures_clear(struct failures *);         /* keeps the memory */
void failures_free(struct failures *);

#endif
