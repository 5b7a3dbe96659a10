/* suffix: under which names domains are registered, by the public suffix list (libpsl). */
#ifndef SUFFIX_H
#define SUFFIX_H

/*
 * The organizational domain (RFC 7489 §3.2) of a domain, which is in A-labels and lower case: the end of it that was registered,
 * `example.co.uk` of `mail.example.co.uk`; all of it, where it is a public suffix itself.
 */
const char *suffix_organization(const char *domain);

#endif
