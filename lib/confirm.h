/*
 * confirm: addresses of a list that only it can have made, so that who writes to one has read what was sent with it.
 *
 *	news-subscribe-COOKIE-bob=example.com@lists.example.org
 *
 * Nothing is stored: COOKIE (cookie.h) is of the list's secret, the file `key` in its folder, of what it is for and whom it is
 * about, and of the time, for LIMIT_CONFIRMATION after which it holds.
 */
#ifndef CONFIRM_H
#define CONFIRM_H

#include "list.h"

/* Appends the key for one purpose: 0; -1 and errno, EINVAL where the file holds no secret. */
int confirm_add_key(buf *key, const struct list *, const char *purpose);

/* Appends such an address; `about` is what may stand in a local part, such as verp_add_extension gives. 0; -1 and errno. */
int confirm_add_address(buf *to, const struct list *, const char *purpose, slice about);

/* Whether an extension `COOKIE-about` was made for this, and in time; *about is then a part of it. 1, 0; -1 and errno. */
int confirm_check(const struct list *, const char *purpose, slice extension, slice *about);

/* The same of a link (personal.h), which is made with the key for CONFIRM_LINK and has no time. */
#define CONFIRM_LINK "one-click"
int confirm_check_link(const struct list *, slice extension, slice *about);

#endif
