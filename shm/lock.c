#include "shm/lock.h"

#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void lock_init(struct lock *lock)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&lock->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static bool settle(struct lock *lock, int error, lock_repair *repair, void *structure, _Atomic uint64_t *recoveries)
{
    if (error == 0)
        return true;
    if (error == EBUSY)
        return false;
    if (error != EOWNERDEAD) {
        log_write(LOG_LEVEL_PANIC, "could not take a shared lock: %s", strerror(error));
        abort();
    }
    if (repair)
        repair(structure);
    pthread_mutex_consistent(&lock->mutex);
    atomic_fetch_add(recoveries, 1);
    return true;
}

void lock_take(struct lock *lock, lock_repair *repair, void *structure, _Atomic uint64_t *recoveries)
{
    settle(lock, pthread_mutex_lock(&lock->mutex), repair, structure, recoveries);
}

bool lock_try(struct lock *lock, lock_repair *repair, void *structure, _Atomic uint64_t *recoveries)
{
    return settle(lock, pthread_mutex_trylock(&lock->mutex), repair, structure, recoveries);
}

void lock_give(struct lock *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}
