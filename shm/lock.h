#ifndef PGQUILL_SHM_LOCK_H
#define PGQUILL_SHM_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The one wrapper around process-shared robust mutexes. A dead owner's lock is taken over: the structure that it guards is repaired by the
 * caller's function, the mutex made consistent, the recovery counted. */

struct lock {
    pthread_mutex_t mutex;
};

typedef void lock_repair(void *structure);

void lock_init(struct lock *lock);
/* Take the lock. `repair` (may be NULL) mends `structure` when the last owner died holding it; `recoveries` counts that. */
void lock_take(struct lock *lock, lock_repair *repair, void *structure, _Atomic uint64_t *recoveries);
/* The same without waiting: false when somebody has it. */
bool lock_try(struct lock *lock, lock_repair *repair, void *structure, _Atomic uint64_t *recoveries);
void lock_give(struct lock *lock);

#endif
