/*
 * sandbox: what a program can do no more once it has begun, so that whoever takes it over through what it
 * reads from the network gains little.
 *
 * Afterwards it, and all that it forks, opens files only under the paths given (landlock(7)) and makes only the system calls
 * of a list (seccomp(2)): none that starts a program, and none for which it would have to be root. The calls
 * it may not make fail with EPERM. There is no way back.
 *
 * A kernel without one of the two gives the other; a process under a sanitizer or tracer keeps what it needs.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stddef.h>

enum sandbox_use {
	SANDBOX_READ,           /* files and folders under it */
	SANDBOX_STORE,          /* also writing, making, linking and removing files, and making folders */
};

/* A path that does not exist (or NULL) gives nothing. */
struct sandbox_path {
	const char *path;
	enum sandbox_use use;
};

void sandbox_enter(const struct sandbox_path *paths, size_t count);

#endif
