#ifndef PGQUILL_SHM_LOCK_H
#define PGQUILL_SHM_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The one wrapper around process-shared robust mutexes. When an owner died holding one, whoever takes it next mends the structure that it
 * guards, marks the mutex consistent and counts the recovery. Held for a few instructions: never across I/O or another lock. */

struct lock {
    pthread_mutex_t mutex;
};

/* Mends a structure whose last writer may have stopped anywhere. Runs under the lock. */
typedef void lock_repair(void *structure);

void lock_init(struct lock *lock);
/* Take the lock. `repair` may be NULL when any state of the structure is a good one. */
void lock_take(struct lock *lock, lock_repair *repair, void *structure, _Atomic uint64_t *recoveries);
/* Take it only if nobody living holds it. */
bool lock_try(struct lock *lock, lock_repair *repair, void *structure, _Atomic uint64_t *recoveries);
void lock_give(struct lock *lock);

#endif
