/*
 * verp: a return path that says whose it is (variable envelope return path, as qmail's and ezmlm's).
 *
 * A pattern is an address whose local part ends in `=`: `news-bounce-=@lists.example.org` becomes, for bob@example.com,
 * `news-bounce-bob=example.com@lists.example.org`. What bounces comes back there, whatever the bounce itself says.
 */
#ifndef VERP_H
#define VERP_H

#include "buf.h"

bool verp_is_pattern(slice address);

/* Appends `bob=example.com`, without quotes. */
void verp_add_extension(buf *to, slice recipient);

/* Appends the return path of a recipient. */
void verp_add_sender(buf *to, slice pattern, slice recipient);

/* Appends the recipient that `bob=example.com`, the local part behind that of the pattern, stands for: true; false where it is none. */
bool verp_add_recipient(buf *to, slice extension);

/*
 * The same of a whole address to which a bounce came, whatever the list: `news-bounce-bob=example.com@…` as ours, and as ezmlm
 * (`news-return-7-`), Mailman (`news-bounces+`) and mlmmj (`news+bounces-7-`) have it.
 */
bool verp_add_bounced(buf *to, slice address);

#endif
