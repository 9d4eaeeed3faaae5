#ifndef PGQUILL_SESSION_LOCKS_H
#define PGQUILL_SESSION_LOCKS_H

#include "session/state.h"

/* What sessions hold and wait for: pg_locks and pg_blocking_pids. */

/* func_env's callback: advisory locks and writer gates of all databases. */
int locks_view(void *self, struct arena *arena, struct lock_view **list);
/* Who keeps a session from what it waits for; the number of pids written. */
int locks_blockers(struct shm *shm, const struct session_slot *slot, pid_t *pids, int room);

#endif
