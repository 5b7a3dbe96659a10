/* sign: the signatures of letters that begin here (DKIM), over what goes to the wire: with their own fields, and converted. */
#ifndef SIGN_H
#define SIGN_H

#include "content.h"
#include "transport.h"

/*
 * Puts signatures ahead of a content that is ready to be sent, if the letter's options want that and there is a key for its author's
 * domain, or else its sender's: a list signs what others wrote (RFC 8058 §4). One whose header cannot be signed goes without. It is
 * ready again afterwards. NULL, or why the letter has to wait.
 */
const char *sign_content(struct content *, const struct job *);

#endif
