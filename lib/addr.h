/*
 * addr: mailbox addresses in a header (RFC 5322 §3.4, obsolete forms of §4.4, UTF-8 of RFC 6532).
 *
 * A list is walked mailbox by mailbox, through groups, without recursion and in
 * time linear in its length. What is no mailbox is reported as such and passed
 * over, up to the next comma, so that one slip does not lose its neighbours.
 *
 *	struct addr_list list = addr_list(body);
 *	struct addr a = { 0 };
 *
 *	while ((got = addr_next(&list, &a)) != 0)
 *		…
 *	addr_free(&a);
 */
#ifndef ADDR_H
#define ADDR_H

#include "buf.h"

struct addr_list {
	slice rest;             /* of the field body, not yet read */
	bool in_group;
	slice group;            /* the name, as written, of the group that the last mailbox is in; or empty */
};

/*
 * One mailbox. Slices are exact ranges of the bytes given, so that a rewrite can
 * leave all others as they are: a bare address is qualified by putting
 * `@domain` behind `spec`.
 */
struct addr {
	slice whole;            /* display name, address and comments, without the blanks around them */
	slice name;             /* what stands before `<`, as written: atoms, quoted strings; or empty */
	slice comment;          /* inside the last comment: the name in `root (Cron Daemon)`; or empty */
	slice spec;             /* the addr-spec as written, without route; empty for `<>` */
	buf address;            /* the same as an envelope has it: no comments, no blanks, no needless quotes; owned */
	bool bare;              /* without `@domain` */
};

struct addr_list addr_list(slice body);

/* The next mailbox: 1; 0 after the last; -1 for what is none, of which only `whole` is set. */
int addr_next(struct addr_list *, struct addr *);
void addr_free(struct addr *);

/* The parts of an address as an envelope has it; the domain of a bare one is empty. */
slice addr_local(slice address);
slice addr_domain(slice address);

/* Whether they are one, without regard to case, and their domains as domain_same has it. */
bool addr_same(slice, slice);

/* Appends a local part, given without quotes or escapes, quoted if RFC 5321 §4.1.2 demands it. */
void addr_add_local(buf *to, slice local);

/* The length of the comment that begins s (RFC 5322 §3.2.2), 0 where it does not end. */
size_t addr_comment_length(slice s);

/* Atoms and quoted strings without the quotes, escapes (RFC 5322 §3.2.1) and folds: `"john doe"` is john doe. */
void addr_add_unquoted(buf *to, slice words);

/* Whether c may stand in an atom: RFC 5322 §3.2.3, and every byte of UTF-8. */
bool addr_atext(char c);

#endif
