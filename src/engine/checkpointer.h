#ifndef PGQUILL_ENGINE_CHECKPOINTER_H
#define PGQUILL_ENGINE_CHECKPOINTER_H

#include "shm/shm.h"

/* The checkpointer process's work: keep each database's write-ahead log short, off the clients' path. Runs until *stop is set (a signal wakes its
 * sleep), then copies what is left. Handles are its own. `wake` as for a signal handler's pipe is not needed: it looks every second. */
void checkpointer_run(struct shm *shm, volatile const int *stop);

#endif
