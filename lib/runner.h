/*
 * runner: who delivers the letters that were just stored.
 *
 * A resident runner (`queue-run -d`) holds flock(2) LOCK_EX on queue/resident and
 * finds them itself. Without one, `queue-run -i ID…` is started for them.
 * Whoever takes the lock must try more than once: runner_resident holds
 * it, shared, for a moment.
 */
#ifndef RUNNER_H
#define RUNNER_H

#include "conf.h"

/* Whether one is there; not where the queue cannot be opened. */
bool runner_resident(const struct conf *);

/*
 * What the setting `deliver` says, for these ids (words): "queue" is nothing;
 * "background" leaves a runner behind, in a session of its own, with descriptors 0
 * and 1 at /dev/null, and 2 too unless the log is to go there, so that nobody who
 * reads ours to the end waits for it; "now" waits for the first attempt.
 * 0; -1 where a runner could not be started: the letters are safe and wait for the next one.
 */
int runner_deliver(const struct conf *, slice ids);

#endif
