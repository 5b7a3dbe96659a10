/*
 * personal: fields that the copy of each recipient has of its own, above the message, which is stored once.
 *
 *	option key=0f…                  in the entry: what cookies (cookie.h) are made with
 *	option field=To:+20<{address}>  in the entry, as xtext: a field in which `{address}` stands for the recipient and
 *	                                `{link}` for `COOKIE-bob=example.com`, as it may stand in a URI
 *	field=To:+20<bob@example.com>   in the job that a transport gets
 */
#ifndef PERSONAL_H
#define PERSONAL_H

#include "buf.h"

/* Appends ` field=…`, or the key. */
void personal_add_field(buf *options, slice field);
void personal_add_key(buf *options, slice key);

/* Whether an entry with these options has such fields. */
bool personal_is(slice options);

/* Appends the options of a job: those of an entry, its fields filled in. */
void personal_add_options(buf *to, slice options, slice recipient);

/* Appends the fields of a job, a line each. */
void personal_add_above(buf *to, slice options);

/* Appends `COOKIE-bob=example.com` for a recipient, with its characters that mean something in a URI as %HH (RFC 3986). */
void personal_add_link(buf *to, slice key, slice recipient);

#endif
