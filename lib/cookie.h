/*
 * cookie: a text that only we can have written, for what is stored nowhere.
 *
 *	COOKIE-about, TIME.COOKIE-about
 *
 * COOKIE is 64 bits of the HMAC-SHA-256 (RFC 2104) of what it is about, and of the time: a guess costs a letter. What it is
 * about stays readable. Digits are hexadecimal; letters are the same in both cases, for some mail systems write local parts small.
 */
#ifndef COOKIE_H
#define COOKIE_H

#include <time.h>

#include "buf.h"

/* Appends a new secret, 64 digits; without randomness of the system, it is the end of the program. */
void cookie_add_secret(buf *to);

/* Appends the key, 64 digits, for one purpose: who has it cannot make cookies for another. -1 where `secret` is none. */
int cookie_add_key(buf *key, slice secret, slice purpose);

/* Appends one; -1 where `key` is none. */
int cookie_add_lasting(buf *to, slice key, slice about);
int cookie_add_dated(buf *to, slice key, slice about, time_t when);

/* Whether it is one; then *about is the part of it, and *made the time, 0 where it has none. */
bool cookie_read(slice text, slice key, slice *about, time_t *made);

#endif
